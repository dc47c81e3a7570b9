"""What everything costs: CPU time of one thread, because wall time measures the neighbours too."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import numpy as np
import torch

from mien.app.bench.people import SEED
from mien.app.bench.scale import Scale
from mien.app.bench.tables import Figure, Row, Table, each
from mien.data.people import HeadSpec, draw_person
from mien.face.analyse import analyse
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample
from mien.persona.fit import FitOptions, fit_face
from mien.persona.move import Mover
from mien.persona.retarget import changed
from mien.persona.subject import Motion, fit_subject
from mien.types import Image

CPU = torch.device("cpu")
_PHOTO = 512
_BATCH = 16


def tables(scale: Scale) -> tuple[Table, ...]:
    """One table: milliseconds of each work, by what is made."""
    torch.set_num_threads(1)
    works = {**_drawing(), **_photo_works(), **_networks()}
    rows = [Row(name, "ours", _timed(*work, scale.repeats)) for name, work in works.items()]
    rows.append(_training(scale.repeats))
    about = (
        "CPU milliseconds of one thread for one picture, after one run to warm up; the interval is "
        "of the mean over repeats."
    )
    return (Table("speed", about, "", f"{scale.repeats} repeats", tuple(rows)),)


Work = tuple[Callable[[], object], int]
"""What is done, and how many pictures that makes."""


def _timed(work: Callable[[], object], pictures: int, repeats: int) -> dict[str, Figure]:
    work()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(1000 * (time.process_time() - start) / pictures)
    return {"ms": each(spent, "low"), "a second": each((1000 / one for one in spent), "high")}


def _drawing() -> dict[str, Work]:
    code = sample(SEED, 3)
    toon = dataclasses.replace(code, style="toon")
    works: dict[str, Work] = {
        f"head, {size} px": (lambda size=size: render(code, size=size), 1)
        for size in (64, 128, 256, 512)
    }
    works["head drawn as toon, 256 px"] = (lambda: render(toon, size=256), 1)
    spec = HeadSpec(size=64)
    works["training picture, 64 px"] = (lambda: [draw_person(spec, k) for k in range(4)], 4)
    return works


def _photo() -> Image:
    code = sample(SEED, 3)
    return render(code, view=View(camera=Camera(size=_PHOTO, zoom=1.0))).rgb


def _photo_works() -> dict[str, Work]:
    photo = _photo()
    face = analyse(photo, max_faces=1)[0]
    mover = Mover(fit_subject(photo, face))
    smile = changed(mover.subject.motion, {"AU12": 0.8, "AU6": 0.5})
    return {
        f"photo analysed, {_PHOTO} px": (lambda: analyse(photo, max_faces=1), 1),
        "character fitted": (lambda: fit_face(photo, face, FitOptions("off")), 1),
        "character fitted, with skin": (lambda: fit_face(photo, face, FitOptions("full")), 1),
        "photo prepared to be moved": (lambda: Mover(fit_subject(photo, face)), 1),
        "photo moved": (lambda: mover.move(smile), 1),
        "photo moved and repaired": (_repair(mover, smile), 1),
    }


def _repair(mover: Mover, motion: Motion) -> Callable[[], object]:
    from mien.jobs.express.model import load_model
    from mien.jobs.express.repair import repaired

    model = load_model("default", CPU)
    return lambda: repaired(mover, mover.move(motion), motion, model)


def _networks() -> dict[str, Work]:
    from mien.jobs.character.imitator.model import load_imitator
    from mien.jobs.generate.model import load_model as load_maker
    from mien.jobs.reenact.model import load_model as load_refiner
    from mien.jobs.translate.model import load_model as load_translator

    maker, translator = load_maker("photo", CPU), load_translator("head", "photo", CPU)
    imitator, refiner = load_imitator("shipped", CPU), load_refiner("default", CPU)
    latents = torch.stack([maker.latent(0, k) for k in range(_BATCH)])
    size = translator.config.size
    pictures = np.zeros((_BATCH, size, size, 3), np.uint8)
    wanted = np.repeat(imitator.prior[:1], _BATCH, 0)
    seen = render(sample(SEED, 3), size=refiner.config.size)
    shown, points = seen.rgb[None], seen.landmarks[None].astype(np.float64)
    return {
        f"generate, {maker.config.size} px": (lambda: maker.draw(latents), _BATCH),
        f"translate, {size} px": (lambda: translator.draw(pictures), _BATCH),
        f"imitator, {imitator.settings.size} px": (lambda: imitator.draw(wanted), _BATCH),
        f"reenact's repairs, {refiner.config.size} px": (
            lambda: refiner.frame(shown, shown, points, None),
            1,
        ),
    }


def _training(repeats: int) -> Row:
    """How fast the default preset of `generate` trains, in the fastest number format here."""
    from mien.jobs.generate.machine import images_a_second
    from mien.jobs.generate.presets import config

    rates = [images_a_second(config("default"), CPU)[0][1] for _ in range(max(1, repeats // 3))]
    spent = each((1000 / one for one in rates), "low")
    figures = {"ms": spent, "a second": each(rates, "high")}
    return Row("training step of generate, an image", "ours", figures)
