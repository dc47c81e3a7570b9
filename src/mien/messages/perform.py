"""What `character perform` says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.character.perform": (
        "let a character follow a clip or a webcam: mp4 and animated model",
        "让角色表演视频或摄像头中的动作：mp4 与带动画的模型",
    ),
    "perform.driver": (
        "clip, folder of frames, driver.csv, OpenFace CSV, or webcam",
        "视频、逐帧文件夹、driver.csv、OpenFace 的 CSV，或 webcam（摄像头）",
    ),
    "perform.style": ("how the clip is drawn", "视频的绘制风格"),
    "perform.smooth": (
        "how much the driver's curves are smoothed; 0 leaves them as they are",
        "驱动曲线的平滑程度；0 表示不平滑",
    ),
    "perform.long": (
        "the driver has {frames} frames; wanted at most {limit}: take fewer with --limit, or cut "
        "it into parts",
        "驱动共 {frames} 帧；最多 {limit} 帧：请用 --limit 减少帧数，或分成几段",
    ),
    "perform.lost": (
        "{lost} of {frames} frames show no face: short gaps are bridged, in longer ones the "
        "character is at rest",
        "{frames} 帧中有 {lost} 帧没有人脸：短的空缺已补上，较长的空缺中角色保持静止",
    ),
    "perform.sends": (
        "sends the performance in real time; Ctrl-C ends it",
        "正在实时发送表演；按 Ctrl-C 结束",
    ),
}
