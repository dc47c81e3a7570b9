"""The help of every option: one line, without a full stop."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "option.json": ("print JSON for other programs", "输出供其他程序读取的 JSON"),
    "option.out_picture": ("picture to write: png, jpg or webp", "要写入的图片：png、jpg 或 webp"),
    "option.out_model": ("3D model to write", "要写入的三维模型"),
    "option.params": ("params.json of a character", "角色的 params.json"),
    "option.consent": (
        "whose the faces are, for the record: own-face, permission or public-domain",
        "人脸的来源说明，写入结果的记录：own-face 本人，permission 已获许可，"
        "public-domain 公有领域",
    ),
    "option.seed": ("draw the random head of this seed", "绘制此随机种子对应的头像"),
    "option.index": ("which head of the seed", "该种子下的第几个头像"),
    "option.set": ("slider or macro, such as nose_width=.3", "滑块或宏，例如 nose_width=.3"),
    "option.au": ("Action Unit from 0 to 1, such as AU12=.8", "动作单元（0 到 1），例如 AU12=.8"),
    "option.hair": ("hair style", "发型"),
    "option.style": ("how it is drawn", "绘制风格"),
    "option.yaw": ("turn to the picture's right", "向画面右侧转头"),
    "option.pitch": ("lower the chin", "低头"),
    "option.roll": ("tilt counter-clockwise", "逆时针歪头"),
    "option.gaze": ("look right and up in the picture", "视线向画面右方和上方"),
    "option.light": ("light", "灯光"),
    "option.overwrite": ("replace what is there", "替换已有文件"),
    "option.size": ("width and height of the picture", "图片的宽和高"),
    "option.texture_size": ("width and height of the skin texture", "皮肤贴图的宽和高"),
    "option.cell_size": ("width and height of each head", "每个头像的宽和高"),
    "option.sheet_kind": ("what the sheet shows", "对照图的内容"),
    "option.count": ("how many heads", "头像数量"),
    "option.out_sheet": ("sheet to write", "要写入的对照图"),
    "option.photos": ("photos, one or more", "一张或多张照片"),
    "option.max_faces": (
        "keep only the largest faces of each photo",
        "每张照片只保留最大的几张脸",
    ),
    "option.draw": ("write a copy with boxes and points", "写入一份标出方框和特征点的副本"),
    "demo.photo": (
        "your photo; the astronaut of scikit-image if left out",
        "您的照片；不填则使用 scikit-image 的宇航员",
    ),
    "inspect.file": ("a result or weight file", "结果文件或权重文件"),
}
