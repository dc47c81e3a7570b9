"""What moving faces says: drivers, expressions, and the jobs `express` and `reenact`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "motion.wanted.driver": (
        "a driver: driver.csv, an OpenFace CSV or an attribute list",
        "驱动文件：driver.csv、OpenFace 的 CSV 或属性列表",
    ),
    "motion.driver.format": (
        "{path}: not a driver; wanted driver.csv, an OpenFace CSV, or lines of a name and 17 "
        "numbers: make one with `mien face track`",
        "{path}：不是驱动文件；需要 driver.csv、OpenFace 的 CSV，或每行一个名称加 17 个数字；"
        "可用 `mien face track` 生成",
    ),
    "motion.driver.empty": (
        "{path}: no frames in it; wanted a head line with column names and one line per frame",
        "{path}：没有任何帧；需要一行列名，之后每帧一行",
    ),
    "motion.driver.long": (
        "{path}: {rows} lines; wanted at most {limit}: cut it into parts",
        "{path}：共 {rows} 行；最多 {limit} 行，请分成几段",
    ),
    "motion.driver.columns": (
        "{path}: columns that mean nothing here: {given}; wanted AU1, AU2, ..., yaw, pitch, roll, "
        "gaze_x, gaze_y and time",
        "{path}：无法识别的列：{given}；需要 AU1、AU2……、yaw、pitch、roll、gaze_x、gaze_y 和 time",
    ),
    "motion.driver.number": (
        '{path}, line {line}: {column} is "{value}"; wanted a number from {low} to {high}',
        "{path} 第 {line} 行：{column} 为“{value}”；需要 {low} 到 {high} 之间的数字",
    ),
    "motion.driver.order": (
        "{path}, line {line}: its time is not after the line before; wanted rising seconds",
        "{path} 第 {line} 行：时间没有晚于上一行；需要递增的秒数",
    ),
    "motion.driver.words": (
        "{path}, line {line}: {given} words; wanted {wanted}: a picture's name and 17 numbers",
        "{path} 第 {line} 行：共 {given} 项；需要 {wanted} 项：图片名加 17 个数字",
    ),
    "motion.driver.folder": (
        "{path}: no pictures in this folder; wanted the frames of a clip: jpg, png or webp",
        "{path}：文件夹里没有图片；需要一段视频的各帧：jpg、png 或 webp",
    ),
    "motion.clip.no_face": (
        "no face was found in {frames} frames; wanted a clip with a face of at least 80 pixels",
        "在 {frames} 帧中没有找到人脸；需要包含至少 80 像素人脸的视频",
    ),
    "motion.camera.none": (
        "webcam {number}: no such camera, or another program uses it; wanted one that works: see "
        "--camera, or give a clip or a folder of frames",
        "摄像头 {number}：不存在，或正被其他程序使用；需要可用的摄像头：请使用 --camera，"
        "或改用视频或逐帧文件夹",
    ),
    "motion.camera.silent": (
        "webcam {number}: it gives no pictures; wanted a camera that works: plug it in again, or "
        "give another --camera",
        "摄像头 {number}：没有画面；需要可用的摄像头：请重新插好，或换一个 --camera",
    ),
    "track.live": (
        "look at the camera at rest for a second; Ctrl-C ends it",
        "请面无表情地看镜头一秒；按 Ctrl-C 结束",
    ),
    "track.told": (
        "{frames} frames at {fps} per second; {lost} without a face",
        "共 {frames} 帧，每秒 {fps} 帧；其中 {lost} 帧没有人脸",
    ),
    "motion.expression": ("expression", "表情"),
    "motion.au": ("Action Unit", "动作单元"),
    "motion.frames": (
        "--frames {frames}: wanted at least 1",
        "--frames {frames}：至少为 1",
    ),
    "motion.wink": (
        "{name}: a clip's driver closes both eyes; wanted another expression, or `mien express "
        "edit` for a wink",
        "{name}：视频驱动会同时闭上双眼；请换一种表情，或用 `mien express edit` 制作眨单眼",
    ),
    "motion.no_face": (
        "{path}: no face was found; wanted a face of at least 80 pixels, seen from the front: use "
        "a larger or clearer photo",
        "{path}：没有找到人脸；需要至少 80 像素的正面人脸，请换更大或更清晰的照片",
    ),
    "motion.no_photos": (
        "no photo was given; wanted one or more picture files",
        "没有给出照片；需要一张或多张图片",
    ),
    "motion.face_number": (
        "{path}: --face {face}, but {count} were found; faces are counted from the largest, which "
        "is 1",
        "{path}：--face {face}，但只找到 {count} 张脸；从最大的脸开始数，最大的为 1",
    ),
    "motion.no_change": (
        "nothing to change; wanted --au, --preset, --like, --sweep, --grid, --yaw, --pitch, --roll "
        "or --gaze",
        "没有要修改的内容；需要 --au、--preset、--like、--sweep、--grid、--yaw、--pitch、"
        "--roll 或 --gaze",
    ),
    "motion.no_driver": (
        "nothing to follow; wanted --driver (a clip, a folder of frames or driver.csv) or "
        "--expression NAME=1",
        "没有可跟随的内容；需要 --driver（视频、逐帧文件夹或 driver.csv）或 --expression 名称=1",
    ),
    "motion.two_drivers": (
        "--driver and --expression were both given; wanted one of them",
        "同时给出了 --driver 和 --expression；只能选其一",
    ),
    "motion.note.teeth": (
        "{path}: the photo's mouth is closed, so teeth are drawn, not the person's own",
        "{path}：照片中嘴是闭着的，牙齿为绘制，并非本人的牙齿",
    ),
    "motion.note.lids": (
        "{path}: closed eyes are painted over glasses where there are any",
        "{path}：若戴眼镜，闭眼效果会画在眼镜之上",
    ),
    "motion.note.silent": (
        "{path}: without sound, since an mp4 cannot hold the kind that the driver has",
        "{path}：没有声音，因为 mp4 无法容纳驱动视频的音频格式",
    ),
    "job.express.title": ("express", "表情编辑"),
    "job.express.summary": (
        "the same photo with another expression, in its own pixels",
        "用照片自身的像素换一种表情",
    ),
    "command.express.edit": ("change the expression of photos", "修改照片中的表情"),
    "command.express.animate": (
        "let photos follow the expressions of a driver",
        "让照片跟随驱动文件的表情",
    ),
    "job.reenact.title": ("reenact", "人脸重演"),
    "job.reenact.summary": (
        "a photo moved by a clip, a driver or an expression",
        "让照片跟随视频、驱动文件或表情而动",
    ),
    "command.reenact.run": (
        "let a photo's face move as the face in a clip",
        "让照片中的脸像视频中的脸一样动",
    ),
    "command.face.track": ("turn a clip into driver.csv", "把视频转换为 driver.csv"),
    "motion.photos": ("photos with one or more faces", "含一张或多张人脸的照片"),
    "motion.clip_or_camera": (
        "a clip, a folder of its frames, webcam, or vmc (packets of another program)",
        "视频、存放各帧的文件夹、webcam（摄像头），或 vmc（其他程序的数据）",
    ),
    "motion.option.camera": (
        "which camera, counted from 0",
        "使用第几个摄像头，从 0 开始数",
    ),
    "motion.out": ("folder for the results", "结果文件夹"),
    "motion.out_driver": ("driver.csv to write", "要写入的 driver.csv"),
    "motion.option.au": (
        "Action Units to add, such as 12=.8 6=.5; below 0 takes away",
        "要增加的动作单元，例如 12=.8 6=.5；负数表示减少",
    ),
    "motion.option.preset": ("expression by name", "按名称选择表情"),
    "motion.option.like": (
        "photo whose expression is taken over",
        "借用这张照片中的表情",
    ),
    "motion.option.exact": (
        "set the Action Units to these values, whatever the photo shows",
        "不论照片中的表情如何，都设为这些数值",
    ),
    "motion.option.strength": ("factor on all expressions", "表情强度倍数"),
    "motion.option.head": (
        "how much of the driver's head turns is followed",
        "跟随驱动头部转动的程度",
    ),
    "motion.option.eyes": (
        "how much of the driver's gaze is followed",
        "跟随驱动视线的程度",
    ),
    "motion.option.absolute": (
        "take the driver's expressions as they are, not beside its rest",
        "直接采用驱动的表情，而不是相对其静止表情",
    ),
    "motion.option.face": (
        "which face, counted from the largest",
        "第几张脸，从最大的开始数",
    ),
    "motion.option.driver": (
        "clip, folder of frames, driver.csv, OpenFace CSV or attribute list",
        "视频、逐帧文件夹、driver.csv、OpenFace CSV 或属性列表",
    ),
    "motion.option.expression": (
        "expressions instead of a driver, such as happy=1",
        "用表情代替驱动文件，例如 happy=1",
    ),
    "motion.option.frames": ("length of an expression clip in frames", "表情片段的帧数"),
    "motion.option.fps": (
        "frames per second where the driver tells none",
        "驱动没有给出时采用的帧率",
    ),
    "motion.option.format": ("kind of clip", "视频格式"),
    "motion.option.side": ("longest side of a clip's picture", "视频画面最长边"),
    "motion.option.arrows": (
        "draw arrows over the face: how far every place is from its rest",
        "在脸上画箭头：每一处离静止位置有多远",
    ),
    "motion.arrows_model": (
        "--arrows shows what the warp does; wanted it without --model",
        "--arrows 显示变形；请去掉 --model",
    ),
    "motion.option.start": (
        "begin with this frame of the driver, counted from 0",
        "从驱动的这一帧开始，从 0 开始数",
    ),
    "motion.start": (
        "--start {start}: the driver has {frames} frames; wanted one of them, counted from 0",
        "--start {start}：驱动只有 {frames} 帧；从 0 开始数",
    ),
    "motion.stopped": (
        "stopped; what was made is kept: --start {next} makes the rest",
        "已停止；已生成的部分会保留，用 --start {next} 继续",
    ),
    "motion.option.limit": ("follow only so many frames", "只跟随前若干帧"),
}
