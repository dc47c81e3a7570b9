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
    "page3d.footer_webcam": (
        "A synthetic head made by mien. This file works offline, with the webcam too: no picture "
        "leaves it. It holds three.js and ONNX Runtime (MIT).",
        "由 mien 制作的合成头像。本文件可离线使用，包括摄像头：画面不会离开本页。"
        "内含 three.js 与 ONNX Runtime（MIT 许可）。",
    ),
    "page3d.old": (
        "This browser is too old for the page: it cannot unpack it. Wanted one of 2023 or later.",
        "浏览器版本过旧，无法解压本页面：请使用 2023 年或之后的浏览器。",
    ),
    "page3d.flat": (
        "This browser shows no 3D here: WebGL is switched off or missing.",
        "此浏览器在这里无法显示三维内容：WebGL 已关闭或不可用。",
    ),
    "page3d.webcam.start": ("Webcam", "摄像头"),
    "page3d.webcam.stop": ("Stop webcam", "关闭摄像头"),
    "page3d.webcam.neutral": ("Neutral", "中性校准"),
    "page3d.webcam.mirror": ("Mirror", "镜像"),
    "page3d.webcam.self": ("what the camera sees", "摄像头画面"),
    "page3d.webcam.loading": ("Opening the camera …", "正在打开摄像头……"),
    "page3d.webcam.hold": (
        "No face found: hold yours into the oval, upright.",
        "未找到人脸：请将脸竖直放入椭圆内。",
    ),
    "page3d.webcam.rest": (
        "Look into the camera with a relaxed face for a second …",
        "请放松面部，看着摄像头一秒钟……",
    ),
    "page3d.webcam.following": ("pictures a second", "帧/秒"),
    "page3d.webcam.refused": (
        "The camera was refused: allow it for this page in the browser's address bar.",
        "摄像头被拒绝：请在浏览器地址栏中允许本页面使用摄像头。",
    ),
    "page3d.webcam.none": ("No camera was found: plug one in.", "未找到摄像头：请连接摄像头。"),
    "page3d.webcam.busy": (
        "The camera gives no picture: close other programs that use it.",
        "摄像头没有画面：请关闭其他正在使用它的程序。",
    ),
    "page3d.webcam.insecure": (
        "This browser gives a camera to secure pages only: open the file itself, or by https.",
        "浏览器只允许安全页面使用摄像头：请直接打开本文件，或通过 https 访问。",
    ),
    "page3d.webcam.failed": ("The camera does not work", "摄像头无法使用"),
    "page3d.webcam.broken": ("The face cannot be read here", "无法在此识别面部"),
    "page3d.arkit": ("ARKit blend shapes", "ARKit 混合变形"),
    "page3d.visemes": ("Visemes", "口型"),
    "page3d.aus": ("Action Units", "动作单元"),
    "option.morphs": (
        "morph targets: ARKit's 52 with 15 visemes, Action Units, or both",
        "变形目标：ARKit 的 52 个加 15 个口型、动作单元，或两者",
    ),
    "option.simple_model": (
        "at most 4,000 triangles, for heads in the distance",
        "最多 4,000 个三角形，用于远处的头",
    ),
    "character.export.folder": (
        "folder of a fitted character; without one, the imitator is exported",
        "已拟合角色的文件夹；不给出时导出模仿网络",
    ),
    "character.export.html": (
        "one web page with the turning character, its sliders and a webcam, works offline",
        "单个网页：可旋转的角色、表情滑块和摄像头驱动，可离线使用",
    ),
    "character.export.no_webcam": (
        "leave out of the page what reads a face before a webcam: it is 5.7 MB smaller",
        "网页不含摄像头驱动功能：小 5.7 MB",
    ),
    "character.export.vrm": (
        "a VRM 1.0 avatar with a plain body",
        "带简单身体的 VRM 1.0 虚拟形象",
    ),
    "character.export.glb": (
        "models for engines: head.glb, full and simple (the default)",
        "供引擎使用的模型：head.glb，完整与简化两份（默认）",
    ),
    "character.export.toon": ("the character's drawn twin", "角色的卡通形象"),
    "character.export.title": (
        "name shown in the page and the avatar",
        "网页和虚拟形象中显示的名称",
    ),
    "character.export.author": ("author named in the avatar", "虚拟形象中署名的作者"),
    "character.export.out": (
        "where to write: a folder (default: the character's), or the imitator's .onnx file",
        "写入位置：文件夹（默认为角色所在文件夹），或模仿网络的 .onnx 文件",
    ),
    "character.export.unknown": ("unknown", "未知"),
    "character.export.no_folder": (
        "--html, --vrm and --glb need a character: give the folder that `mien character fit` "
        "wrote, as in `mien character export characters/photo --html`",
        "--html、--vrm 和 --glb 需要一个角色：请给出 `mien character fit` 写出的文件夹，"
        "例如 `mien character export characters/photo --html`",
    ),
    "character.export.length": (
        "{name} has to be a text of 1 to {most} characters",
        "{name} 必须是 1 到 {most} 个字符的文本",
    ),
    "page3d.mood.neutral": ("neutral", "中性"),
    "page3d.mood.happy": ("smile", "微笑"),
    "page3d.mood.sad": ("sad", "悲伤"),
    "page3d.mood.angry": ("angry", "生气"),
    "page3d.mood.surprised": ("surprised", "惊讶"),
    "page3d.mood.relaxed": ("relaxed", "放松"),
    "page3d.mood.blink": ("blink", "眨眼"),
}
