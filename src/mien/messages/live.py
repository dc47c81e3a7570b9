"""What moving a face at once says: sources, sinks, the table of milliseconds."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.reenact.live": (
        "move a person or a photo by what a camera sees, at once",
        "让人物或照片实时跟随摄像头画面",
    ),
    "live.subject": (
        "a learnt person's folder, or a photo",
        "学习到的人物文件夹，或照片",
    ),
    "live.source": (
        "a clip or a folder of frames instead of a camera, played in real time",
        "用视频或逐帧文件夹代替摄像头，按实时播放",
    ),
    "live.listen": (
        "port of this machine to which another program sends VMC or iFacialMocap packets",
        "本机端口，由其他程序发送 VMC 或 iFacialMocap 数据",
    ),
    "live.sink": (
        "where the pictures go: a file, a virtual camera, or nowhere",
        "画面输出到：文件、虚拟摄像头，或不输出",
    ),
    "live.out": ("mp4 to write", "要写入的 mp4"),
    "live.vmc": (
        "also send blend shapes and the head's turn to a VMC program there",
        "同时向该地址的 VMC 程序发送表情混合形状和头部转动",
    ),
    "live.seconds": ("end after so many seconds", "多少秒后结束"),
    "live.fps": ("frames per second of what is written", "写出画面的帧率"),
    "live.fast": (
        "take a clip's frames as quickly as they are made, not in real time",
        "尽快处理视频各帧，而不按实时播放",
    ),
    "live.loops": ("how often a clip is played; 0: without end", "视频播放次数；0 表示无限循环"),
    "live.mirror": ("follow the mirrored picture", "跟随镜像画面"),
    "live.calibrate": (
        "seconds of a face at rest that are looked at first",
        "开始时观察静止面部的秒数",
    ),
    "live.backdrop": (
        "colour behind the head: none, green or #rrggbb",
        "头部后面的颜色：none、green 或 #rrggbb",
    ),
    "live.background": (
        "--background {value}: wanted none, green or a colour such as #00b140",
        "--background {value}：需要 none、green 或 #00b140 之类的颜色",
    ),
    "live.two_sources": (
        "--source and --listen were both given; wanted one of them",
        "同时给出了 --source 和 --listen；只能选其一",
    ),
    "live.no_source": (
        "{path}: no such clip or folder; wanted one, or leave --source out for a camera",
        "{path}：不存在；需要视频或文件夹，使用摄像头时请去掉 --source",
    ),
    "live.nothing": (
        "no frame came; wanted a camera, a clip or a program that sends",
        "没有收到任何画面；需要摄像头、视频或发送数据的程序",
    ),
    "live.told": ("{frames} frames, {seconds} s", "{frames} 帧，{seconds} 秒"),
    "live.table": (
        "{frames} frames, {fps:.1f} a second; {possible:.1f} are possible",
        "{frames} 帧，每秒 {fps:.1f} 帧；最高可达 {possible:.1f} 帧",
    ),
    "io.virtual.missing": (
        "a virtual camera needs one more package: pip install 'mien[virtual-camera]'",
        "虚拟摄像头需要另一个软件包：pip install 'mien[virtual-camera]'",
    ),
    "io.virtual.driver": (
        "no virtual camera on this machine ({reason}); wanted OBS's or v4l2loopback's: install "
        "one, or use --sink file",
        "本机没有虚拟摄像头（{reason}）；请安装 OBS 或 v4l2loopback，或使用 --sink file",
    ),
    "vmc.silent": (
        "port {port}: no face came ({damaged} packets were none); wanted VMC or iFacialMocap "
        "packets: start the program that sends, or give another --port",
        "端口 {port}：没有收到人脸数据（{damaged} 个无效数据包）；需要 VMC 或 iFacialMocap "
        "数据：请启动发送程序，或更换 --port",
    ),
    "vmc.listens": (
        "listens on port {port} of this machine; Ctrl-C ends it",
        "正在监听本机端口 {port}；按 Ctrl-C 结束",
    ),
    "vmc.port": (
        "port on which packets come, where vmc is followed",
        "跟随 vmc 时接收数据的端口",
    ),
}
