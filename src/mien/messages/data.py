"""What is said about data sets."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "data.wanted.parts_list": (
        "a list of Helen's pictures, a line `17 , NAME` for each",
        "Helen 的图片列表，每张一行：`17 , NAME`",
    ),
    "data.parts_layout": (
        "{path}: not in the layout of a data set of parts; wanted {wanted}: give the folder that "
        "holds these",
        "{path}：不是部位数据集的目录结构；需要 {wanted}，请给出包含它们的文件夹",
    ),
    "data.parts_line": (
        "{path}: line {line} is `{found}`; wanted a number, a comma and the name of a picture: "
        "correct the line or take it out",
        "{path}：第 {line} 行为 `{found}`；应为编号、逗号和图片名，请更正或删除该行",
    ),
    "data.parts_none": (
        "{path}: no mask {name}; wanted at least one part of every picture: unpack the masks "
        "again or take the picture out",
        "{path}：没有掩码 {name}；每张图片至少需要一个部位，请重新解压掩码或删除该图片",
    ),
    "data.parts_size": (
        "{path}: {name} has {found} pixels; wanted {wanted}: unpack the data set again",
        "{path}：{name} 的尺寸为 {found}；应为 {wanted}，请重新解压数据集",
    ),
    "command.data.check": (
        "say what a folder or zip file of pictures is worth",
        "检查图片文件夹或 zip 文件是否可用",
    ),
    "command.data.import": (
        "pack pictures for training",
        "打包图片以供训练",
    ),
    "data.path": ("folder or zip file of pictures, or CelebA", "图片文件夹、zip 文件或 CelebA"),
    "data.size": ("width and height of the packed pictures", "打包后图片的宽和高"),
    "data.out": ("folder to write", "要写入的文件夹"),
    "command.data.pack": (
        "write tar shards (WebDataset) for training on many machines",
        "写出供多机训练的 tar 分片（WebDataset）",
    ),
    "command.batch": (
        "any action on a folder of pictures, in pieces that can be resumed",
        "对整个文件夹的图片执行任一操作，可分块续做",
    ),
    "data.pack_path": (
        "a pack, a labelled set, a folder or zip file of pictures, or `head` for drawn people",
        "图片包、带标注的集合、图片文件夹或 zip，或 `head`（绘制的人）",
    ),
    "data.pack_shard": ("samples in a shard", "每个分片的样本数"),
    "data.pack_size": (
        "crop pictures to this side; without it their own bytes are kept (of the head: 64)",
        "把图片裁成该边长；不给出则保留原始字节（head 默认 64）",
    ),
    "data.pack_count": ("people, for `head`", "人数（仅 `head`）"),
    "data.pack_unusable": (
        "{count} pictures cannot be used and were left out; `mien data check` names them",
        "{count} 张图片不可用，已跳过；`mien data check` 会列出它们",
    ),
    "data.packed": (
        "{count} samples in {shards} shards: {path}",
        "{count} 个样本，{shards} 个分片：{path}",
    ),
    "data.pack_grows": (
        "{path}: this pack is still being made; wait until it is whole",
        "{path}：该图片包仍在生成，请等待完成",
    ),
    "data.wanted.ledger": ("an entry of a ledger", "账本条目"),
    "data.ledger": (
        "{path}: damaged; delete this file, and its piece is done again",
        "{path}：已损坏；删除该文件后会重做这一块",
    ),
    "data.not_a_tar": (
        "{path}: not a whole uncompressed tar file; wanted the shards of a data set: unpack or "
        "pack them again",
        "{path}：不是完整的未压缩 tar 文件；需要数据集分片，请重新解压或打包",
    ),
    "data.tar_special": (
        "{path}: {name} is a link or a device; wanted plain files only",
        "{path}：{name} 是链接或设备；只接受普通文件",
    ),
    "data.tar_large": (
        "{path}: {name} is larger than a picture may be; wanted files below the limit",
        "{path}：{name} 超过图片大小上限",
    ),
    "data.tar_twice": (
        "{path}: two files of the sample {name} have one name; wanted different ones",
        "{path}：样本 {name} 有两个同名文件",
    ),
    "data.tar_name": (
        "{path}: the name {name} is no plain file's; wanted KEY.EXTENSION inside the folder",
        "{path}：{name} 不是普通文件名；应为文件夹内的 键.扩展名",
    ),
    "data.tar_no_picture": (
        "{path}: sample {number} has no picture; wanted a .jpg, .png or .webp in every sample",
        "{path}：样本 {number} 没有图片；每个样本都应有 .jpg、.png 或 .webp",
    ),
    "data.tar_size": (
        "{path}: sample {number} has {found} pixels, wanted {wanted} a side: pack with --size",
        "{path}：样本 {number} 为 {found} 像素，应为边长 {wanted}：请用 --size 打包",
    ),
    "scale.missing": (
        "a cluster needs one more package: pip install 'mien[scale]'",
        "使用集群还需要一个软件包：pip install 'mien[scale]'",
    ),
    "scale.address": (
        "{address}: no Ray cluster answers there ({reason}); start one with `ray start --head`, or "
        "give --address local",
        "{address}：没有可用的 Ray 集群（{reason}）；请用 `ray start --head` 启动，"
        "或使用 --address local",
    ),
    "scale.piece": (
        "a piece of the work failed on several machines ({reason}); what is done is kept: mend it "
        "and run the same command again",
        "一块工作在多台机器上失败（{reason}）；已完成的会保留，修复后再次运行同一命令即可",
    ),
    "scale.backend": (
        "who does the work: processes here, or a Ray cluster",
        "由谁完成：本机进程，或 Ray 集群",
    ),
    "scale.address_help": (
        "of the cluster: auto, HOST:PORT, or local for one that is started here",
        "集群地址：auto、主机:端口，或 local（在本机启动）",
    ),
    "batch.task": (
        "an action that takes photos, in quotes: 'express edit', 'face analyse'",
        "接受照片的操作，加引号：'express edit'、'face analyse'",
    ),
    "batch.folder": ("folder or zip file of pictures", "图片文件夹或 zip 文件"),
    "batch.options": (
        "options of the action, in quotes, the first without dashes: 'preset smile --mask'",
        "该操作的选项，加引号，第一个不带短横：'preset smile --mask'",
    ),
    "batch.piece": ("pictures in a piece", "每块的图片数"),
    "batch.unknown": (
        "{task}: no action that takes photos; wanted one of {names}",
        "{task}：不是接受照片的操作；可选 {names}",
    ),
    "batch.taken": (
        "--options sets {name}, which is the batch's own: leave it out",
        "--options 设置了 {name}，该项由 batch 决定，请删除",
    ),
    "batch.done": (
        "{done} of {total} pictures done, {skipped} skipped: {path}",
        "共 {total} 张图片，完成 {done} 张，跳过 {skipped} 张：{path}",
    ),
    "data.wanted.pack": (
        "the pack.json of a data set (see `mien data import`)",
        "数据集的 pack.json（见 `mien data import`）",
    ),
    "data.missing": (
        "{path}: no such file or folder; wanted a folder or a zip file of pictures",
        "{path}：不存在；需要包含图片的文件夹或 zip 文件",
    ),
    "data.empty": (
        "{path}: no pictures in it ({count} other files); wanted JPEG, PNG, WebP, BMP, GIF or TIFF",
        "{path}：其中没有图片（其他文件 {count} 个）；需要 JPEG、PNG、WebP、BMP、GIF 或 TIFF",
    ),
    "data.too_many": (
        "{path}: more than {limit} files; name a smaller folder",
        "{path}：文件超过 {limit} 个；请给出较小的文件夹",
    ),
    "data.not_a_zip": (
        "{path}: neither a folder nor a zip file that can be read; wanted one of them",
        "{path}：既不是文件夹，也不是可读取的 zip 文件；需要其中之一",
    ),
    "data.zip_member": (
        "{path}: cannot be unpacked (damaged or encrypted)",
        "{path}：无法解压（已损坏或已加密）",
    ),
    "data.celeba_line": (
        "{path}, line {line}: wanted a file name and {wanted} values of 1 or -1: download it again",
        "{path} 第 {line} 行：需要文件名和 {wanted} 个 1 或 -1 的值，请重新下载",
    ),
    "data.no_face": (
        "no face found; wanted one that is upright and unhidden, or --crop centre",
        "未找到人脸；需要正立、无遮挡的人脸，或使用 --crop centre",
    ),
    "data.shard": (
        "{path}: not as it was written; make the data set again",
        "{path}：内容与写入时不符；请重新制作数据集",
    ),
    "data.pack_damaged": (
        "{path}: damaged; wanted a data set of `mien data import`: make it again",
        "{path}：已损坏；需要 `mien data import` 的数据集，请重新制作",
    ),
    "data.pack_newer": (
        "{path}: the data set was written by a newer mien: update mien",
        "{path}：数据集由更新版本的 mien 写入，请更新 mien",
    ),
    "data.maker_died": (
        "the process that draws the training pictures has ended: {count} of {wanted} are there; "
        "train again with --resume auto",
        "绘制训练图片的进程已结束：需要 {wanted} 张，现有 {count} 张；请用 --resume auto 继续训练",
    ),
    "data.nothing_usable": (
        "none of the {count} pictures can be used: `mien data check` says why",
        "{count} 张图片均不可用：请用 `mien data check` 查看原因",
    ),
    "data.report.count": (
        "{usable} of {pictures} pictures can be used",
        "{pictures} 张图片中有 {usable} 张可用",
    ),
    "data.report.sizes": (
        "shorter side {least} to {most} pixels, median {median}; {formats}",
        "短边 {least} 到 {most} 像素，中位数 {median}；{formats}",
    ),
    "data.report.others": (
        "{count} files are no pictures and were passed over",
        "{count} 个文件不是图片，已略过",
    ),
    "data.report.repeated": (
        "{count} pictures are there more than once",
        "{count} 张图片重复",
    ),
    "data.report.small": (
        "{count} pictures are smaller than the wanted size and were enlarged",
        "{count} 张图片小于所需尺寸，已放大",
    ),
    "data.report.quarantined": (
        "{count} pictures cannot be used, for example:",
        "{count} 张图片不可用，例如：",
    ),
    "data.report.few": (
        "{count} pictures are few: below {wanted} a network learns them by heart",
        "{count} 张图片偏少：少于 {wanted} 张时网络会死记硬背",
    ),
}
