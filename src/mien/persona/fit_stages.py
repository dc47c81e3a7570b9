"""The steps of a fit, in the order `fit` takes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.camera import FRAME, Camera
from mien.head.material import ROOTS, material_vector
from mien.head.render import Render, View, draw
from mien.head.rig import Mesh, assemble
from mien.head.schema import AU_INDEX
from mien.head.template import load
from mien.head.worn import BALD, Worn
from mien.persona import hair_fit
from mien.persona.appearance import fit_gaze, skin_correction
from mien.persona.gauss_newton import GeometryFit, Noise, eye_frame, fit_geometry
from mien.persona.hair_mask import head_map
from mien.persona.hair_match import Wearer, hair_worn
from mien.persona.hair_parse import find_hair
from mien.persona.held import NONE_HELD, Held, hold
from mien.persona.landmark_model import AU_PART, SLIDER_PART, landmark_model
from mien.persona.light_fit import LightFit, fit_light, rounded
from mien.persona.occluders import find_cover
from mien.persona.placement import Placement, Sight, photo_view, place, sight
from mien.persona.report import find_again
from mien.persona.texture_fit import Likeness, TextureSource, brows_seen, fit_texture
from mien.persona.translator import Translator
from mien.types import Face, Image, Landmarks, MaterialValue

Paint = Mapping[str, MaterialValue]

WIDE = View(camera=Camera(size=320, zoom=0.86), supersample=1, shadow=128)
"""How photo and head are compared: with all of the hair."""
NEAR = View(camera=Camera(size=512, zoom=1.35), supersample=1, shadow=256)
"""How skin is read: as close as the head still fits."""
LOOK = View(camera=Camera(size=288, zoom=1.0), supersample=1, shadow=128)
"""How the character is shown to the landmark detector."""
LEARN, LOST = 0.9, 0.12
"""Share of the habits seen on the render that is believed, and when none is: in eye distances."""
DENSE_ROOTS = 1.2
"""Cover of short hair through which no skin is seen."""
OPEN_MOUTH = 0.035
"""Gap of the inner lips, in outer-eye distances, from which teeth are to be expected."""

_BARE: dict[str, MaterialValue] = {
    **{"brow_density": 0.0, "beard": 0.0, "freckles": 0.0, "roots": 0.0, "blush": 0.0},
    **{"eye_shadow": 0.0, "redness": 0.6, "dark_circles": 0.35},
}


@dataclasses.dataclass(frozen=True, eq=False)
class Shape:
    """Geometry of one face: fit and its noise, placement, bald mesh, sex, gaze."""

    fit: GeometryFit
    noise: Noise
    placement: Placement
    mesh: Mesh
    sex: float
    gaze: tuple[float, float]


@dataclasses.dataclass(frozen=True, eq=False)
class Hair:
    """The style, its materials, and the mask (s, s) as the wide camera saw it from `placement`."""

    style: str
    paint: dict[str, MaterialValue]
    mask: NDArray[np.bool_]
    placement: Placement

    def seen_by(self, placement: Placement, camera: Camera) -> NDArray[np.bool_]:
        """The mask as another camera sees it."""
        wide = Camera(size=len(self.mask), zoom=WIDE.camera.zoom)
        to_wide = affine.compose(
            affine.invert(self.placement.crop_to_photo(wide)), placement.crop_to_photo(camera)
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (camera.size, camera.size)
        return cv2.warpAffine(self.mask.astype(np.float32), to_wide, size, flags=flags) > 0.5


def fit_shape(
    photo: Image, face: Face, known: Translator, noise: Noise, held: Held = NONE_HELD
) -> Shape:
    """Geometry, placement and gaze of a face whose landmarks err as `noise` says."""
    model = landmark_model()
    prior, sex = known.population, 0.0
    if len(face.embedding):
        prior, sex = known.prior(face.landmarks, face.embedding)
    fit = fit_geometry(model, hold(prior, held), noise, face.landmarks)
    placement = place(model, fit)
    still = assemble(load(), fit.parameters[SLIDER_PART], fit.parameters[AU_PART], worn=BALD)
    points = model.project(fit.parameters, np.array(placement.pose.as_tuple()))
    gaze = fit_gaze(photo, face, placement, (still, points))
    mesh = assemble(
        load(), fit.parameters[SLIDER_PART], fit.parameters[AU_PART], worn=BALD, gaze=gaze
    )
    return Shape(fit, noise, placement, mesh, sex, gaze)


def second_look(
    photo: Image,
    face: Face,
    known: Translator,
    drawn: tuple[Shape, LightFit, Paint, Worn],
    held: Held = NONE_HELD,
) -> Shape:
    """The shape fitted again, with the detector's habits on this very face.

    The first fit knows how the detector errs on the average render. Where it puts its points on a
    render of this character, whose landmarks are known exactly, says how it errs on this one.
    """
    shape, light, paint, worn = drawn
    mesh = assemble(
        load(),
        shape.fit.parameters[SLIDER_PART],
        shape.fit.parameters[AU_PART],
        worn=worn,
        gaze=shape.gaze,
    )
    view = dataclasses.replace(LOOK, light=light.light)
    picture = draw(
        mesh, material_vector(paint, hair=worn.hair), pose=shape.placement.pose, view=view
    )
    to_crop = affine.invert(shape.placement.crop_to_photo(view.camera))
    found = find_again(picture.rgb, affine.transform(to_crop, face.landmarks))
    if found is None:
        return shape
    frame = eye_frame(found)
    habit = affine.transform(frame, found) - affine.transform(frame, picture.landmarks)
    usual = known.noise.offset(shape.fit.pose)
    if float(np.hypot(*(habit - usual).T).mean()) > LOST:
        return shape
    return fit_shape(photo, face, known, known.noise.shifted(LEARN * (habit - usual)), held)


def fit_lighting(photo: Image, face: Face, shape: Shape) -> tuple[Sight, LightFit]:
    """Light and skin, and the wide sight drawn under them."""
    first = sight(photo, face.landmarks, shape.placement, (shape.mesh, _material({})), WIDE)
    light = fit_light(first, face.colours.white)
    drawn = _draw_bare(shape, light, WIDE)
    lit = dataclasses.replace(first, drawn=drawn)
    skin = np.clip(light.skin * skin_correction(first, lit), 0.008, 0.92)
    return lit, dataclasses.replace(light, skin=skin)


def _material(values: dict[str, MaterialValue]) -> NDArray[np.float32]:
    return material_vector({**_BARE, **values}, hair="bald")


def _draw_bare(shape: Shape, light: LightFit, view: View, **paint: MaterialValue) -> Render:
    material = _material({"skin": rounded(light.skin), **paint})
    view = dataclasses.replace(view, light=light.light)
    return draw(shape.mesh, material, pose=shape.placement.pose, view=view)


def _half(picture: Image) -> Image:
    smaller = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8)


def halved(view: Sight) -> Sight:
    """The sight at half the size, its maps sampled and its picture averaged."""
    drawn = view.drawn
    half = dataclasses.replace(
        drawn,
        rgb=_half(drawn.rgb),
        labels=np.ascontiguousarray(drawn.labels[::2, ::2]),
        normals=np.ascontiguousarray(drawn.normals[::2, ::2]),
        depth=np.ascontiguousarray(drawn.depth[::2, ::2]),
        rest=np.ascontiguousarray(drawn.rest[::2, ::2]),
        hairline=np.ascontiguousarray(drawn.hairline[::2, ::2]),
        landmarks=(drawn.landmarks + 0.5) / 2 - 0.5,
    )
    return Sight(
        image=_half(view.image),
        inside=np.ascontiguousarray(view.inside[::2, ::2]),
        drawn=half,
        landmarks=(view.landmarks + 0.5) / 2 - 0.5,
        unit=view.unit / 2,
    )


def wearer_of(shape: Shape, light: LightFit) -> Wearer:
    """The fitted head as it is drawn to be compared with the wide sight."""
    parts, pose = shape.fit.parameters, shape.placement.pose
    zoom = WIDE.camera.zoom
    return Wearer(parts[SLIDER_PART], parts[AU_PART], pose, zoom, shape.sex, light.skin)


def fit_hair(
    wide: Sight, shape: Shape, light: LightFit, paint: Paint, wanted: str | None = None
) -> Hair:
    """The hair of the photo in `wide`, or its colour on a wanted style; its mask is (160, 160)."""
    small, pose = halved(wide), shape.placement.pose
    head = head_map(small, pose.roll)
    mask = find_hair(small, head)
    measures = hair_fit.measure_hair(small, head, mask)
    wearer = wearer_of(shape, light)
    worn = hair_worn(measures, (mask, small, head), wearer, wanted)
    style = worn.hair
    if style == "bald":
        none = np.zeros_like(mask)
        return Hair(style, {"hair": rounded(light.skin * 0.3)}, none, shape.placement)
    colour = hair_fit.first_colour(small, head, mask, light.skin)
    if style == "buzz":
        roots = _fit_roots((small, mask), shape, light, colour)
        return Hair(style, roots, mask, shape.placement)
    mesh = assemble(load(), wearer.sliders, wearer.aus, worn=worn)
    view = dataclasses.replace(
        WIDE, camera=Camera(size=160, zoom=WIDE.camera.zoom), light=light.light, shadow=64
    )
    material = material_vector({**paint, "hair": colour}, hair=style)
    drawn = draw(mesh, material, pose=pose, view=view)
    # Far outside the skull a mask holds background now and then.
    near = mask & (head.on_head | (head.outside < 1.0))
    colour = hair_fit.corrected_colour(colour, small, near, drawn)
    shaped = {"hair_length": worn.length, "hair_volume": worn.volume}
    changed = {name: value for name, value in shaped.items() if value}
    return Hair(style, {"hair": colour, **changed}, mask, shape.placement)


def _fit_roots(
    seen: tuple[Sight, NDArray[np.bool_]],
    shape: Shape,
    light: LightFit,
    colour: tuple[float, float, float],
) -> dict[str, MaterialValue]:
    """Colour and cover of painted hair: thin, it darkens the skin and does not hide it."""
    (view, mask), cover = seen, ROOTS["buzz"]
    wide = dataclasses.replace(WIDE, camera=Camera(size=len(mask), zoom=WIDE.camera.zoom))
    for _ in range(3):
        drawn = _draw_bare(shape, light, wide, hair=colour, roots=cover)
        factor = hair_fit.roots_factor(view, mask, drawn)
        if factor.mean() < 0.9:
            cover = DENSE_ROOTS
        colour = rounded(hair_fit.natural(np.array(colour) * factor))
    return {"hair": colour, "roots": cover}


def fit_skin(
    photo: Image,
    face: Face,
    parts: tuple[Shape, LightFit, Hair],
    likeness: Likeness,
) -> tuple[NDArray[np.float32] | None, bool]:
    """The texture of the photo's skin on the fitted head, and whether it has the brows.

    None for likeness "off".
    """
    if likeness == "off":
        return None, False
    shape, light, hair = parts
    cropped = hair.style == "buzz"
    image, inside = photo_view(photo, shape.placement, NEAR.camera)
    to_near = affine.invert(shape.placement.crop_to_photo(NEAR.camera))
    frame = eye_frame(face.landmarks)
    pose = shape.fit.pose
    wanted = affine.transform(frame, face.landmarks) - shape.noise.offset(pose)
    wanted = affine.transform(affine.compose(to_near, affine.invert(frame)), wanted)
    view = Sight(
        image=image,
        inside=inside,
        drawn=_draw_bare(shape, light, NEAR, **(hair.paint if cropped else {})),
        landmarks=affine.transform(to_near, face.landmarks),
        unit=NEAR.camera.size * NEAR.camera.zoom / FRAME,
    )
    source = TextureSource(
        view=view,
        wanted=wanted,
        hair=hair.seen_by(shape.placement, NEAR.camera),
        open_mouth=_mouth_gap(face.landmarks) > OPEN_MOUTH,
        glasses="glasses" in face.warnings,
        folded=_folded(shape.fit.parameters[AU_PART]),
        cropped=cropped,
        cover=find_cover(photo, face.landmarks, to_near, NEAR.camera.size),
    )
    brows = brows_seen(source)
    return fit_texture(dataclasses.replace(source, brows=brows), likeness), brows


def _folded(aus: NDArray[np.float64]) -> float:
    """How far Action Units (22,) fold the cheeks, 0..1."""
    smile = sum(aus[AU_INDEX[name]] for name in ("AU10", "AU12", "AU20"))
    mouth = sum(aus[AU_INDEX[name]] for name in ("AU25", "AU26", "AU27"))
    return float(np.clip(1.2 * smile + 0.5 * mouth, 0.0, 1.0))


def _mouth_gap(landmarks: Landmarks) -> float:
    eyes = float(np.hypot(*(landmarks[45] - landmarks[36])))
    return float(np.hypot(*(landmarks[66] - landmarks[62]))) / max(eyes, 1e-9)
