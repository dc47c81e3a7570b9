"""What exports of a character say: the 3D page, models for engines, VRM."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "page3d.title": ("A character", "角色"),
    "page3d.photo": ("photo", "写实"),
    "page3d.toon": ("toon", "卡通"),
    "page3d.find": ("find an expression", "查找表情"),
    "page3d.footer": (
        "A synthetic head made by mien. This file works offline; it holds three.js (MIT).",
        "由 mien 制作的合成头像。本文件可离线使用，内含 three.js（MIT 许可）。",
    ),
    "page3d.arkit": ("ARKit blend shapes", "ARKit 混合变形"),
    "page3d.visemes": ("Visemes", "口型"),
    "page3d.aus": ("Action Units", "动作单元"),
    "page3d.mood.neutral": ("neutral", "中性"),
    "page3d.mood.happy": ("smile", "微笑"),
    "page3d.mood.sad": ("sad", "悲伤"),
    "page3d.mood.angry": ("angry", "生气"),
    "page3d.mood.surprised": ("surprised", "惊讶"),
    "page3d.mood.relaxed": ("relaxed", "放松"),
    "page3d.mood.blink": ("blink", "眨眼"),
}
