"""What is said of the marks in results: read by `inspect`, followed by `replay`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "command.replay": (
        "make a result again from its own record and its source files",
        "根据结果自身的记录和原始文件重新生成该结果",
    ),
    "replay.file": ("a picture, clip or model that mien made", "mien 生成的图片、视频或模型"),
    "replay.source": (
        "a file it was made of: photo, driver, model; may be repeated",
        "生成它所用的文件：照片、驱动、模型；可重复",
    ),
    "replay.out": ("folder for what is made again", "重新生成的结果所在文件夹"),
    "replay.nothing": (
        "{path}: nothing in it says how mien made it; wanted a result of mien's with its metadata",
        "{path}：其中没有 mien 的生成记录；需要保留元数据的 mien 结果",
    ),
    "replay.too_little": (
        "{path}: its record ({job}, mien {version}) does not hold all that was asked; wanted a "
        "result of a job's command that has --out",
        "{path}：其记录（{job}，mien {version}）不含全部请求；需要由带 --out 的任务命令生成的结果",
    ),
    "replay.missing": (
        "{path}: {role} (SHA-256 {digest}...) is not among the sources; name the file with "
        "--source",
        "{path}：所给文件中没有 {role}（SHA-256 {digest}...）；请用 --source 指定该文件",
    ),
    "replay.stranger": (
        "{path} (SHA-256 {digest}...) is none of the files it was made of; wanted {wanted}: "
        "give the very same file, unchanged",
        "{path}（SHA-256 {digest}...）不是生成它所用的文件；需要 {wanted}：请给出未改动的原文件",
    ),
    "replay.version": (
        "made by mien {found}, this is mien {now}: the bytes may differ",
        "由 mien {found} 生成，当前为 mien {now}：字节可能不同",
    ),
    "replay.head": (
        "made with head {found}, this one is {now}: the picture may differ",
        "使用的头部模型为 {found}，当前为 {now}：画面可能不同",
    ),
    "replay.model": (
        "made with model {digest}..., which is not here: the picture will differ",
        "使用的模型 {digest}... 不在本机：画面会不同",
    ),
    "replay.left_out": (
        "the record leaves out free text ({names}): their defaults are taken",
        "记录中不含自由文本（{names}）：改用其默认值",
    ),
    "replay.same": ("the same bytes: {path}", "字节完全相同：{path}"),
    "replay.frames": (
        "the same pictures in another file: {path}",
        "画面相同但文件不同：{path}",
    ),
    "replay.different": (
        "made again, but not the same bytes: compare {path}",
        "已重新生成，但字节不同：请比较 {path}",
    ),
    "inspect.kind": ("what it is", "内容类型"),
    "inspect.kind.weights": ("the weights of a network", "网络权重"),
    "inspect.kind.none": ("a plain crop or copy of a photo", "照片的裁剪或副本"),
    "inspect.kind.compositeSynthetic": (
        "a photo with drawn parts: warped, relit, textured",
        "带有绘制部分的照片：变形、重新打光、贴图",
    ),
    "inspect.kind.compositeWithTrainedAlgorithmicMedia": (
        "a photo with parts painted by a trained network",
        "部分由训练网络绘制的照片",
    ),
    "inspect.kind.algorithmicMedia": (
        "drawn by the head alone: no photo, no network",
        "仅由头部模型绘制：无照片、无网络",
    ),
    "inspect.kind.trainedAlgorithmicMedia": (
        "made by a trained network",
        "由训练网络生成",
    ),
    "inspect.made_by": ("made by", "生成命令"),
    "inspect.models": ("networks (SHA-256)", "网络（SHA-256）"),
    "inspect.head": ("head", "头部模型"),
    "inspect.seed": ("seed", "随机种子"),
    "inspect.request": ("number of the request", "请求编号"),
    "inspect.inputs": ("made of (SHA-256)", "原始文件（SHA-256）"),
    "inspect.asked": ("asked", "请求内容"),
    "inspect.consent": ("said of the people", "关于人物的说明"),
    "inspect.consent.none": ("nothing", "未说明"),
    "inspect.consent.own-face": ("the user's own face", "使用者本人"),
    "inspect.consent.permission": ("they permitted it", "已获本人许可"),
    "inspect.consent.public-domain": ("the photo is in the public domain", "公有领域照片"),
    "inspect.mark": ("invisible mark", "隐形标记"),
    "inspect.mark.read": (
        "made by mien, number {number}; an unmarked picture looks so with a chance below {chance}",
        "由 mien 生成，编号 {number}；未标记图片呈现此结果的概率低于 {chance}",
    ),
    "inspect.mark.unread": (
        "made by mien, number not readable; an unmarked picture looks so with a chance below "
        "{chance}",
        "由 mien 生成，编号无法读出；未标记图片呈现此结果的概率低于 {chance}",
    ),
    "inspect.mark.same": ("; the record has the same number", "；与记录的编号一致"),
    "inspect.mark.other": ("; the record has another number", "；与记录的编号不一致"),
    "inspect.aigc": ("AIGC label (GB 45438-2025)", "AIGC 标识（GB 45438-2025）"),
    "inspect.aigc.1": ("generated", "人工智能生成合成"),
    "inspect.aigc.2": ("may be generated", "可能为人工智能生成合成"),
    "inspect.aigc.3": ("suspected to be generated", "疑似人工智能生成合成"),
    "inspect.aigc.words": (
        "{label}; producer {producer}, number {number}",
        "{label}；生成者 {producer}，编号 {number}",
    ),
}
