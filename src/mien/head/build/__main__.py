"""`python -m mien.head.build [NAME...]`: make the head's arrays and print their hashes."""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.head.assets import HASHES, asset_path, content_hash, read_arrays
from mien.head.build import eyelids, glasses, hair, mouth_parts, parts, toon_styles
from mien.head.build.rings import EYE_ANGLES, MOUTH_ANGLES, MOUTH_LEVELS
from mien.head.build.sdf import Points, head_distance
from mien.head.build.surface import Surface, build_surface, harmonic, vertex_normals
from mien.head.hairline import hairline_distance
from mien.head.markers import JAW_DEGREES
from mien.head.schema import HAIR_STYLES
from mien.head.terms import bump, displace, rows

NOSTRIL = (0.68, -4.62, 2.05)
# The neutral head is not a bare field: philtrum and nasolabial groove are pressed into it.
NEUTRAL_TERMS = (
    bump((0.0, -5.5, 2.1), (0.26, 0.55, 1.0), (0.0, 0.0, -0.10)),
    bump((0.46, -5.5, 2.1), (0.22, 0.55, 1.0), (0.0, 0.0, 0.05)),
    bump((2.45, -5.2, 1.2), (0.45, 1.1, 1.2), (0.0, 0.0, -0.07)),
    bump(NOSTRIL, (0.27, 0.30, 0.42), (0.0, 0.40, -0.10)),
)
NOT_A_RING = 99.0


def _lip_level(surface: Surface) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    level = np.full(len(surface.vertices), 9.0)
    side = np.zeros(len(surface.vertices))
    for ring, value in zip(surface.mouth, MOUTH_LEVELS, strict=True):
        level[ring] = value
        side[ring] = np.sin(MOUTH_ANGLES)
    level[surface.mouth_cap] = -4
    return level, side


def _jaw_weight(surface: Surface) -> NDArray[np.float64]:
    """1 on chin and lower lip, 0 on upper lip and cheeks, harmonic between."""
    level, side = _lip_level(surface)
    # Falling linearly in sin(angle) keeps an open mouth round; a sharp split makes a rectangle.
    at_lips = 0.5 - 0.5 * side
    x_y_z = surface.vertices
    y, z = x_y_z[:, 1], x_y_z[:, 2]
    lips = level < 2.05
    fixed, values = [np.flatnonzero(lips)], [at_lips[lips]]
    for mask, value in (
        ((y < -9.0) & (y > -12.3) & (z > -3.2), 1.0),
        (y > -4.2, 0.0),
        (z < -8.5, 0.0),
        (y < -14.5, 0.0),
    ):
        index = np.flatnonzero(mask & ~lips)
        fixed.append(index)
        values.append(np.full(len(index), value))
    # Later rules win where they overlap, as the solver keeps the last value of an index.
    index, value = np.concatenate(fixed), np.concatenate(values)
    last = {int(i): v for i, v in zip(index, value, strict=True)}
    unique = np.array(sorted(last))
    return harmonic(surface, unique, np.array([last[int(i)] for i in unique]))


