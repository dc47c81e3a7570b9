"""What training says, whichever job it is for."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "training.preset": ("recipe", "训练方案"),
    "training.data": (
        "the head, or pictures of your own",
        "内置头部，或您自己的图片",
    ),
    "training.set": (
        "another value for a setting of the recipe",
        "修改训练方案中的某项设置",
    ),
    "training.set.form": (
        "--set {word}: no setting and its value; wanted NAME=VALUE, such as batch=8",
        "--set {word}：不是设置与值；需要 名称=值，例如 batch=8",
    ),
    "training.set.pair": ("two numbers with a comma", "用逗号分隔的两个数"),
    "training.set.sound": ("a number from 0 to 1e9", "0 到 1e9 之间的数"),
    "training.images": (
        "images to see; without it --minutes counts",
        "训练图片数；不填则按 --minutes",
    ),
    "training.minutes": (
        "time to train, turned into images by a measurement",
        "训练时长，按实测速度换算为图片数",
    ),
    "training.resume": (
        "go on with the newest run of this preset, or with this one",
        "继续此方案最新的训练，或指定的训练",
    ),
    "training.verify_resume": (
        "prove that kills change nothing, in about a minute, and train nothing",
        "用约一分钟证明中断不影响结果，不进行训练",
    ),
    "training.dry_run": ("say how long it would take, and stop", "只说明所需时间，不训练"),
    "training.accumulate": ("micro-batches of a step", "每步的小批次数"),
    "training.precision": ("number format; auto measures", "数值格式；auto 会实测"),
    "training.clip": ("largest length of a gradient", "梯度的最大长度"),
    "training.compile": ("compile the generator (on a GPU)", "编译生成网络（用于 GPU）"),
    "training.runs": ("folder of the runs", "训练目录所在的文件夹"),
    "training.cache": ("folder of prepared pictures", "预处理图片的文件夹"),
    "training.run_differs": (
        "{path}: not a run of `{job}`; wanted one: name another with --resume",
        "{path}：不是 `{job}` 的训练；请用 --resume 指定其他目录",
    ),
    "training.goes_on": ("goes on, to {images} images", "继续训练，共 {images} 张图"),
    "training.estimate": (
        "{images} images at {rate:.0f} a second ({format}): about {minutes:.1f} min; "
        "checkpoints up to {size:.0f} MiB",
        "{images} 张图，每秒 {rate:.0f} 张（{format}）：约 {minutes:.1f} 分钟；"
        "检查点最多 {size:.0f} MiB",
    ),
    "training.loader": (
        "the loader gives {loader:.0f} images a second, training needs {rate:.0f}",
        "数据读取每秒 {loader:.0f} 张，训练需要 {rate:.0f} 张",
    ),
    "training.reuse": (
        "{count} pictures, each seen {times:.1f} times",
        "{count} 张图片，每张使用 {times:.1f} 次",
    ),
    "training.progress": (
        "{rate:.0f} images/s; losses: {losses}",
        "每秒 {rate:.0f} 张；损失：{losses}",
    ),
    "training.stopped": (
        "stopped early; go on with --resume {path}",
        "提前停止；用 --resume {path} 继续",
    ),
    "training.seed": ("of everything random", "随机种子"),
    "training.out_onnx": ("file to write", "要写入的文件"),
    "onnx.missing": (
        "export needs more packages: pip install 'mien[onnx]'",
        "导出需要更多软件包：pip install 'mien[onnx]'",
    ),
    "onnx.failed": (
        "the network could not be written as a graph; please report it",
        "无法将网络导出为计算图，请报告此问题",
    ),
    "onnx.differs": (
        "the exported graph differs by {worst} of 255; nothing was written: please report it",
        "导出结果相差 {worst}/255；未写入文件，请报告此问题",
    ),
    "onnx.differs_by": (
        "the exported graph differs by {worst}; nothing was written: please report it",
        "导出结果相差 {worst}；未写入文件，请报告此问题",
    ),
    "onnx.parity": (
        "onnxruntime and torch differ by at most {worst}",
        "onnxruntime 与 torch 的结果最多相差 {worst}",
    ),
    "onnx.runtime": (
        "what runs the network: torch, or onnxruntime on the CPU",
        "由谁运行网络：torch，或在 CPU 上的 onnxruntime",
    ),
    "command.face.export": (
        "write a network that looks at faces as ONNX",
        "把分析人脸的网络导出为 ONNX",
    ),
    "face.export.network": (
        "landmarks, expression, parsing or identity",
        "landmarks、expression、parsing 或 identity",
    ),
    "face.export.weights": (
        "weight file instead of the one that ships",
        "用该权重文件代替自带的权重",
    ),
}
