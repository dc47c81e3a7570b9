"""What a trained model is used for: sample, walk, like."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mien.data.crop import resize, to_square
from mien.errors import InputError, MienError, OutputError
from mien.io.image import read_image, write_image
from mien.io.names import ResultNames, free_path, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.io.video import write_gif, write_video
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.generate.config import LikeRequest, SampleRequest, WalkRequest
from mien.jobs.generate.model import MICRO_BATCH, FaceModel
from mien.jobs.generate.project import project
from mien.jobs.generate.walk import path as smooth_path
from mien.jobs.record import PLACES, of_photos, recorded
from mien.messages import text
from mien.train.log import grid
from mien.types import Image

_SHEET_MOST = 400
_GIF_FPS = 50


def sample(model: FaceModel, request: SampleRequest, progress: Progress) -> Outcome:
    """One picture per face, `seed<seed>-0000.png` and so on, and a sheet of them."""
    made_by = _provenance(model, "generate.sample", request, seed=request.seed)
    model = model.at(request.runtime)
    written, shown = [], []
    for first in range(0, request.count, MICRO_BATCH):
        numbers = range(first, min(request.count, first + MICRO_BATCH))
        latents = [model.latent(request.seed, k, truncation=request.truncation) for k in numbers]
        for number, picture in zip(numbers, model.draw(torch.stack(latents)), strict=True):
            path = request.out / f"seed{request.seed}-{number:04d}.png"
            path = free_path(path, overwrite=request.overwrite)
            write_image(path, picture, provenance=made_by)
            written.append(path)
            shown.append(picture)
        progress(Step(len(written), request.count, written[-1].name))
    sheet = free_path(request.out / "sheet.png", overwrite=request.overwrite)
    write_image(sheet, grid(np.stack(shown[:_SHEET_MOST])), provenance=made_by)
    return Outcome((*written, sheet))


def walk(model: FaceModel, request: WalkRequest, progress: Progress) -> Outcome:
    """A clip (mp4 or gif) or a sheet (png, jpg, webp) of the way through faces."""
    suffix = request.out.suffix.lower()
    if suffix not in (".mp4", ".gif", ".png", ".jpg", ".jpeg", ".webp"):
        shown = {"suffix": terminal_safe(suffix) or "(none)", "wanted": ".mp4 .gif .png"}
        raise OutputError(text("io.write.suffix", path=terminal_safe(request.out), **shown))
    fps = min(request.fps, _GIF_FPS) if suffix == ".gif" else request.fps
    stops = np.stack(list(_stops(model, request)))
    frames = max(1, round(request.seconds * fps))
    latents = list(smooth_path(stops, frames, closed=not request.open))
    out = free_path(request.out, overwrite=request.overwrite)
    made_by = _provenance(model, "generate.walk", request, seed=next(iter(request.seeds), 0))
    pictures = _drawn(model.at(request.runtime), latents, request.size, progress, name=out.name)
    if suffix in (".mp4", ".gif"):
        write = write_video if suffix == ".mp4" else write_gif
        write(out, pictures, fps=fps, provenance=made_by)
    else:
        write_image(out, grid(np.stack(list(pictures)), columns=20), provenance=made_by)
    return Outcome((out,), figures={"frames": len(latents), "fps": fps})


def _stops(model: FaceModel, request: WalkRequest) -> Iterator[np.ndarray]:
    """Latents of the photos, then of the seeds; without either, faces of seed 0."""
    for photo in request.like:
        latent, _ = project(model, _cropped(model, photo), steps=200, seed=0)
        yield latent.double().numpy()
    known = len(request.like) + len(request.seeds)
    for seed in request.seeds:
        yield model.latent(seed, 0, truncation=request.truncation).double().numpy()
    for index in range(0 if known >= 2 else request.stops - known):
        yield model.latent(0, index, truncation=request.truncation).double().numpy()


def _drawn(
    model: FaceModel, latents: Sequence[np.ndarray], size: int, progress: Progress, *, name: str
) -> Iterator[Image]:
    for first in range(0, len(latents), MICRO_BATCH):
        some = np.stack(latents[first : first + MICRO_BATCH])
        for picture in model.draw(torch.from_numpy(some)):
            yield resize(picture, size)
        progress(Step(min(first + MICRO_BATCH, len(latents)), len(latents), name))


def like(model: FaceModel, request: LikeRequest, progress: Progress) -> Outcome:
    """For each photo a picture of the model's nearest face, and both side by side."""
    if not request.photos:
        raise InputError(text("generate.no_photos"))
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    made_by = _provenance(model, "generate.like", request, seed=request.seed)
    beside = dataclasses.replace(made_by, source="compositeWithTrainedAlgorithmicMedia")
    written: list[Path] = []
    skipped: list[Skipped] = []
    figures: dict[str, float] = {}
    for done, photo in enumerate(request.photos, 1):
        try:
            crop = _cropped(model, photo)
            latent, apart = project(model, crop, steps=request.steps, seed=request.seed)
            picture = model.draw(latent[None])[0]
            out = names.claim(photo, suffix=".png")
            write_image(out, picture, provenance=of_photos(made_by, photo))
            both = free_path(out.with_name(f"{out.stem}.pair.png"), overwrite=request.overwrite)
            write_image(
                both, np.concatenate([crop, picture], 1), provenance=of_photos(beside, photo)
            )
            written += [out, both]
            figures[f"{out.stem} difference"] = round(apart, 4)
        except MienError as problem:
            skipped.append(Skipped(str(photo), str(problem)))
        progress(Step(done, len(request.photos), photo.name))
    return Outcome(tuple(written), tuple(skipped), figures=figures)


def _cropped(model: FaceModel, photo: Path) -> Image:
    """A photo as the model's training pictures were cropped; raises InputError."""
    name = model.header.crop.get("name")
    crop = "face" if name == "head-256" else "squeeze" if name == "squeeze" else "centre"
    try:
        return to_square(read_image(photo), model.config.size, crop)
    except InputError as problem:
        told = str(problem)
        path = terminal_safe(photo)
        raise InputError(told if path in told else f"{path}: {told}") from problem


def _provenance(model: FaceModel, job: str, request: Any, *, seed: int) -> Provenance:
    values = dataclasses.asdict(request)
    # File names stay out of the hash: a short path could be guessed from it.
    kept = {n: v for n, v in values.items() if n not in ("photos", "like", "model", *PLACES)}
    made_by = Provenance(
        source="trainedAlgorithmicMedia",
        job=job,
        models=(model.sha256,) if model.sha256 else (),
        seed=seed,
        request=request_hash({**kept, "seeds": list(values.get("seeds", ()))}),
    )
    return recorded(made_by, request)
