"""What is said about scores."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "metrics.no_onnx": (
        "features from a file need onnxruntime: pip install 'mien[onnx]'",
        "从文件读取特征网络需要 onnxruntime：pip install 'mien[onnx]'",
    ),
    "metrics.not_onnx": (
        "{path}: not a network in ONNX format; wanted one with one picture as input",
        "{path}：不是 ONNX 格式的网络；需要以一张图片为输入的网络",
    ),
}
