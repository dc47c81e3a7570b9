"""A photo of a face becomes a character: the main path.

landmarks, descriptor -> translator (prior) -> Gauss-Newton: identity, expression, pose, camera
photo and bare head, pixel on pixel -> light and skin -> lips, brows, eyes, beard
-> hair by colour and place -> texture of the skin
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.camera import FRAME, Camera
from mien.head.material import ROOTS, material_vector
from mien.head.render import BACKGROUND, Render, View, draw
from mien.head.rig import Mesh, assemble
from mien.head.schema import LABEL, SLIDERS
from mien.head.template import load
from mien.io.provenance import Provenance, request_hash
from mien.persona import hair_fit
from mien.persona.appearance import fit_gaze, fit_paint, skin_correction
from mien.persona.character import Character
from mien.persona.gauss_newton import GeometryFit, Noise, eye_frame, fit_geometry
from mien.persona.hair_mask import HeadMap, hair_mask, head_map
from mien.persona.hair_style import choose_style
from mien.persona.landmark_model import AU_PART, SLIDER_PART, landmark_model
from mien.persona.light_fit import LightFit, covered_share, fit_light, rounded, scene_light
from mien.persona.placement import Placement, Sight, photo_view, place, sight
from mien.persona.prior import brow_materials
from mien.persona.report import find_again
from mien.persona.texture_fit import Likeness, TextureSource, fit_texture
from mien.persona.translator import Translator, translator
from mien.types import AU_NAMES, Face, FaceCode, Image, Landmarks, MaterialValue, Pose

CROP_ZOOM = 0.92
"""Zoom of the finished crop: a head with long hair and shoulders."""
_WIDE = View(camera=Camera(size=320, zoom=0.86), supersample=1, shadow=128)
_NEAR = View(camera=Camera(size=512, zoom=1.35), supersample=1, shadow=256)
_LOOK = View(camera=Camera(size=288, zoom=1.0), supersample=1, shadow=128)
_LEARN, _LOST = 0.9, 0.12
"""Share of the habits seen on the render that is believed, and when none is: in eye distances."""
_OCCLUDED = 0.12
"""Share of the skin that looks like something else; real faces without occluders: .06."""
_DENSE_ROOTS = 1.2
"""Cover of short hair through which no skin is seen."""
_OPEN_MOUTH = 0.035
"""Gap of the inner lips, in outer-eye distances, from which teeth are to be expected."""
_BARE: dict[str, MaterialValue] = {
    **{"brow_density": 0.0, "beard": 0.0, "freckles": 0.0, "roots": 0.0, "blush": 0.0},
    **{"eye_shadow": 0.0, "redness": 0.6, "dark_circles": 0.35},
}


@dataclasses.dataclass(frozen=True)
class FitOptions:
    """What to fit.

    likeness  how much of the photo's skin the character wears
    size      pixels per side of crop and render
    """

    likeness: Likeness = "full"
    size: int = 512


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """A character and what it was made from.

    photo       (size, size, 3) the crop that `character.render()` lies on
    landmarks   (68, 2) the photo's, in pixels of the crop
    hair_mask   (160, 160) hair as seen, in a wider frame; for inspection
    warnings    keys of what may have spoilt it
    error       mean distance of modelled and detected landmarks, outer eyes 1 apart
    """

    character: Character
    photo: Image
    landmarks: Landmarks
    hair_mask: NDArray[np.bool_]
    warnings: tuple[str, ...]
    error: float


@dataclasses.dataclass(frozen=True, eq=False)
class _Shape:
    """Geometry of one face: fit and its noise, placement, bald mesh, sex, gaze."""

    fit: GeometryFit
    noise: Noise
    placement: Placement
    mesh: Mesh
    sex: float
    gaze: tuple[float, float]


@dataclasses.dataclass(frozen=True, eq=False)
class _Hair:
    """The style, and the mask (s, s) as the wide camera saw it from `placement`."""

    style: str
    mask: NDArray[np.bool_]
    placement: Placement

    def seen_by(self, placement: Placement, camera: Camera) -> NDArray[np.bool_]:
        """The mask as another camera sees it."""
        wide = Camera(size=len(self.mask), zoom=_WIDE.camera.zoom)
        to_wide = affine.compose(
            affine.invert(self.placement.crop_to_photo(wide)), placement.crop_to_photo(camera)
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (camera.size, camera.size)
        return cv2.warpAffine(self.mask.astype(np.float32), to_wide, size, flags=flags) > 0.5


def fit_face(photo: Image, face: Face, options: FitOptions = FitOptions()) -> Fit:
    """Fit a character to one face of a photo.

    photo  (h, w, 3) uint8, upright; face: as `face.analyse` found it in this photo

    Raises WeightsError if the translator's weights are missing or of another head.
    """
    known = translator()
    shape = _fit_shape(photo, face, known, known.noise)
    wide, light = _fit_light(photo, face, shape)
    paint = {
        **fit_paint(face, wide, light, shape.sex),
        **brow_materials(shape.fit.parameters),
    }
    paint = _rounded_values(paint)
    style, hair_paint, mask = _fit_hair(wide, shape, light, paint)
    paint |= hair_paint
    hair = _Hair(style, mask, shape.placement)
    shape = _second_look(photo, face, known, (shape, light, paint, style))
    paint |= _rounded_values(brow_materials(shape.fit.parameters))
    camera = Camera(size=options.size, zoom=CROP_ZOOM)
    view = View(camera=camera, light=light.light, background=_backdrop(wide, shape.placement.pose))
    texture = _fit_texture(photo, face, (shape, light, hair, paint), options.likeness)
    if texture is not None and options.likeness == "full":
        # What the photo shows is not painted a second time.
        paint |= {"brow_density": 0.0, "beard": 0.0, "freckles": 0.0}
    code = FaceCode(
        sliders=_named(SLIDERS, shape.fit.parameters[SLIDER_PART]),
        aus=_named(AU_NAMES, shape.fit.parameters[AU_PART], smallest=0.01),
        gaze=shape.gaze,
        pose=shape.placement.pose,
        materials=paint,
        hair=style,
    )
    provenance = Provenance(
        source="algorithmicMedia" if texture is None else "compositeSynthetic",
        job="character.fit",
        models=(known.sha256,),
        request=request_hash(dataclasses.asdict(options)),
    )
    crop, _ = photo_view(photo, shape.placement, camera)
    to_crop = affine.invert(shape.placement.crop_to_photo(camera))
    return Fit(
        character=Character(code, view, texture, provenance),
        photo=crop,
        landmarks=affine.transform(to_crop, face.landmarks),
        hair_mask=mask,
        warnings=_warnings(face, wide),
        error=shape.fit.error,
    )


def _warnings(face: Face, wide: Sight) -> tuple[str, ...]:
    """Keys of what may have spoilt the fit: the analysis' own, and things over the face."""
    covered = covered_share(wide) > _OCCLUDED
    return (*face.warnings, "occluded") if covered else face.warnings


