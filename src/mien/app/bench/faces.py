"""The head and what looks at it: detection, landmarks, parts, identity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.analysers.parsing import renders
from mien.analysers.parsing.augment import nearest
from mien.analysers.parsing.recipe import average_parts, ious
from mien.app.bench.people import SEED, THIRDS, disguised, lit, luminance, posed, thirds
from mien.app.bench.scale import Scale
from mien.app.bench.tables import Figure, Kind, Row, Table, each, over, plain
from mien.face import affine
from mien.face.align import align_dlib, crop, five_points
from mien.face.analyse import analyse
from mien.face.detect import DetectorOptions, detect
from mien.face.identity import embed
from mien.face.landmarks import (
    Landmarker,
    box_of_points,
    default_landmarker,
    judge_landmarker,
)
from mien.face.parsing_net import PARTS, SIDE, frame_of, head_parser
from mien.head.render import Render, render
from mien.head.sample import sample
from mien.seeding import rng
from mien.types import BROWS, EYES, JAW, MOUTH, NOSE, OUTER_EYE, Landmarks, Style

_GROUPS = {"brows": BROWS, "eyes": EYES, "nose": NOSE, "mouth": MOUTH, "jaw": JAW}
_SIDE: dict[Style, int] = {"photo": 160, "toon": 256}
_YAW, _MARK_SIZE = 15.0, 256
_PARSE_SEED = 9001
Floats = NDArray[np.float64]


def tables(scale: Scale) -> tuple[Table, ...]:
    """Four tables."""
    return (_detection(scale), _landmarks(scale), _parsing(scale), _identity(scale))


def _detection(scale: Scale) -> Table:
    rows = []
    options = DetectorOptions(threshold=0.0, retry=False)
    for style, size in _SIDE.items():
        found, shades = [], []
        for k in range(scale.detected):
            yaw = float(rng(SEED, "yaw", style, k).uniform(-_YAW, _YAW))
            code = posed(k, yaw, style)
            found.append(float(bool(detect(lit(code, k, size).rgb, options))))
            shades.append(luminance(code))
        rows.append(Row(f"{style} {size} px", "ours", {"found": each(found, "high")}))
        for name, places in thirds(shades).items():
            part = each((found[k] for k in places), "high")
            rows.append(Row(f"{style}, {name} skin", "group", {"found": part}))
    return Table(
        "detection",
        "Share of drawn people, turned by up to 15 degrees under every light, in whom the HOG "
        "detector finds a face at once; by thirds of the skin's luminance.",
        "dlib HOG, threshold 0",
        f"{scale.detected} people per style",
        tuple(rows),
    )


def _landmarks(scale: Scale) -> Table:
    """Of the default landmarker and the judge, each against the head's exact points."""
    known = {one.name: one for one in (default_landmarker(), judge_landmarker())}
    drawn, shades = [], []
    for k in range(scale.marked):
        code = posed(k, float(rng(SEED, "agree", k).normal() * 10), "photo")
        drawn.append(render(code, size=_MARK_SIZE))
        shades.append(luminance(code))
    errors = {
        name: [_errors(one, landmarker) for one in drawn] for name, landmarker in known.items()
    }
    ours = default_landmarker().name
    rows = [Row("mean face in the true box", "trivial", _columns(_mean_face(drawn)))]
    for name, found in errors.items():
        rows.append(Row(name, "ours" if name == ours else "other", _columns(found)))
    own = np.array([one["all"] for one in errors[ours]])
    for name in THIRDS:
        part = own[thirds(shades)[name]]
        figures = {"found": each(np.isfinite(part).astype(float), "high"), "all": each(part, "low")}
        rows.append(Row(f"{ours}, {name} skin", "group", figures))
    return Table(
        "landmarks",
        "Mean distance of 68 found points from the head's own, outer eye corners 1 apart. Others "
        "than ours mean other places by the same names, so their distance is not all error.",
        ", ".join(known),
        f"{scale.marked} people of {_MARK_SIZE} pixels, photo style",
        tuple(rows),
    )


def _errors(drawn: Render, landmarker: Landmarker) -> dict[str, float]:
    """By part; NaN where no face is found."""
    seen = analyse(drawn.rgb, landmarker=landmarker, max_faces=1, with_identity=False)
    if not seen:
        return dict.fromkeys(("all", *_GROUPS), float("nan"))
    return _away(seen[0].landmarks, drawn.landmarks)


