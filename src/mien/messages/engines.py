"""What is said about engines that draw faces from parameters, and the sets collected from them."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.character.collect": (
        "make a training set with any engine",
        "用任意引擎制作训练集",
    ),
    "engine.kind": (
        "head, glb:FILE, program:COMMAND LINE or unity:FOLDER OF ITS PICTURES",
        "head、glb:文件、program:命令行 或 unity:其图片所在文件夹",
    ),
    "engine.out": ("folder for the set", "训练集文件夹"),
    "engine.count": ("pictures", "图片数量"),
    "engine.size": ("side of a picture, where the engine asks for it", "图片边长（引擎可设时）"),
    "engine.spread": (
        "draw numbers from this share of their ranges, around their defaults",
        "在默认值周围、取值范围的这一比例内抽取数值",
    ),
    "engine.label_noise": (
        "write one label in 95 wrong, as the ancestor does",
        "像原项目一样，每 95 个标签写错一个",
    ),
    "engine.seed": ("another seed, another set", "不同的种子得到不同的训练集"),
    "engine.timeout": ("wait for a picture at most", "等待每张图片的最长时间"),
    "engine.parameter": ("parameter", "参数"),
    "engine.vector": (
        "a vector of {came} numbers; wanted {size} finite numbers",
        "向量为 {came} 个数；需要 {size} 个有限的数",
    ),
    "engine.unknown": (
        "--engine {value}: wanted head, glb:FILE, program:COMMAND LINE or unity:FOLDER",
        "--engine {value}：需要 head、glb:文件、program:命令行 或 unity:文件夹",
    ),
    "engine.collect.failed": (
        "the engine failed {count} times running, the last time with: {reason}",
        "引擎连续失败 {count} 次，最后一次：{reason}",
    ),
    "engine.collect.shape": (
        "{name}: a picture of {came}, the others have {wanted} pixels; wanted one size for all",
        "{name}：图片为 {came}，其他图片为 {wanted} 像素；所有图片须尺寸一致",
    ),
    "engine.collect.noise": (
        "label noise: {count} of {total} numbers in params.csv are wrong on purpose; the pictures "
        "show the true ones",
        "标签噪声：params.csv 中 {total} 个数有 {count} 个是故意写错的；图片按真实参数绘制",
    ),
    "engine.collect.split": ("{train} to train, {test} to test", "训练 {train} 张，测试 {test} 张"),
    "engine.set.wanted": ("a set of `mien character collect`", "`mien character collect` 的训练集"),
    "engine.set.damaged": (
        "{path}: damaged ({reason}); wanted what `mien character collect` wrote",
        "{path}：已损坏（{reason}）；需要 `mien character collect` 写出的文件",
    ),
    "engine.program.words": (
        "program:{command}: no command line; wanted words such as: python3 engine.py",
        "program:{command}：不是命令行；需要形如 python3 engine.py 的内容",
    ),
    "engine.program.start": (
        "{name}: cannot be started ({reason}); name a program of this machine",
        "{name}：无法启动（{reason}）；请给出本机的程序",
    ),
    "engine.program.silent": (
        "{name}: no answer within {seconds} s; wanted one line of JSON, and its output flushed",
        "{name}：{seconds} 秒内没有回答；需要一行 JSON，并刷新输出",
    ),
    "engine.program.ended": (
        "{name}: ended without an answer; wanted one line of JSON for every line",
        "{name}：未回答就结束了；每一行都需要回答一行 JSON",
    ),
    "engine.program.long": (
        "{name}: an answer without an end; wanted a line of at most 48 MiB",
        "{name}：回答没有结尾；一行最多 48 MiB",
    ),
    "engine.program.garbage": (
        "{name}: {line!r} is no answer; wanted one line of JSON: write everything else to stderr",
        "{name}：{line!r} 不是回答；需要一行 JSON，其余内容请写到标准错误",
    ),
    "engine.program.error": ("{name}: {reason}", "{name} 报告：{reason}"),
    "engine.program.schema": (
        "{name}: no schema ({reason}); wanted a list of parameters with name, low, high, default",
        "{name}：参数表无效（{reason}）；需要含 name、low、high、default 的参数列表",
    ),
    "engine.program.base64": (
        "{name}: its picture is not base64; wanted a PNG or JPEG in base64",
        "{name}：图片不是 base64；需要 base64 编码的 PNG 或 JPEG",
    ),
    "engine.program.no_picture": (
        "{name}: an answer without a picture; wanted image (base64) or file (a name)",
        "{name}：回答中没有图片；需要 image（base64）或 file（文件名）",
    ),
    "engine.program.outside": (
        "{name}: {file!r} is not in the folder it was given; wanted a plain file name",
        "{name}：{file!r} 不在给定的文件夹中；需要单纯的文件名",
    ),
    "engine.program.stderr": ("{line}; it said: {last}", "{line}；它输出：{last}"),
    "engine.unity.folder": (
        "{path}: no such folder; wanted the one that Unity writes its pictures to (export/cache)",
        "{path}：没有这个文件夹；需要 Unity 写图片的文件夹（export/cache）",
    ),
    "engine.unity.silent": (
        "no picture from Unity in {folder} within {seconds} s; wanted it to listen on UDP port "
        "{port}: Tools, Connect in its menu",
        "{seconds} 秒内 Unity 没有在 {folder} 写入图片；需要它监听 UDP 端口 {port}："
        "在其菜单中选择 Tools、Connect",
    ),
    "engine.unity.send": (
        "UDP port {port} of this machine takes no message ({reason}): is Unity connected?",
        "本机 UDP 端口 {port} 不接收消息（{reason}）：Unity 已连接吗？",
    ),
    "engine.glb.wanted": ("a GLB or VRM model", "GLB 或 VRM 模型"),
    "engine.glb.damaged": (
        "{path}: not a model that can be drawn ({reason}); wanted a whole GLB or VRM file",
        "{path}：无法绘制的模型（{reason}）；需要完整的 GLB 或 VRM 文件",
    ),
    "engine.glb.extension": (
        "{path}: needs {name}, which is not read here; wanted it exported without that",
        "{path}：需要 {name}，此处不支持；请在导出时关闭它",
    ),
    "data.wanted.f2p_model": (
        "a .bytes file of a face, 400 bytes or 416 bytes",
        "人脸的 .bytes 文件（400 或 416 字节）",
    ),
    "data.f2p_model": (
        "{path}: no face of the ancestor's engine ({reason}); wanted an int32 and 99 float32 "
        "(older: 103)",
        "{path}：不是原项目引擎的人脸（{reason}）；需要一个 int32 和 99 个 float32（旧版 103 个）",
    ),
    "data.wanted.f2p_config": ("a female.bytes or male.bytes", "female.bytes 或 male.bytes"),
    "data.f2p_config": (
        "{path}: no list of the ancestor's bones ({reason}); wanted female.bytes or male.bytes",
        "{path}：不是原项目的骨骼表（{reason}）；需要 female.bytes 或 male.bytes",
    ),
}
