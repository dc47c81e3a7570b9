"""Short labels of the options that the studio shows, beside those in `studio`.

A key is the name of an option, or its help's where one name means two things.
"""

from __future__ import annotations

_LABELS = {
    # character
    "one_person": ("One person", "同一个人"),
    "lock": ("Locked values", "锁定的值"),
    "facial_hair": ("Beard", "胡须"),
    "glasses": ("Glasses", "眼镜"),
    "relock": ("Lock and fit again", "锁定并重新拟合"),
    "translator": ("Translator", "翻译网络"),
    "imitator": ("Imitator", "模仿网络"),
    "renders": ("Most pictures of the engine", "引擎图片上限"),
    "timeout": ("Longest wait", "最长等待"),
    "character.start": ("Begin with", "起点"),
    "stage": ("Network", "网络"),
    "html": ("Web page", "网页"),
    "no_webcam": ("Page without webcam", "网页不含摄像头"),
    "vrm": ("VRM avatar", "VRM 虚拟形象"),
    "glb": ("Models for engines", "引擎用模型"),
    "morphs": ("Morph targets", "变形目标"),
    "toon": ("Drawn", "卡通形象"),
    "title": ("Title", "名称"),
    "author": ("Author", "作者"),
    "spread": ("Share of the ranges", "取值范围的比例"),
    "label_noise": ("Wrong labels", "错误标签"),
    # where faces come from, and what runs a network
    "consent": ("Whose faces", "人脸来源"),
    "runtime": ("What runs the network", "网络运行方式"),
    "training.set": ("Settings", "设置"),
    # express
    "only": ("These units alone", "仅这些动作单元"),
    "sweep": ("Steps of a unit", "逐级变化"),
    "grid": ("Sheet of all expressions", "全部表情对照图"),
    "mask": ("Picture of the change", "改动位置图"),
    "attention": ("Meaning of attention", "注意力的含义"),
    "attributes": ("Action Units of the data", "数据的动作单元"),
    # reenact
    "motion.option.start": ("First frame", "起始帧"),
    "arrows": ("Arrows", "箭头"),
    "person.clip": ("Clip to learn from", "学习用视频"),
    "hold": ("Share that is measured", "测量比例"),
    "person.landmarks": ("What finds the points", "关键点来源"),
    "subject": ("Person or photo", "人物或照片"),
    "live.source": ("Clip instead of a camera", "代替摄像头的视频"),
    "listen": ("Port to listen to", "监听端口"),
    "vmc": ("Send to a VMC program", "发送到 VMC 程序"),
    "sink": ("Where pictures go", "画面去向"),
    "live.seconds": ("Longest time", "最长时间"),
    "fast": ("As fast as possible", "尽快处理"),
    "loops": ("Times the clip is played", "播放次数"),
    "mirror": ("Mirrored", "镜像"),
    "calibrate": ("Time to rest", "静止时间"),
    "background": ("Background", "背景"),
    "edges": ("Lines", "线条"),
    "votes": ("Votes", "投票文件"),
    # translate
    "paste": ("Paste back", "贴回原图"),
    "sheet": ("Side by side", "对照图"),
    "damp": ("Hold back flicker", "抑制闪烁"),
    "to_data": ("Drawings", "动漫图片"),
    "to_crop": ("Crop of drawings", "动漫图片裁剪"),
    "models": ("Models", "模型"),
    "probe": ("People of the probe", "探针人数"),
}

MESSAGES: dict[str, tuple[str, str]] = {
    f"studio.label.{name}": both for name, both in _LABELS.items()
}
