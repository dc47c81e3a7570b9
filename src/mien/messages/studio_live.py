"""What the studio's live panels say."""

from __future__ import annotations

_WORDS = {
    "random": ("Random person", "随机人物"),
    "seed": ("Seed", "随机种子"),
    "sampler": ("Kind of people", "人物类型"),
    "mirror": ("Mirror", "左右互换"),
    "reset": ("Reset", "重置"),
    "find": ("Find a slider", "查找滑块"),
    "lock": ("Keep when a random person is drawn", "随机人物时保留"),
    "lock_all": ("Keep the whole group", "保留整组"),
    "three": ("3D", "三维"),
    "update": ("Update 3D", "更新三维"),
    "picture": ("Picture only", "仅图片"),
    "camera": ("Webcam", "摄像头"),
    "camera_stop": ("Stop webcam", "关闭摄像头"),
    "rest": ("This is rest", "以此为静止"),
    "hotkeys": ("Keys: c webcam, n rest, m mirror", "按键：c 摄像头，n 静止，m 镜像"),
    "flip": ("mirrored", "镜像"),
    "strength": ("Strength", "强度"),
    "turn": ("Head", "头部"),
    "photo": ("Photo …", "照片……"),
    "astronaut": ("Try the astronaut", "试用宇航员照片"),
    "like": ("Expression of a photo …", "照片中的表情……"),
    "before": ("Before (hold)", "原图（按住）"),
    "save": ("Save as a new character", "另存为新角色"),
    "skin": ("skin of the photo", "照片皮肤"),
    "refit": ("Lock what was set, fit the rest again", "锁定已设定的值并重新拟合"),
    "character": ("Choose a character", "选择角色"),
    "no_characters": (
        "No character yet: make one under “Make” first",
        "还没有角色：请先在“生成”中制作一个",
    ),
    "queued": (
        "{run}: it runs now; when it is done, choose it here. Progress is under Jobs.",
        "{run}：已开始运行；完成后可在此选择。进度见“任务”。",
    ),
    "presets": ("Expressions", "表情"),
    "neutral": ("neutral", "无表情"),
    "download": ("Download", "下载"),
    "making": ("Working …", "正在处理……"),
    "made": ("{file} is in your downloads", "{file} 已下载"),
    "speed": (
        "{ms} ms from slider to picture (usually {usual}, drawing {drawn})",
        "从滑块到图片 {ms} 毫秒（通常 {usual}，其中绘制 {drawn}）",
    ),
    "fps": ("{fps} pictures a second, {drawn} ms each", "每秒 {fps} 帧，每帧 {drawn} 毫秒"),
    "waiting_rest": (
        "Look into the camera with a relaxed face for a second …",
        "请放松面部，注视摄像头一秒……",
    ),
    "waiting_face": ("No face in the camera", "摄像头中没有人脸"),
    "connecting": ("Connecting …", "正在连接……"),
    "lost": ("Starting again …", "正在重新启动……"),
    "no_camera": (
        "The browser gives no camera: allow it for this page, and close other programs that use it",
        "浏览器无法使用摄像头：请允许本页面使用，并关闭其他占用它的程序",
    ),
    "no_3d": (
        "This browser shows no 3D here: WebGL is switched off or missing",
        "此浏览器在这里无法显示三维内容：WebGL 已关闭或不可用",
    ),
    "too_large": ("More than 16 MB: choose a smaller photo", "超过 16 MB：请选择较小的照片"),
    "no_photo": (
        "Choose a photo, or drop one here: one face, seen from the front",
        "请选择照片，或将照片拖到此处：正面单人脸",
    ),
    "person": ("A photo, or a learnt person", "照片，或学习到的人物"),
    "drawn_person": ("Somebody who never was", "并不存在的人"),
    "learn": ("Learn a person from a clip …", "从视频学习人物……"),
    "minutes": ("minutes to learn", "学习分钟数"),
    "clip": ("Follow a clip …", "跟随视频……"),
    "clip_stop": ("Stop the clip", "停止视频"),
    "film": ("Make the film of this clip", "生成此视频的影片"),
    "stop": ("Stop", "停止"),
    "sending": ("Handing the file to the studio …", "正在将文件交给 studio……"),
    "not_uploaded": (
        "The studio did not take this file: it may be too large",
        "studio 未接受该文件：可能过大",
    ),
    "no_clip": ("The browser cannot play this clip", "浏览器无法播放该视频"),
    "send": ("Other programs", "其他程序"),
    "vmc": ("send VMC to port", "发送 VMC 到端口"),
    "virtual": ("virtual camera", "虚拟摄像头"),
    "green": ("green background", "绿色背景"),
    "listen": ("follow VMC or iFacialMocap from port", "跟随来自端口的 VMC 或 iFacialMocap"),
    "port": ("Port", "端口"),
    "waiting_packets": ("Nothing comes to this port yet", "该端口尚未收到数据"),
    "model": ("Style", "风格"),
    "variety": ("Variety", "多样性"),
    "near": ("More like this", "更多相似面孔"),
    "walk": ("Walk between two", "在两张脸之间漫步"),
    "keep": ("Download PNG", "下载 PNG"),
    "another": ("Other people", "换一批人"),
    "face": ("Face", "面孔"),
    "choose": (
        "Choose one face, or two to walk between",
        "请选择一张脸，或选两张脸在其间漫步",
    ),
    "confidence_seen": ("seen in the photo", "照片中可见"),
    "confidence_guessed": ("guessed: the photo does not show it", "推测：照片中看不到"),
    "confidence_set": ("set by hand", "手动设定"),
}

