"""What training, scores and export of the job `reenact` say; `motion` has the rest."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.reenact.train": (
        "train a network that paints what a moved photo does not show",
        "训练补全被移动照片所缺部分的网络",
    ),
    "command.reenact.eval": (
        "score models on clips whose truth is known",
        "用已知真值的视频为模型评分",
    ),
    "command.reenact.export": (
        "write a model as ONNX for other programs",
        "将模型导出为 ONNX 供其他程序使用",
    ),
    "reenact.run_model": (
        "warp: the photo's pixels alone; or a network on top of them",
        "warp：仅移动照片自身像素；或在其上再用网络",
    ),
    "reenact.model": (
        "a shipped model, a weight file or a run's folder",
        "内置模型、权重文件或训练目录",
    ),
    "reenact.models": (
        "models to score beside the plain rows",
        "与基准行一同评分的模型",
    ),
    "reenact.data": (
        "clips of the head, a clip of your own, or folders of frames as CK+ has them",
        "内置头部的视频、您自己的视频，或 CK+ 那样的逐帧文件夹",
    ),
    "reenact.eval_data": (
        "the head's own, or a clip whose last part was not trained on",
        "内置头部，或末段未用于训练的视频",
    ),
    "reenact.people": ("people of the head, a clip each", "头部人物数，每人一段视频"),
    "reenact.eval_people": ("held-out people of the head", "未参与训练的头部人物数"),
    "reenact.out_onnx": ("file to write", "要写入的文件"),
    "reenact.draws": ("clips of the head", "头部视频"),
    "reenact.own_words": ("{count} sequences of a user", "用户的 {count} 段视频"),
    "reenact.edges": (
        "how the lines are drawn: chin=1 width=1 discs=2 smooth=1 colours=1 gaze=1",
        "线条的画法：chin=1 width=1 discs=2 smooth=1 colours=1 gaze=1",
    ),
    "reenact.edges_value": (
        "--edges {name}={value}: wanted a whole number from 0 to {high}",
        "--edges {name}={value}：需要 0 到 {high} 之间的整数",
    ),
    "reenact.imported_words": (
        "{people} people of an imported data set ({layout}), {pairs} pairs",
        "导入数据集（{layout}）中的 {people} 人，{pairs} 对图片",
    ),
    "reenact.data_unknown": (
        "--data {value}: wanted head, or a clip or a folder of frames that exists",
        "--data {value}：需要 head，或存在的视频、逐帧文件夹",
    ),
    "reenact.weights_differ": (
        "{path}: not the networks that its header tells of; wanted a model of this version: "
        "train it again",
        "{path}：网络与文件头不符；需要此版本的模型，请重新训练",
    ),
    "reenact.nothing_held": (
        "{path}: too short to keep a part for measuring; wanted a longer clip",
        "{path}：太短，无法留出测量部分；请用更长的视频",
    ),
    "reenact.sizes": (
        "--model: models of different sizes: {sizes}; score them one by one",
        "--model：模型尺寸不同：{sizes}；请分别评分",
    ),
    "reenact.eval_head": (
        "{clips} clips, {frames} frames; PSNR, SSIM of face and mouth, motion as {judge} finds it",
        "{clips} 段视频，{frames} 帧；面部与嘴部的 PSNR、SSIM，动作由 {judge} 测得",
    ),
    "sequences.missing": (
        "{path}: no such clip or folder; wanted a clip, or a folder with frames",
        "{path}：不存在；需要视频，或包含各帧图片的文件夹",
    ),
    "sequences.short": (
        "{name}: {count} frames with a face; wanted at least {wanted}: left out",
        "{name}：只有 {count} 帧有人脸；至少需要 {wanted} 帧，已略过",
    ),
    "sequences.none": (
        "{path}: no sequence in it shows a face in at least {wanted} frames; use a clearer clip",
        "{path}：没有任何一段在至少 {wanted} 帧中有人脸；请换更清晰的视频",
    ),
}
