"""What is said when other people's data sets of faces are taken over."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.data.import.ckplus": (
        "take over CK+: sequences, landmarks, pairs, split by person",
        "导入 CK+：序列、特征点、图片对，按人划分",
    ),
    "command.data.import.mmi": (
        "take over MMI: frames with landmarks, or clips",
        "导入 MMI：带特征点的帧或视频",
    ),
    "command.data.import.frgc": (
        "take over FRGC: pictures with .pts files",
        "导入 FRGC：带 .pts 文件的图片",
    ),
    "command.data.import.bosphorus": (
        "take over Bosphorus: pictures with .lm2 files or one .lm2s",
        "导入 Bosphorus：带 .lm2 文件或一个 .lm2s 的图片",
    ),
    "command.data.import.clips": (
        "take over a clip, or a folder of clips",
        "导入一段视频或视频文件夹",
    ),
    "command.data.import.openface": (
        "take over OpenFace's CSV files with their pictures",
        "导入 OpenFace 的 CSV 文件及其图片",
    ),
    "command.data.import.celeba": (
        "take over pictures with a list of Action Units",
        "导入带动作单元列表的图片",
    ),
    "command.data.import.photos": (
        "take over photos of your own; their Action Units are estimated",
        "导入自己的照片；动作单元由程序估计",
    ),
    "faces.path": ("folder of the data set, or one clip", "数据集文件夹，或一段视频"),
    "faces.pairs": (
        "which frame is made of which: the first of its sequence, any earlier one of the person, "
        "the one --step before, or itself with noise",
        "由哪一帧生成哪一帧：序列首帧、同一人的任一较早帧、相隔 --step 的帧，或加噪的自身",
    ),
    "faces.step": ("frames between the two of a continuity pair", "连续对中两帧的间隔"),
    "faces.noise": (
        "grey levels of noise of the noise pairs",
        "加噪对的噪声强度（灰度级）",
    ),
    "faces.most": ("most pairs of a kind", "每种图片对的最大数量"),
    "faces.equalise": (
        "make the histogram of the brightness flat, as the ancestor does",
        "像前代一样对亮度直方图做均衡化",
    ),
    "faces.held": (
        "share of the people who are only measured; of one person, of the last frames",
        "仅用于测量的人数比例；只有一人时为末尾帧的比例",
    ),
    "faces.seed": ("draws who is held back, and pairs", "决定留出的人和抽取的图片对"),
    "faces.wanted.set": (
        "a data set of `mien data import`",
        "`mien data import` 的数据集",
    ),
    "faces.wanted.ckplus": (
        "S001_006_00000012.png and S001_006_00000012_landmarks.txt",
        "S001_006_00000012.png 与 S001_006_00000012_landmarks.txt",
    ),
    "faces.wanted.mmi": (
        "S001-001_12.png with S001-001_12.txt, or clips",
        "S001-001_12.png 与 S001-001_12.txt，或视频",
    ),
    "faces.wanted.frgc": ("04201d302.jpg and 04201d302.pts", "04201d302.jpg 与 04201d302.pts"),
    "faces.wanted.bosphorus": (
        "bs000_E_HAPPY_0.png with bs000_E_HAPPY_0.lm2, or an .lm2s file",
        "bs000_E_HAPPY_0.png 与 bs000_E_HAPPY_0.lm2，或 .lm2s 文件",
    ),
    "faces.wanted.clips": ("clips, or folders of frames", "视频或逐帧文件夹"),
    "faces.missing": (
        "{path}: no such folder; wanted that of a data set: check the path",
        "{path}：没有这个文件夹；需要数据集所在的文件夹，请检查路径",
    ),
    "faces.none": (
        "{path}: nothing in the layout {layout} among {count} files; wanted {wanted}",
        "{path}：{count} 个文件中没有符合 {layout} 结构的内容；需要 {wanted}",
    ),
    "faces.nothing": (
        "{path}: none of its pictures can be used ({count} left out; the first: {first}); use "
        "another folder or layout",
        "{path}：没有可用的图片（略过 {count} 个；首个原因：{first}）；请更换文件夹或结构",
    ),
    "faces.no_pairs": (
        "{path}: no pairs to learn from; wanted at least two frames of one person: choose other "
        "--pairs or a smaller --held",
        "{path}：没有可学习的图片对；同一人至少需要两帧，请更换 --pairs 或减小 --held",
    ),
    "faces.damaged": (
        "{path}, line {line}: not as mien wrote it; wanted a data set of `mien data import`: "
        "import it again",
        "{path} 第 {line} 行：内容与写入时不符；需要 `mien data import` 的数据集，请重新导入",
    ),
    "faces.newer": (
        "{path}: written by a newer mien: update mien",
        "{path}：由更新版本的 mien 写入，请更新 mien",
    ),
    "faces.left.no_picture": (
        "landmarks without a picture of that name",
        "特征点没有同名图片",
    ),
    "faces.left.twice": ("a second file of that name", "同名的第二个文件"),
    "faces.left.name": ("its name is not one of this layout", "文件名不符合该结构"),
    "faces.left.clip": ("a clip, which this layout has none of", "该结构不含视频"),
    "faces.left.no_face": ("no face found", "未找到人脸"),
    "faces.left.other_face": (
        "its landmarks are not where the face was found",
        "特征点与检测到的人脸位置不符",
    ),
    "faces.left.outside": (
        "the face is too small or not in the picture",
        "人脸太小或不在画面内",
    ),
    "faces.left.long": (
        "frames beyond the first {limit}",
        "超出前 {limit} 帧的部分",
    ),
    "faces.report.frames": (
        "{frames} frames of {strips} sequences; landmarks: {given} given, {found} found",
        "{strips} 个序列共 {frames} 帧；特征点：自带 {given}，检测 {found}",
    ),
    "faces.report.split": (
        "{train} people to learn from ({train_frames} frames), {held} to measure "
        "({held_frames} frames)",
        "学习用 {train} 人（{train_frames} 帧），测量用 {held} 人（{held_frames} 帧）",
    ),
    "faces.report.pairs": (
        "pairs {kind}: {count} of {total}",
        "{kind} 对：{total} 对中的 {count} 对",
    ),
    "faces.report.others": (
        "{count} other files were not needed: {endings}",
        "{count} 个其他文件未使用：{endings}",
    ),
    "faces.report.left": (
        "{count} files or frames were left out for {reasons} reasons (all in report.json), for "
        "example:",
        "{count} 个文件或帧被略过，共 {reasons} 种原因（详见 report.json），例如：",
    ),
    "labels.crop": (
        "what part of a picture: without it face, and squeeze for OpenFace's own crops",
        "取图片的哪一部分；不填则为 face，OpenFace 自身的裁剪为 squeeze",
    ),
    "labels.confidence": (
        "OpenFace's confidence below which a picture is left out",
        "OpenFace 置信度低于此值的图片被略过",
    ),
    "labels.report.count": (
        "{usable} of {pictures} pictures were written; {rows} rows of Action Units",
        "{pictures} 张图片中写入 {usable} 张；动作单元共 {rows} 行",
    ),
    "labels.report.estimated": (
        "the Action Units of all {count} were estimated, and are marked so",
        "全部 {count} 张的动作单元均为估计值，并已注明",
    ),
    "labels.left.no_picture": ("Action Units without a picture", "有动作单元但没有图片"),
    "labels.left.no_row": ("a picture without Action Units", "有图片但没有动作单元"),
    "labels.left.unsure": (
        "confidence {value} below {least}",
        "置信度 {value} 低于 {least}",
    ),
    "labels.none": (
        "{path}: none of {rows} rows of Action Units belongs to one of {pictures} pictures with "
        "enough confidence; wanted names as those of the files, or a lower --confidence",
        "{path}：{rows} 行动作单元均不对应 {pictures} 张图片之一，或置信度不足；"
        "名称需与文件名一致，或降低 --confidence",
    ),
    "labels.no_file": (
        "{path}: no Action Units; wanted {wanted} in it: name the file with --attributes",
        "{path}：没有动作单元；其中需要 {wanted}，请用 --attributes 指定文件",
    ),
}