def _occlusion(surface: Surface, level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ambient occlusion from five samples of the field along the normal."""
    normals = vertex_normals(surface.vertices, surface.triangles)
    open_sky = np.ones(len(surface.vertices))
    for h in (0.25, 0.5, 1.0, 1.8, 2.8):
        blocked = np.clip(h - head_distance(surface.vertices + normals * h), 0, h)
        open_sky -= (0.30 / h**0.6) * blocked * 0.62 / (1 + 0.3 * h)
    x, y, z = np.abs(surface.vertices[:, 0]), surface.vertices[:, 1], surface.vertices[:, 2]
    nostril = ((x - NOSTRIL[0]) / 0.34) ** 2 + ((z - NOSTRIL[2]) / 0.50) ** 2
    nostril = np.exp(-(nostril**1.5)) * (y < -4.1) * (y > -5.0)
    open_sky = np.clip(open_sky, 0.12, 1) * (1 - 0.92 * nostril)
    open_sky[level < -0.5] *= 0.35
    return open_sky


def _lash_band(surface: Surface) -> NDArray[np.float64]:
    """Darkness of the lash line on the lid rims, strong above and weak below."""
    band = np.zeros(len(surface.vertices))
    strength = np.where(np.sin(EYE_ANGLES) > 0.02, 1.0, 0.38)
    for side in range(2):
        for ring, value in zip(surface.eye[side][:3], (1.0, 1.0, 0.55), strict=True):
            band[ring] = value * strength
    return band


def _jaw_candidates(vertices: Points) -> NDArray[np.int16]:
    """(17, m) vertex indices among which each contour landmark is sought; -1 fills the rows."""
    near = np.abs(head_distance(vertices, neck=False)) < 0.12
    y, z = vertices[:, 1], vertices[:, 2]
    face = np.flatnonzero(near & (z > -8.5) & (y < 1.0) & (y > -12.5))
    angle = np.degrees(np.arctan2(vertices[face, 0], -(vertices[face, 1] + 2.2)))
    sets = [face[np.abs(angle - centre) < 3.2] for centre in JAW_DEGREES]
    table = np.full((17, max(len(group) for group in sets)), -1, np.int16)
    for row, group in zip(table, sets, strict=True):
        row[: len(group)] = group
    return table


def _neutral(surface: Surface) -> Points:
    offset = eyelids.crease(surface)
    displace(surface.vertices, rows(NEUTRAL_TERMS), offset)
    return surface.vertices + offset


def build() -> dict[str, NDArray[np.generic]]:
    """All arrays of the template, rounded so that last-bit differences vanish."""
    surface = build_surface()
    level, _ = _lip_level(surface)
    neutral = _neutral(surface)
    lips_front = neutral[surface.mouth[MOUTH_LEVELS.index(0.0)]][:, 2].max()
    ear_v, ear_t, ear_ao = parts.ears()
    eye_v, eye_t = parts.eyeball()
    teeth, tongue = mouth_parts.teeth(float(lips_front)), mouth_parts.tongue(float(lips_front))
    shirt_v, shirt_t, shirt_share, shirt_below = parts.shirt()
    arrays: dict[str, NDArray[np.generic]] = {
        "head.vertices": _fine(neutral),
        "head.surface": _fine(surface.vertices),
        "head.triangles": surface.triangles.astype(np.uint16),
        "head.eye": surface.eye.astype(np.uint16),
        "head.mouth": surface.mouth.astype(np.uint16),
        "head.jaw": _fine(_jaw_weight(surface)),
        "head.occlusion": _fine(_occlusion(surface, level)),
        "head.lip_level": _fine(np.clip(level, -4, 9)),
        "head.lash_band": _fine(_lash_band(surface)),
        "head.hairline": _fine(hairline_distance(surface.vertices)),
        "head.lid_fields": _fine(eyelids.lid_fields(surface)),
        "head.jaw_candidates": _jaw_candidates(neutral),
        "eye.angles": _fine(np.sin(EYE_ANGLES)),
        **{"ear.vertices": _fine(ear_v), "ear.triangles": ear_t.astype(np.uint16)},
        "ear.occlusion": _fine(ear_ao),
        **{"ball.vertices": _fine(eye_v), "ball.triangles": eye_t.astype(np.uint16)},
        **_mouth_arrays("teeth", teeth),
        **_mouth_arrays("tongue", tongue),
        **{"shirt.vertices": _fine(shirt_v), "shirt.triangles": shirt_t.astype(np.uint16)},
        **_glasses_arrays(surface, neutral),
        **{"shirt.share": _fine(shirt_share), "shirt.below": _fine(shirt_below)},
    }
    return arrays


def _glasses_arrays(surface: Surface, neutral: Points) -> dict[str, NDArray[np.generic]]:
    usable = np.ones(len(neutral), bool)
    usable[surface.eye[:, :5]] = False
    support = glasses.support_tables(neutral, usable)
    arrays: dict[str, NDArray[np.generic]] = {
        "glasses.support": support["front"].astype(np.uint16),
        "glasses.temples": support["temples"].astype(np.uint16),
    }
    for name in glasses.FRAMES:
        frame = glasses.frame_mesh(name)
        arrays |= {
            f"glasses.{name}.front": _fine(frame.front),
            f"glasses.{name}.triangles": frame.triangles.astype(np.uint16),
            f"glasses.{name}.lens": _fine(frame.lens),
            f"glasses.{name}.lens_triangles": frame.lens_triangles.astype(np.uint16),
            f"glasses.{name}.temple": _fine(frame.temple),
        }
    return arrays


def _mouth_arrays(name: str, part: mouth_parts.MouthPart) -> dict[str, NDArray[np.generic]]:
    return {
        f"{name}.vertices": _fine(part.vertices),
        f"{name}.triangles": part.triangles.astype(np.uint16),
        f"{name}.across": _fine(part.across),
        f"{name}.along": _fine(part.along),
        f"{name}.lower": _fine(part.lower),
    }


def build_hair(folder: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of all hair styles and beards, bound to the template that lies in `folder`."""
    return hair.make_all(dict(read_arrays(folder / "template.npz", expected_hash=None)))


def build_toon_hair(_: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of the toon style's hair."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name in HAIR_STYLES:
        masses = toon_styles.make_toon_hair(name)
        if masses is not None:
            arrays[f"hair.{name}.vertices"] = _coarse(masses.vertices, 1000)
            arrays[f"hair.{name}.triangles"] = masses.triangles.astype(np.uint16)
            arrays[f"hair.{name}.mass"] = masses.mass.astype(np.uint8)
            arrays[f"hair.{name}.across"] = _coarse(masses.across, 1000)
            arrays[f"hair.{name}.along"] = _coarse(masses.along, 1000)
            arrays[f"hair.{name}.tone"] = np.round(masses.tone * 255).astype(np.uint8)
    return arrays


def _fine(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Rounded to 1e-4 (a micrometre of a real head)."""
    return (np.round(np.asarray(values, float) * 1e4) / 1e4).astype(np.float32)


def _coarse(values: NDArray[np.float64], steps: int) -> NDArray[np.int16]:
    """Rounded to 1/steps, as int16."""
    return np.round(values * steps).astype(np.int16)


def write(arrays: dict[str, NDArray[np.generic]], path: Path) -> None:
    """A compressed npz with fixed time stamps, so that equal arrays give equal bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.save(buffer, arrays[name], allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0)),
                buffer.getvalue(),
                zipfile.ZIP_DEFLATED,
            )


MAKERS = {"template": lambda _: build(), "hair": build_hair, "toon_hair": build_toon_hair}


def main() -> None:
    """Build, write and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MAKERS], help="all, if none is named")
    parser.add_argument("--folder", type=Path, default=asset_path("template").parent)
    request = parser.parse_args()
    for name in request.names or MAKERS:
        arrays, out = MAKERS[name](request.folder), request.folder / f"{name}.npz"
        write(arrays, out)
        found = content_hash(arrays)
        same = "as pinned" if found == HASHES[name] else f"pinned is {HASHES[name]}"
        sys.stdout.write(f"{out}: {out.stat().st_size / 1e6:.2f} MB, hash {found}, {same}\n")


if __name__ == "__main__":
    main()
