"""What runs a network: named here, so that a request need not load either."""

from __future__ import annotations

from typing import Literal, TypeAlias

Runtime: TypeAlias = Literal["torch", "onnx"]
"""torch itself, or onnxruntime on the CPU (the extra [onnx])."""