def _fit_shape(photo: Image, face: Face, known: Translator, noise: Noise) -> _Shape:
    model = landmark_model()
    prior, sex = known.population, 0.0
    if len(face.embedding):
        prior, sex = known.prior(face.landmarks, face.embedding)
    fit = fit_geometry(model, prior, noise, face.landmarks)
    placement = place(model, fit)
    still = assemble(load(), fit.parameters[SLIDER_PART], fit.parameters[AU_PART], hair="bald")
    points = model.project(fit.parameters, np.array(placement.pose.as_tuple()))
    gaze = fit_gaze(photo, face, placement, (still, points))
    mesh = assemble(
        load(), fit.parameters[SLIDER_PART], fit.parameters[AU_PART], hair="bald", gaze=gaze
    )
    return _Shape(fit, noise, placement, mesh, sex, gaze)


def _second_look(
    photo: Image,
    face: Face,
    known: Translator,
    drawn: tuple[_Shape, LightFit, dict[str, MaterialValue], str],
) -> _Shape:
    """The shape fitted again, with the detector's habits on this very face.

    The first fit knows how the detector errs on the average render. Where it puts its points on a
    render of this character, whose landmarks are known exactly, says how it errs on this one.
    """
    shape, light, paint, style = drawn
    mesh = assemble(
        load(),
        shape.fit.parameters[SLIDER_PART],
        shape.fit.parameters[AU_PART],
        hair=style,
        gaze=shape.gaze,
    )
    view = dataclasses.replace(_LOOK, light=light.light)
    picture = draw(
        mesh, material_vector(paint, hair=style), pose=shape.placement.pose, view=view
    )
    to_crop = affine.invert(shape.placement.crop_to_photo(view.camera))
    found = find_again(picture.rgb, affine.transform(to_crop, face.landmarks))
    if found is None:
        return shape
    frame = eye_frame(found)
    habit = affine.transform(frame, found) - affine.transform(frame, picture.landmarks)
    usual = known.noise.offset(shape.fit.pose)
    if float(np.hypot(*(habit - usual).T).mean()) > _LOST:
        return shape
    return _fit_shape(photo, face, known, known.noise.shifted(_LEARN * (habit - usual)))