MESSAGES: dict[str, tuple[str, str]] = {
    **{f"studio.live.{name}": both for name, both in _WORDS.items()},
    "studio.live.tab": ("Live", "实时"),
    "studio.live.head": ("Head", "头部"),
    "studio.live.head.lead": (
        "A head of your own: move the sliders, draw random people and keep what you like of them, "
        "and take it along as a picture, a 3D model or an avatar",
        "属于您自己的头部：移动滑块，随机生成人物并保留喜欢的部分，再导出为图片、三维模型或虚拟形象",
    ),
    "studio.live.character.lead": (
        "A character made here, by hand: a question mark stands at what its photo does not show",
        "手动调整在此生成的角色：照片中看不到的项目带有问号",
    ),
    "studio.live.express.lead": (
        "A photo whose face follows the sliders, another photo, or you before the webcam",
        "让照片中的脸跟随滑块、另一张照片或摄像头前的您",
    ),
    "studio.live.reenact.lead": (
        "A photo, or a person learnt from a clip, moved by your own face before the webcam, by a "
        "clip or by the sliders; the pictures stay on this machine",
        "用摄像头前您自己的脸、视频或滑块驱动照片或从视频学习到的人物；画面不会离开本机",
    ),
    "studio.live.generate.lead": (
        "People who do not exist: choose one for more like it, or two for the way between them",
        "并不存在的人：选一张脸查看相似面孔，或选两张脸查看其间的过渡",
    ),
    "studio.faces.two": ("wanted two faces of the wall", "需要选择墙上的两张脸"),
    "studio.faces.none": (
        "no wall of faces is shown yet: ask for one first",
        "尚未显示面孔墙：请先生成",
    ),
    "studio.live.my_head": ("My head", "我的头像"),
    "studio.live.frame": (
        "this message is none that the studio knows; reload the page",
        "studio 无法识别该消息；请刷新页面",
    ),
    "studio.live.value": (
        "{name}: {value} is not possible; wanted: {wanted}",
        "{name}：{value} 无效；应为：{wanted}",
    ),
    "studio.live.busy": (
        "too much is waiting already: wait for an answer first",
        "等待处理的请求过多：请先等待结果",
    ),
    "studio.live.full": (
        "{most} live pages are open already: close one of them",
        "已打开 {most} 个实时页面：请先关闭一个",
    ),
    "studio.live.died": (
        "the process that draws ended by itself and starts again; this machine may be short of "
        "memory",
        "绘制进程意外结束，正在重新启动；可能是内存不足",
    ),
    "studio.live.no_person": (
        "this person is not one that was learnt here in this session, or nothing of it is written "
        "yet; choose one from the list",
        "该人物不是本次会话中学习的，或尚未写入任何内容；请从列表中选择",
    ),
    "studio.live.no_work": (
        "this run is not known here any more; see Jobs",
        "此处已没有该任务；请查看“任务”",
    ),
    "studio.live.no_character": (
        "this character is not one that was made here in this session; choose one from the list",
        "该角色不是本次会话中生成的；请从列表中选择",
    ),
}