def _away(found: Landmarks, true: Landmarks) -> dict[str, float]:
    eyes = float(np.hypot(*(true[OUTER_EYE[1]] - true[OUTER_EYE[0]])))
    away = np.hypot(*(found - true).T) / eyes
    return {"all": float(away.mean()), **{n: float(away[p].mean()) for n, p in _GROUPS.items()}}


def _mean_face(drawn: list[Render]) -> list[dict[str, float]]:
    """What the box alone tells: everybody's mean shape, laid into each true box."""
    boxes = [(one.landmarks.min(0), np.ptp(one.landmarks, 0)) for one in drawn]
    shapes = [(one.landmarks - low) / side for one, (low, side) in zip(drawn, boxes, strict=True)]
    mean = np.mean(shapes, 0)
    return [
        _away(mean * side + low, one.landmarks)
        for one, (low, side) in zip(drawn, boxes, strict=True)
    ]


def _columns(rows: list[dict[str, float]]) -> dict[str, Figure]:
    found = each((float(np.isfinite(one["all"])) for one in rows), "high")
    return {"found": found} | {name: each((one[name] for one in rows), "low") for name in rows[0]}


def _parsing(scale: Scale) -> Table:
    """Overlap of parts on pictures as the network was trained on, of people whom it never saw."""
    pictures, truth = _parsed_people(scale.marked)
    parser, mean = head_parser(), average_parts(truth)
    answers: tuple[tuple[str, Kind, list[NDArray[Any]]], ...] = (
        ("mean mask", "trivial", [mean] * len(truth)),
        ("mien parser", "ours", [parser.crop(one).argmax(2) for one in pictures]),
    )
    rows = []
    for name, kind, found in answers:
        overlaps = np.array([ious(a, b) for a, b in zip(found, truth, strict=True)])
        figures = {"all parts": each(np.nanmean(overlaps, 1), "high")}
        figures |= {part: each(overlaps[:, k], "high") for k, part in enumerate(PARTS)}
        rows.append(Row(name, kind, figures))
    about = "Intersection over union by part of the head, the mean over pictures that show it."
    return Table("parsing", about, "", f"{scale.marked} people", tuple(rows))


def _parsed_people(count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What the parser sees of people in their true boxes, and the true parts."""
    pictures, truth = [], []
    for index in range(count):
        one = renders.make_sample(_PARSE_SEED, index)
        frame = frame_of(*box_of_points(one.points.astype(np.float64)))
        pictures.append(affine.warp(one.rgb, frame, (SIDE, SIDE)))
        truth.append(nearest(one.parts, frame))
    return np.stack(pictures), np.stack(truth)


def _identity(scale: Scale) -> Table:
    """The network that recognises people, on pairs of pictures of one person and of two."""
    first, second = [], []
    for k in range(scale.recognised):
        code = sample(SEED, k)
        again, view = disguised(code, k)
        first.append(_descriptor(render(code, size=_MARK_SIZE)))
        second.append(_descriptor(render(again, size=_MARK_SIZE, view=view)))
    away = np.linalg.norm(np.array(second)[:, None] - np.array(first)[None], axis=2)
    people = len(away)
    own, others = np.diag(away), [np.delete(row, k) for k, row in enumerate(away)]
    right = [(row > here).astype(float) for row, here in zip(others, own, strict=True)]
    chance = {
        "nearest is right": plain(1 / people, people, "high"),
        "pair is right": plain(0.5, people, "high"),
    }
    figures = {
        "nearest is right": each((float(row.all()) for row in right), "high"),
        "pair is right": over(right, "high"),
        "same person": each(own, "low"),
        "other people": over(others, "high"),
    }
    return Table(
        "identity",
        "Two pictures of each drawn person, the second with other hair, colours, light, expression "
        "and pose: share whose nearest first picture is their own, share of others who are further "
        "away than oneself, and distances of descriptors.",
        "dlib-resnet",
        f"{people} people",
        (Row("chance", "trivial", chance), Row("dlib-resnet", "ours", figures)),
    )


def _descriptor(drawn: Render) -> Floats:
    return embed([crop(drawn.rgb, align_dlib(five_points(drawn.landmarks)))])[0].astype(np.float64)
