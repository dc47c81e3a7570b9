"""What the jobs say."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "job.character.title": ("character", "游戏角色"),
    "job.character.summary": (
        "a photo becomes a game character: sliders and a 3D model",
        "把照片变成游戏角色：滑块参数与三维模型",
    ),
    "command.character.fit": (
        "turn photos into characters, one folder per face",
        "把照片变成角色，每张脸一个文件夹",
    ),
    "command.character.edit": (
        "change sliders or hair of a fitted character",
        "修改已拟合角色的滑块或发型",
    ),
    "character.photos": ("photos with one or more faces", "含一张或多张人脸的照片"),
    "character.out": ("folder for the results", "结果文件夹"),
    "character.likeness": (
        "how much of the photo's skin the character wears",
        "角色皮肤保留多少照片细节",
    ),
    "character.size": ("side of the pictures", "图片边长"),
    "character.folder": ("folder of a fitted character", "已拟合角色的文件夹"),
    "character.no_photos": (
        "no photo was given; wanted one or more picture files: name them after `fit`",
        "没有给出照片；需要一张或多张图片，请写在 `fit` 之后",
    ),
    "character.no_face": (
        "{path}: no face was found; wanted a face of at least 80 pixels, seen from the front: "
        "use a larger or clearer photo. {notes}",
        "{path}：没有找到人脸；需要至少 80 像素的正面人脸，请换更大或更清晰的照片。{notes}",
    ),
    "character.no_change": (
        "nothing to change; wanted --set NAME=NUMBER, or --hair, --facial-hair, --glasses STYLE: "
        "`mien head schema` lists the names",
        "没有要修改的内容；需要 --set 名称=数值 或 --hair、--facial-hair、--glasses 样式，"
        "`mien head schema` 列出全部名称",
    ),
}