def _fit_light(photo: Image, face: Face, shape: _Shape) -> tuple[Sight, LightFit]:
    """Light and skin, and the wide sight drawn under them."""
    first = sight(photo, face.landmarks, shape.placement, (shape.mesh, _material({})), _WIDE)
    light = fit_light(first, face.colours.white)
    drawn = _draw_bare(shape, light, _WIDE)
    lit = dataclasses.replace(first, drawn=drawn)
    skin = np.clip(light.skin * skin_correction(first, lit), 0.008, 0.92)
    return lit, dataclasses.replace(light, skin=skin)


def _material(values: dict[str, MaterialValue]) -> NDArray[np.float32]:
    return material_vector({**_BARE, **values}, hair="bald")


def _draw_bare(shape: _Shape, light: LightFit, view: View, **paint: MaterialValue) -> Render:
    material = _material({"skin": rounded(light.skin), **paint})
    view = dataclasses.replace(view, light=light.light)
    return draw(shape.mesh, material, pose=shape.placement.pose, view=view)


def _half(picture: Image) -> Image:
    smaller = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8)


def _halved(view: Sight) -> Sight:
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


def _fit_hair(
    wide: Sight, shape: _Shape, light: LightFit, paint: dict[str, MaterialValue]
) -> tuple[str, dict[str, MaterialValue], NDArray[np.bool_]]:
    """Style, hair materials, and the mask (160, 160)."""
    small, pose = _halved(wide), shape.placement.pose
    head = head_map(small, pose.roll)
    mask = hair_mask(small, head)
    measures = hair_fit.measure_hair(small, head, mask, pose.roll)
    style = choose_style(measures, pose, shape.sex)
    if style == "bald":
        return style, {"hair": rounded(light.skin * 0.3)}, np.zeros_like(mask)
    colour = hair_fit.first_colour(small, head, mask, light.skin)
    if style == "buzz":
        return style, _fit_roots(small, mask, shape, light, colour), mask
    mesh = assemble(
        load(), shape.fit.parameters[SLIDER_PART], shape.fit.parameters[AU_PART], hair=style
    )
    view = dataclasses.replace(
        _WIDE, camera=Camera(size=160, zoom=_WIDE.camera.zoom), light=light.light, shadow=64
    )
    material = material_vector({**paint, "hair": colour}, hair=style)
    drawn = draw(mesh, material, pose=pose, view=view)
    # Far outside the skull a mask holds background now and then.
    near = mask & (head.on_head | (head.outside < 1.0))
    colour = hair_fit.corrected_colour(colour, small, near, drawn)
    return style, {"hair": colour}, mask


