"""What is wrong with a file."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "io.wanted.image": (
        "a JPEG, PNG, WebP, BMP, GIF or TIFF picture",
        "JPEG、PNG、WebP、BMP、GIF 或 TIFF 图片",
    ),
    "io.wanted.video": (
        "a video (mp4, mov, mkv, webm, avi, gif)",
        "视频（mp4、mov、mkv、webm、avi、gif）",
    ),
    "io.wanted.weights": (
        "a mien weight file (.safetensors)",
        "mien 的权重文件（.safetensors）",
    ),
    "io.wanted.checkpoint": (
        "a PyTorch checkpoint (.pth, .pth.tar or .ckpt)",
        "PyTorch 检查点（.pth、.pth.tar 或 .ckpt）",
    ),
    "io.wanted.result": (
        "a picture or video that mien wrote",
        "mien 生成的图片或视频",
    ),
    "io.read.missing": (
        "{path}: no such file; wanted {wanted}: check the name and the folder",
        "{path}：文件不存在；需要{wanted}，请检查文件名和文件夹",
    ),
    "io.read.folder": (
        "{path}: this is a folder; wanted {wanted}: name the files in it",
        "{path}：这是文件夹；需要{wanted}，请给出其中的文件",
    ),
    "io.read.special": (
        "{path}: this is not an ordinary file; wanted {wanted}: copy it to a file first",
        "{path}：这不是普通文件；需要{wanted}，请先将内容复制成文件",
    ),
    "io.read.empty": (
        "{path}: the file is empty (0 bytes); wanted {wanted}: copy or download it again",
        "{path}：文件为空（0 字节）；需要{wanted}，请重新复制或下载",
    ),
    "io.read.permission": (
        "{path}: no permission to read it; wanted {wanted}: change its permissions",
        "{path}：没有读取权限；需要{wanted}，请修改文件权限",
    ),
    "io.read.failed": (
        "{path}: reading failed ({reason}); wanted {wanted}: check the disk and try again",
        "{path}：读取失败（{reason}）；需要{wanted}，请检查磁盘后重试",
    ),
    "io.read.bytes": (
        "{path}: {size} MiB; wanted at most {limit} MiB: make it smaller",
        "{path}：{size} MiB；最多允许 {limit} MiB，请缩小文件",
    ),
    "io.image.format": (
        "{path}: not a picture that mien can read; wanted {wanted}: convert it first",
        "{path}：不是 mien 能读取的图片；需要{wanted}，请先转换格式",
    ),
    "io.image.kind": (
        "{path}: this is {kind}; wanted {wanted}: convert it first",
        "{path}：这是 {kind}；需要{wanted}，请先转换格式",
    ),
    "io.image.pixels": (
        "{path}: {width} x {height} pixels; wanted at most {limit} megapixels and {side} pixels "
        "a side: scale it down",
        "{path}：{width} x {height} 像素；最多允许 {limit} 百万像素、每边 {side} 像素，请缩小图片",
    ),
    "io.image.depth": (
        "{path}: pixels of the kind {mode}; wanted grey, RGB or CMYK of 8 or 16 bits: "
        "save it as an ordinary PNG",
        "{path}：像素类型为 {mode}；需要 8 或 16 位的灰度、RGB 或 CMYK，请另存为普通 PNG",
    ),
    "io.image.damaged": (
        "{path}: the {format} picture is damaged or cut off; wanted a complete file: "
        "copy or download it again",
        "{path}：{format} 图片已损坏或不完整；需要完整的文件，请重新复制或下载",
    ),
    "io.note.animated": (
        "the picture has several frames or pages: the first one was used",
        "图片有多帧或多页：只用第一帧",
    ),
    "io.note.alpha": (
        "transparent parts were put on white",
        "透明部分已填充为白色",
    ),
    "io.note.sixteen_bit": (
        "16 bits per channel were reduced to 8",
        "每通道 16 位已降为 8 位",
    ),
    "io.note.cmyk": (
        "the colours were converted from CMYK: they may differ from print",
        "颜色由 CMYK 转换：可能与印刷效果不同",
    ),
    "io.note.profile": (
        "the colours were converted from the picture's own colour profile",
        "颜色已按图片自带的色彩配置文件转换",
    ),
    "io.note.profile_ignored": (
        "the colour profile could not be used: the colours may be off",
        "色彩配置文件无法使用：颜色可能有偏差",
    ),
    "io.note.rotated": (
        "the picture was turned upright as its metadata says",
        "已按元数据将图片转正",
    ),
    "io.video.format": (
        "{path}: not a video that mien can read; wanted {wanted}: convert it first",
        "{path}：不是 mien 能读取的视频；需要{wanted}，请先转换格式",
    ),
    "io.video.damaged": (
        "{path}: the video is damaged or cut off at frame {frame}; wanted a complete file: "
        "copy or download it again",
        "{path}：视频在第 {frame} 帧处损坏或不完整；需要完整的文件，请重新复制或下载",
    ),
    "io.video.empty": (
        "{path}: no picture in it; wanted {wanted}: check that it plays",
        "{path}：其中没有画面；需要{wanted}，请确认它能播放",
    ),
    "io.video.pixels": (
        "{path}: {width} x {height} pixels; wanted at most {limit} megapixels and {side} pixels "
        "a side: scale it down",
        "{path}：{width} x {height} 像素；最多允许 {limit} 百万像素、每边 {side} 像素，请缩小视频",
    ),
    "io.video.seconds": (
        "{path}: {seconds} seconds; wanted at most {limit}: cut it shorter",
        "{path}：时长 {seconds} 秒；最多允许 {limit} 秒，请剪短",
    ),
    "io.video.frames": (
        "{path}: {frames} frames or more; wanted at most {limit}: cut it shorter",
        "{path}：至少 {frames} 帧；最多允许 {limit} 帧，请剪短",
    ),
    "io.write.space": (
        "{path}: no space to write it; wanted room on the disk: free some, or choose another "
        "folder with --out",
        "{path}：磁盘空间不足，无法写入；请清理空间，或用 --out 选择其他文件夹",
    ),
    "io.write.permission": (
        "{path}: no permission to write it; wanted a folder of yours: choose another with --out",
        "{path}：没有写入权限；请用 --out 选择您可写的文件夹",
    ),
    "io.write.taken": (
        "{path}: the name is already taken; wanted a new one: choose another, or add --overwrite",
        "{path}：名称已被占用；请换一个名称，或加上 --overwrite",
    ),
    "io.write.foreign": (
        "{path}: the folder holds {name}, which mien did not make; wanted a folder of results "
        "only: move that file away, or choose another folder with --out",
        "{path}：文件夹中的 {name} 不是 mien 生成的；只能替换纯结果文件夹，请移走该文件，"
        "或用 --out 选择其他文件夹",
    ),
    "io.write.parent": (
        "{path}: a file stands where a folder is needed; wanted a folder: choose another with "
        "--out",
        "{path}：这里需要文件夹，但已有同名文件；请用 --out 选择其他文件夹",
    ),
    "io.write.failed": (
        "{path}: writing failed ({reason}); wanted a file there: choose another folder with --out",
        "{path}：写入失败（{reason}）；请用 --out 选择其他文件夹",
    ),
    "io.write.suffix": (
        "{path}: the ending {suffix} is not known; wanted one of {wanted}: rename it",
        "{path}：不支持扩展名 {suffix}；可用 {wanted}，请改名",
    ),
    "io.write.side": (
        "{path}: {width} x {height} pixels do not fit into {format}; wanted at most {side} pixels "
        "a side: write a .png, or make it smaller",
        "{path}：{width} x {height} 像素超出 {format} 的限制；每边最多 {side} 像素，"
        "请改存为 .png 或缩小",
    ),
    "io.foreign.damaged": (
        "{path}: cannot be read as a checkpoint: damaged, cut off, or with more in it than tensors "
        "and plain values; wanted a state dictionary of PyTorch: copy or download it again",
        "{path}：无法作为检查点读取：已损坏、不完整，或包含张量和普通数值以外的内容；"
        "需要 PyTorch 的状态字典，请重新复制或下载",
    ),
    "io.foreign.none": (
        "{path}: no tensors by name in it (or far too many); wanted a state dictionary of PyTorch: "
        "choose another file",
        "{path}：其中没有带名称的张量（或数量过多）；需要 PyTorch 的状态字典，请换一个文件",
    ),
    "io.weights.damaged": (
        "{path}: the weight file is damaged or cut off; wanted a complete .safetensors file: "
        "copy or download it again, or run `make models`",
        "{path}：权重文件已损坏或不完整；需要完整的 .safetensors 文件，请重新复制或下载，"
        "或运行 `make models`",
    ),
    "io.weights.header": (
        "{path}: a header of {size} MiB; wanted at most {limit} MiB: the file is damaged, or not "
        "a weight file of mien",
        "{path}：文件头为 {size} MiB；最多允许 {limit} MiB，文件已损坏或不是 mien 的权重文件",
    ),
    "io.weights.foreign": (
        "{path}: a safetensors file without mien's header; wanted one that mien trained: "
        "train or export it with mien",
        "{path}：safetensors 文件中没有 mien 的文件头；需要 mien 训练的文件，请用 mien 训练或导出",
    ),
    "io.weights.newer": (
        "{path}: header version {found}; wanted at most {wanted}: install a newer mien",
        "{path}：文件头版本为 {found}；最高支持 {wanted}，请安装更新的 mien",
    ),
    "io.weights.job": (
        "{path}: made for the job {found}; wanted {wanted}: choose another weight file",
        "{path}：用于任务 {found}；需要 {wanted}，请换一个权重文件",
    ),
    "io.weights.head": (
        "{path}: made for head {found}; wanted {wanted}: run `make models` to train it again",
        "{path}：对应头部模型 {found}；需要 {wanted}，请运行 `make models` 重新训练",
    ),
    "io.weights.pinned": (
        "{path}: not the file that ships (SHA-256 {found}, wanted {wanted}): install mien again; "
        "after training it yourself, run {command}",
        "{path}：不是随附的原文件（SHA-256 {found}，应为 {wanted}）：请重新安装 mien；"
        "若是自行训练的，请运行 {command}",
    ),
    "io.weights.changed": (
        "{path}: its SHA-256 begins with {found}; wanted {wanted}: it was changed or damaged, "
        "copy or download it again, or run `make models`",
        "{path}：SHA-256 以 {found} 开头；应为 {wanted}，文件被修改或损坏，请重新复制或下载，"
        "或运行 `make models`",
    ),
    "io.udp.address": (
        "{value}: not an address; wanted HOST:PORT, such as 127.0.0.1:39539",
        "{value}：不是地址；需要 HOST:PORT，例如 127.0.0.1:39539",
    ),
    "io.udp.host": (
        "{host}:{port}: no such host; wanted the name or number of a machine: use 127.0.0.1 for "
        "this one",
        "{host}:{port}：找不到该主机；需要机器的名称或地址，本机请用 127.0.0.1",
    ),
    "io.udp.port": (
        "port {port}: another program listens there; wanted a free one: close it, or give another "
        "port",
        "端口 {port}：已被其他程序占用；请关闭该程序或换一个端口",
    ),
}
