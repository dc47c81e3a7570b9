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