def _fit_roots(
    view: Sight,
    mask: NDArray[np.bool_],
    shape: _Shape,
    light: LightFit,
    colour: tuple[float, float, float],
) -> dict[str, MaterialValue]:
    """Colour and cover of painted hair: it darkens the skin and does not hide it."""
    roots: dict[str, MaterialValue] = {"hair": colour, "roots": ROOTS["buzz"]}
    wide = dataclasses.replace(_WIDE, camera=Camera(size=len(mask), zoom=_WIDE.camera.zoom))
    for _ in range(3):
        drawn = _draw_bare(shape, light, wide, **roots)
        factor = hair_fit.roots_factor(view, mask, drawn)
        cover = _DENSE_ROOTS if factor.mean() < 0.9 else roots["roots"]
        darker = hair_fit.natural(np.array(roots["hair"]) * factor)
        roots = {"hair": rounded(darker), "roots": cover}
    return roots


def _fit_texture(
    photo: Image,
    face: Face,
    parts: tuple[_Shape, LightFit, _Hair, Mapping[str, MaterialValue]],
    likeness: Likeness,
) -> NDArray[np.float32] | None:
    if likeness == "off":
        return None
    shape, light, hair, paint = parts
    cropped = hair.style == "buzz"
    bare = {name: paint[name] for name in ("roots", "hair")} if cropped else {}
    image, inside = photo_view(photo, shape.placement, _NEAR.camera)
    to_near = affine.invert(shape.placement.crop_to_photo(_NEAR.camera))
    frame = eye_frame(face.landmarks)
    pose = shape.fit.pose
    wanted = affine.transform(frame, face.landmarks) - shape.noise.offset(pose)
    wanted = affine.transform(affine.compose(to_near, affine.invert(frame)), wanted)
    view = Sight(
        image=image,
        inside=inside,
        drawn=_draw_bare(shape, light, _NEAR, **bare),
        landmarks=affine.transform(to_near, face.landmarks),
        unit=_NEAR.camera.size * _NEAR.camera.zoom / FRAME,
    )
    source = TextureSource(
        view=view,
        wanted=wanted,
        hair=hair.seen_by(shape.placement, _NEAR.camera),
        open_mouth=_mouth_gap(face.landmarks) > _OPEN_MOUTH,
        glasses="glasses" in face.warnings,
        cropped=cropped,
    )
    return fit_texture(source, likeness)


def _mouth_gap(landmarks: Landmarks) -> float:
    eyes = float(np.hypot(*(landmarks[45] - landmarks[36])))
    return float(np.hypot(*(landmarks[66] - landmarks[62]))) / max(eyes, 1e-9)


def _backdrop(wide: Sight, pose: Pose) -> tuple[float, float, float]:
    """Linear RGB of the room behind the head; the default where none is seen."""
    head: HeadMap = head_map(wide, pose.roll)
    room = ~head.on_head & (head.outside > 3) & (head.up > -2) & wide.inside
    room &= wide.drawn.labels != LABEL["shirt"]
    if room.sum() < 200:
        return BACKGROUND
    return rounded(np.clip(np.median(scene_light(wide.image)[room], axis=0), 0.01, 1.2))


def _named(
    names: tuple[str, ...], values: NDArray[np.float64], *, smallest: float = 0.0
) -> dict[str, float]:
    """Values by name to four decimals; those not above `smallest` in size are left out."""
    rounded_values = {n: round(float(v), 4) for n, v in zip(names, values, strict=True)}
    return {name: value for name, value in rounded_values.items() if abs(value) > smallest}


def _rounded_values(paint: Mapping[str, MaterialValue]) -> dict[str, MaterialValue]:
    """Materials to four decimals, as they are written."""
    values: dict[str, MaterialValue] = {}
    for name, value in paint.items():
        if isinstance(value, tuple):
            a, b, c = (round(float(channel), 4) for channel in value)
            values[name] = (a, b, c)
        else:
            values[name] = round(float(value), 4)
    return values
