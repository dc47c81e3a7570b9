"""What the command line says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "app.error": ("mien: {error}", "mien：{error}"),
    "app.stopped": (
        "mien: stopped; what was finished is kept",
        "mien：已停止；已完成的结果会保留",
    ),
    "app.fault": (
        "mien: this should not happen ({kind}: {error}); run it again with MIEN_DEBUG=1 to see "
        "where",
        "mien：出现了意外错误（{kind}：{error}）；请设置 MIEN_DEBUG=1 再运行一次以查看位置",
    ),
    "app.usage": ("usage: {words}", "用法：{words}"),
    "app.options": ("options", "选项"),
    "app.command_words": ("COMMAND [options] [--lang en|zh]", "命令 [选项] [--lang en|zh]"),
    "app.more_help": (
        "`mien COMMAND --help` shows the options of a command; `mien --version` the version.",
        "`mien 命令 --help` 显示该命令的选项；`mien --version` 显示版本。",
    ),
    "app.help_option": ("show this help", "显示此帮助"),
    "app.required": ("required", "必填"),
    "app.repeatable": ("may be repeated", "可重复"),
    "app.default": ("default {value}", "默认 {value}"),
    "app.command": ("command", "命令"),
    "app.command_of": ("command of `mien {group}`", "`mien {group}` 的命令"),
    "app.flag_value": (
        "{name} takes no value: write {name} alone, or leave it out",
        "{name} 不带值：请只写 {name}，或不写",
    ),
    "app.twice": ("{name} was given twice: give it once", "{name} 给了两次：只需一次"),
    "app.unexpected": (
        "{word!r} is one word too many: `mien {command} --help` shows what is taken",
        "多余的内容 {word!r}：请用 `mien {command} --help` 查看可用的参数",
    ),
    "app.unreadable": (
        "these words cannot be read: {words}; `mien {command} --help` shows what is taken",
        "无法理解：{words}；请用 `mien {command} --help` 查看可用的参数",
    ),
    "app.skipped": ("skipped: {count}", "已跳过：{count}"),
    "app.progress": (
        "[{done}/{total}] {label} ({left} s left)",
        "[{done}/{total}] {label}（剩余 {left} 秒）",
    ),
    "app.wrote": ("wrote {path}", "已写入 {path}"),
    "command.demo": (
        "turn a photo into a game character and show it on one page",
        "把一张照片变成游戏角色，并用一个网页展示",
    ),
    "command.head.render": ("draw one head", "绘制一个头像"),
    "command.head.sheet": ("draw a sheet of heads side by side", "绘制一整张头像对照图"),
    "command.head.schema": (
        "list sliders, Action Units, materials and hair styles",
        "列出滑块、动作单元、材质和发型",
    ),
    "command.head.glb": ("export one head as a 3D model", "把一个头导出为三维模型"),
    "command.face.analyse": (
        "find and measure the faces of photos",
        "检测并测量照片中的人脸",
    ),
    "command.python": (
        "show the Python that does what a command line does",
        "显示与命令行等效的 Python 代码",
    ),
    "twin.line": (
        "a command line in quotes: 'head render --seed 3 --out a.png'",
        "加引号的命令行：'head render --seed 3 --out a.png'",
    ),
    "twin.no_command": (
        "{words!r} names no command; wanted one with its options, as after `mien`",
        "{words!r} 不是命令；需要完整的命令及其选项",
    ),
    "command.doctor": ("look whether this machine is ready", "检查本机是否就绪"),
    "command.inspect": (
        "say what a file of mien's is and how it was made",
        "说明 mien 的某个文件是什么、如何生成",
    ),
    "doctor.good": ("ready", "就绪"),
    "doctor.bad": (
        "not ready: {names} missing; run `python3 dev.py setup`",
        "尚未就绪：缺少 {names}；请运行 `python3 dev.py setup`",
    ),
    "doctor.pinned": (
        "NOT the file that ships (wrong SHA-256): install again; after training, {command}",
        "不是随附的原文件（SHA-256 不符）：请重新安装；若刚训练过，请运行 {command}",
    ),
    "doctor.absent": ("not installed", "未安装"),
    "doctor.cores": ("{count} cores", "{count} 个核心"),
    "doctor.memory": ("{size:.1f} GiB", "{size:.1f} GiB"),
    "doctor.landmarks": (
        "68 points, non-commercial training data",
        "68 点，训练数据仅限非商业用途",
    ),
    "inspect.nothing": (
        "{path}: nothing in it says that mien made it; wanted a result or weight file of mien's",
        "{path}：没有 mien 的记录；需要 mien 生成的结果或权重文件",
    ),
    "app.seed_or_params": (
        "--params and --seed both say which head to draw: give one of them",
        "--params 和 --seed 都用来指定头像：请只给出其中一个",
    ),
    "app.faces": (
        "{path}: {width}x{height}, faces: {count}",
        "{path}：{width}x{height}，人脸数：{count}",
    ),
    "app.no_face": (
        "{path}: no face found; wanted one at least about 40 pixels wide, upright and lit",
        "{path}：没有找到人脸；需要至少约 40 像素宽、端正且光线充足的人脸",
    ),
    "app.one_drawing": (
        "--draw takes one photo, and {count} were given: run them one by one",
        "--draw 只能用于一张照片，但给了 {count} 张：请逐张运行",
    ),
    "demo.open": ("open in a browser: {path}", "请用浏览器打开：{path}"),
    "demo.extra": (
        "the astronaut of the demo comes with scikit-image, which is not installed: "
        "pip install mien[demo], or name a photo",
        "演示用的宇航员照片来自 scikit-image，但它尚未安装："
        "请运行 pip install mien[demo]，或指定一张照片",
    ),
    "page.title": ("A photo becomes a character", "照片变成角色"),
    "page.lead": (
        "Found, measured and rebuilt as parameters of one 3D head, on this machine, without a "
        "network connection.",
        "在本机离线完成：找到人脸，测量，再用同一个三维头部模型的参数重建。",
    ),
    "page.photo": ("The photo", "照片"),
    "page.character": ("The character, neutral", "角色（中性表情）"),
    "page.turning": ("Turning", "旋转"),
    "page.toon": ("Its drawn twin, from the same parameters", "同一组参数的动漫形象"),
    "page.files": ("Files:", "文件："),
    "page.me": (
        "In 3D, moved by sliders and by your webcam, without a network:",
        "三维头部，可用滑块和摄像头驱动，无需联网：",
    ),
    "page.synthetic": (
        "Everything but the photo is synthetic, and says so in its own metadata.",
        "除照片外均为合成内容，并已写入各文件自身的元数据。",
    ),
}
