"""What fitting a head to photos says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "persona.wanted.params": (
        "the params.json of a character",
        "角色的 params.json",
    ),
    "persona.params.damaged": (
        "{path}: not a params.json of mien's, or damaged; wanted one that `mien character fit` "
        "wrote: make it again",
        "{path}：不是 mien 的 params.json，或已损坏；需要 `mien character fit` 写出的文件，"
        "请重新生成",
    ),
    "persona.params.newer": (
        "{path}: written by a newer mien; wanted one that this version knows: install the newer "
        "mien",
        "{path}：由更新版本的 mien 写出；需要本版本支持的文件，请安装新版本",
    ),
    "persona.params.texture": (
        "{path}: its texture is not a picture beside it; wanted a plain file name such as "
        "texture.png: fit the photo again",
        "{path}：其中的 texture 不是同一文件夹内的图片；需要类似 texture.png 的文件名，"
        "请重新拟合照片",
    ),
}
