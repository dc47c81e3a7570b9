"""What training says."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "train.wanted.run": (
        "the config.json of a training run",
        "训练目录中的 config.json",
    ),
    "train.config_damaged": (
        "{path}: not the settings of a training run; wanted JSON: start a new run",
        "{path}：不是训练设置；需要 JSON，请重新开始训练",
    ),
    "train.not_a_run": (
        "--resume {path}: there is no training run; wanted auto, no, or a folder with config.json",
        "--resume {path}：没有训练记录；可用 auto、no，或含有 config.json 的目录",
    ),
    "train.checkpoint_damaged": (
        "{path}: the checkpoint is damaged ({what}); the one before it is used",
        "{path}：检查点已损坏（{what}）；改用前一个",
    ),
    "train.checkpoints_damaged": (
        "{path}: every checkpoint is damaged; wanted at least one as it was written: "
        "check the disk, then train again with --resume no",
        "{path}：所有检查点都已损坏；至少需要一个完好的，请检查磁盘，然后用 --resume no 重新训练",
    ),
    "train.checkpoint_newer": (
        "{path}: the checkpoint was written by a newer mien: update mien",
        "{path}：检查点由更新版本的 mien 写入，请更新 mien",
    ),
    "train.space": (
        "{path}: {free:.0f} MiB are free and the checkpoints need {needed:.0f} MiB: make room, "
        "or train elsewhere with --out",
        "{path}：剩余 {free:.0f} MiB，检查点需要 {needed:.0f} MiB，请清理空间或用 --out 换个位置",
    ),
    "train.nan_once": (
        "step {step}: a loss or gradient is not finite; went back to step {good}, "
        "all rates times {rate:g}",
        "第 {step} 步：损失或梯度不是有限值；已回到第 {good} 步，所有学习率乘以 {rate:g}",
    ),
    "train.nan_again": (
        "step {step}: not finite again after going back once; {path} holds the last good state "
        "(step {good}): train with a lower rate, or with --precision fp32",
        "第 {step} 步：回退一次后仍出现非有限值；{path} 保留最后的良好状态（第 {good} 步），"
        "请降低学习率或使用 --precision fp32",
    ),
    "train.nan_start": (
        "a loss is not finite and there is no checkpoint to go back to: train with a lower rate",
        "损失不是有限值，且没有可回退的检查点：请降低学习率",
    ),
    "train.began": (
        "begins: {total} images to see",
        "开始：共需处理 {total} 张图",
    ),
    "train.resumed": (
        "goes on at step {step}: {images} of {total} images seen",
        "从第 {step} 步继续：已处理 {images} / {total} 张图",
    ),
    "train.watch.wins": (
        "the discriminator tells real from made too easily (logits {gap:.1f} apart): more "
        "penalty, a lower rate for it, or more pictures",
        "判别器过于轻松地区分真假（logit 相差 {gap:.1f}）：请加大惩罚、降低其学习率或增加图片",
    ),
    "train.watch.vanish": (
        "the gradient of {net} has all but vanished ({length:.2g}): it learns nothing now",
        "{net} 的梯度几乎消失（{length:.2g}）：目前没有在学习",
    ),
    "train.watch.explode": (
        "the gradient of {net} has grown to {length:.2g}: a lower rate or --clip may be needed",
        "{net} 的梯度增大到 {length:.2g}：可能需要降低学习率或使用 --clip",
    ),
    "train.watch.starves": (
        "{share:.0f} % of the time went by waiting for data: pack it with `mien data import`",
        "{share:.0f}% 的时间在等待数据：请用 `mien data import` 预先打包",
    ),
    "train.watch.collapse": (
        "the pictures have become alike: {share:.0f} % of the data's variety",
        "生成的图片趋于雷同：多样性仅为数据的 {share:.0f}%",
    ),
    "train.verify_equal": (
        "resuming is exact: {steps} steps straight and with {kills} kills gave {digest}",
        "断点续训完全一致：连续 {steps} 步与中断 {kills} 次的结果均为 {digest}",
    ),
    "train.verify_differs": (
        "resuming is not exact: {steps} steps straight gave {straight}, with {kills} kills "
        "{killed}; please report it with the output of `mien doctor`",
        "断点续训不一致：连续 {steps} 步为 {straight}，中断 {kills} 次为 {killed}；"
        "请附上 `mien doctor` 的输出报告此问题",
    ),
    "train.verify_failed": (
        "the run to verify ended by itself with code {code}: see {path}",
        "用于验证的训练自行退出，代码 {code}：请查看 {path}",
    ),
}
"""`train.verify_*` is said by --verify-resume."""
