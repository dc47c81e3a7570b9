from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head import layout
from mien.head import material_index as slot
from mien.head.layout import Float32, Geometry, Scene, ShadowMap, Visibility
from mien.head.raster import rasterise
from mien.head.resolve import outputs, resolve
from mien.head.shade import Samples, shade
from mien.head.shadow import light_reaching, shadow_map
from mien.head.texture import NO_TEXTURE
from mien.seeding import rng

SIZE = 16
HALF = 4.0
"""Half the width of what the pictures below show, cm."""
LIGHT = np.array(
    [0, 0.6, 0.8, 1.7, 1.6, 1.5, 0.3, 0.32, 0.36, 0.6, 0, 0.8, 0.2, 0.2, 0.2], np.float32
)


def plain_material(**values: float | tuple[float, float, float]) -> Float32:
    """A usual face; `values` by slot name in lower case."""
    material = np.zeros(slot.MATERIAL_SIZE, np.float32)
    for first, colour in (
        (slot.SKIN, (0.6, 0.35, 0.25)),
        (slot.LIPS, (0.5, 0.2, 0.2)),
        (slot.HAIR, (0.1, 0.06, 0.04)),
        (slot.BROW_COLOUR, (0.05, 0.03, 0.02)),
        (slot.IRIS_COLOUR, (0.15, 0.3, 0.4)),
        (slot.SHIRT_COLOUR, (0.05, 0.1, 0.3)),
    ):
        material[first : first + 3] = colour
    material[[slot.REDNESS, slot.BROW_INNER, slot.BROW_OUTER, slot.BROW_HEIGHT]] = 1, 1.25, 5, 1.7
    material[[slot.BROW_THICKNESS, slot.BROW_STROKES, slot.BROW_DENSITY]] = 0.4, 0.9, 0.9
    material[[slot.LIP_AMOUNT, slot.IRIS_SIZE, slot.PUPIL_SIZE]] = 0.85, 0.47, 0.18
    material[slot.SKIN_GLOSS] = 1.0
    for name, value in values.items():
        first = getattr(slot, name.upper())
        material[first : first + np.size(value)] = value
    return material


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A square facing the camera: its part, the attributes of all its points, its place."""

    part: int = layout.PART_SKIN
    rest: tuple[float, float, float] = (2.5, -2.5, 0.0)
    rest_slope: float = 0.0
    across: float = 9.0
    along: float = 0.0
    hairline: float = -9.0
    z: float = 0.0
    left: float = -HALF
    right: float = HALF


def corners(sheet: Sheet) -> tuple[Float32, Float32]:
    """(4, 3) positions and (4, 7) attributes."""
    x = np.array([sheet.left, sheet.right, sheet.left, sheet.right])
    y = np.array([HALF, HALF, -HALF, -HALF])
    positions = np.stack([x, y, np.full(4, sheet.z)], 1).astype(np.float32)
    attributes = np.zeros((4, 7), np.float32)
    attributes[:, :3] = np.array(sheet.rest) + sheet.rest_slope * positions
    attributes[:, 3:] = (1.0, sheet.across, sheet.along, sheet.hairline)
    return positions, attributes


def geometry_of(*sheets: Sheet) -> Geometry:
    made = [corners(sheet) for sheet in sheets]
    two = np.array([[0, 2, 1], [1, 2, 3]])
    positions = np.concatenate([positions for positions, _ in made])
    return Geometry(
        positions,
        np.tile(np.array([0, 0, 1], np.float32), (len(positions), 1)),
        np.concatenate([two + 4 * k for k in range(len(made))]).astype(np.int32),
        np.repeat([sheet.part for sheet in sheets], 2).astype(np.int32),
        np.concatenate([attributes for _, attributes in made]),
    )


def look(geometry: Geometry, size: int) -> Visibility:
    """Orthographic view straight along z; the depth is 1 / (90 - z)."""
    screen = np.empty_like(geometry.positions)
    screen[:, 0] = (geometry.positions[:, 0] + HALF) * size / (2 * HALF)
    screen[:, 1] = (HALF - geometry.positions[:, 1]) * size / (2 * HALF)
    screen[:, 2] = 1 / (90 - geometry.positions[:, 2])
    return rasterise(screen, geometry.triangles, geometry.parts, geometry.attributes, size, size)


def scene_of(geometry: Geometry, *, shadow: int = 1, toon: bool = False) -> Scene:
    g = geometry
    return Scene(
        camera=np.array([0, 0, 90], np.float32),
        material=plain_material(),
        light=LIGHT,
        shadow=shadow_map(g.positions, g.triangles, g.parts, LIGHT[:3], shadow),
        background=np.array([0.28, 0.3, 0.34], np.float32),
        texture=NO_TEXTURE,
        footprint=2 * HALF / SIZE,
        toon=toon,
    )


def paint(*sheets: Sheet, supersample: int = 2, toon: bool = False, **scene: object) -> Samples:
    geometry = geometry_of(*sheets)
    full = scene_of(geometry, toon=toon)._replace(**scene)
    return shade(geometry, look(geometry, SIZE * supersample), full, supersample=supersample)


def test_nothing_is_background() -> None:
    samples = paint(Sheet(left=0.0, right=2.0), supersample=1)
    middle = slice(SIZE // 2, 3 * SIZE // 4)
    assert (samples.labels[:, middle] == layout.LABEL_SKIN).all()
    assert (samples.labels[:, : SIZE // 2] == layout.LABEL_BACKGROUND).all()
    backdrop = samples.colour[:, : SIZE // 2]
    assert backdrop.min() > 0
    np.testing.assert_allclose(backdrop[..., 0] / backdrop[..., 2], 0.28 / 0.34, rtol=1e-5)


@pytest.mark.parametrize(
    ("sheet", "label"),
    [
        (Sheet(), layout.LABEL_SKIN),
        (Sheet(across=0.8, rest=(0.5, -7, 3)), layout.LABEL_LIPS),
        (Sheet(across=-0.5, rest=(0.5, -7, 3)), layout.LABEL_MOUTH),
        (Sheet(rest=(3.0, 1.75, 0.0)), layout.LABEL_BROW),
        (Sheet(layout.PART_EAR), layout.LABEL_EAR),
        (Sheet(layout.PART_EYE, rest=(0.7, 0.0, 0.7)), layout.LABEL_SCLERA),
        (Sheet(layout.PART_EYE, rest=(0.3, 0.0, 0.95)), layout.LABEL_IRIS),
        (Sheet(layout.PART_EYE, rest=(0.0, 0.0, -1.0)), layout.LABEL_SCLERA),
        (Sheet(layout.PART_MOUTH), layout.LABEL_MOUTH),
        (Sheet(layout.PART_TEETH, across=5.5), layout.LABEL_TEETH),
        (Sheet(layout.PART_HAIR, along=3.0), layout.LABEL_HAIR),
        (Sheet(layout.PART_SHIRT), layout.LABEL_SHIRT),
        (Sheet(layout.PART_LASH, across=0.013, along=0.1), layout.LABEL_LASH),
        (Sheet(layout.PART_TONGUE), layout.LABEL_MOUTH),
        (Sheet(layout.PART_GLASSES), layout.LABEL_GLASSES),
    ],
)
@pytest.mark.parametrize("toon", [False, True])
def test_every_part_has_its_label(sheet: Sheet, label: int, toon: bool) -> None:
    assert set(np.unique(paint(sheet, toon=toon).labels)) == {label}


def test_gums_are_no_teeth() -> None:
    gums = paint(Sheet(layout.PART_TEETH, across=5.5, along=2.5))
    assert set(np.unique(gums.labels)) == {layout.LABEL_MOUTH}


def test_a_pixel_of_plain_skin_is_shaded_once() -> None:
    samples = paint(Sheet(rest_slope=1.0, rest=(0, -2, 0)), supersample=2)
    blocks = samples.colour.reshape(SIZE, 2, SIZE, 2, 3)
    same = (blocks == blocks[:, :1, :, :1]).all(axis=(1, 3, 4))
    assert same.mean() > 0.5
    brow_row = int((HALF - 1.7 - 2) / (2 * HALF) * SIZE)
    assert not same[brow_row].all()


def test_shading_once_agrees_with_shading_every_sample() -> None:
    sheet = Sheet(rest_slope=1.0, rest=(0, -4, 0))
    coarse = paint(sheet, supersample=2).colour.reshape(SIZE, 2, SIZE, 2, 3).mean(axis=(1, 3))
    fine = paint(sheet, supersample=8).colour.reshape(SIZE, 8, SIZE, 8, 3).mean(axis=(1, 3))
    assert abs(coarse - fine).mean() < 0.01
    assert abs(coarse - fine).max() < 0.08


def test_more_light_is_brighter_and_the_key_tints() -> None:
    strong, red = LIGHT.copy(), LIGHT.copy()
    strong[3:6] *= 1.5
    red[4:6] = 0
    usual = paint(Sheet()).colour
    assert (paint(Sheet(), light=strong).colour > usual).all()
    shaded = paint(Sheet(), light=red).colour
    np.testing.assert_allclose(shaded[..., 0], usual[..., 0], rtol=1e-6)
    assert (shaded[..., 1:] < usual[..., 1:]).all()


def test_dark_skin_has_less_gloss() -> None:
    """Skin without any blue returns blue only from its gloss and rim."""
    mirror = LIGHT.copy()
    mirror[:3], mirror[6:9], mirror[12:] = (0, 0, 1), 0, 0

    def gloss(skin: tuple[float, float, float]) -> float:
        material = plain_material(skin=skin, redness=0.0)
        colour = paint(Sheet(), light=mirror, material=material).colour
        return float(colour[..., 2].mean() - skin[2] * mirror[5])

    assert 0 < gloss((0.05, 0.02, 1e-4)) < 0.6 * gloss((0.7, 0.7, 1e-4))


def test_something_in_front_casts_a_shadow() -> None:
    wall = Sheet()
    blocker = Sheet(layout.PART_SHIRT, z=4.0, left=-HALF, right=0.0)
    geometry = geometry_of(wall, blocker)
    only_wall = look(geometry_of(wall), SIZE)
    lit = shade(geometry, only_wall, scene_of(geometry, shadow=1), supersample=1)
    shadowed = shade(geometry, only_wall, scene_of(geometry, shadow=128), supersample=1)
    ratio = shadowed.colour.sum(2) / lit.colour.sum(2)
    shade_row = slice(SIZE // 2 + 7, SIZE)  # the light comes from above: the shadow falls 3 cm down
    assert (ratio[shade_row, : SIZE // 2 - 3] < 0.6).all()
    np.testing.assert_allclose(ratio[:, SIZE // 2 + 3 :], 1, atol=1e-6)


def bumpy_shadows() -> ShadowMap:
    n = 24
    u, v = (a.ravel() for a in np.meshgrid(np.linspace(-9, 9, n), np.linspace(-9, 9, n)))
    z = rng(1, "heights").uniform(-1.5, 1.5, n * n)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    triangles = np.vstack(
        [
            np.stack([corner, corner + 1, corner + n], 1),
            np.stack([corner + 1, corner + n + 1, corner + n], 1),
        ]
    )
    positions = np.stack([u, v, z], 1).astype(np.float32)
    parts = np.full(len(triangles), layout.PART_SHIRT, np.int32)
    return shadow_map(positions, triangles.astype(np.int32), parts, LIGHT[:3], 64)


def test_the_short_cut_through_the_shadow_map_changes_nothing() -> None:
    quick = bumpy_shadows()
    slow = quick._replace(
        highest=np.full_like(quick.highest, 1e9), lowest=np.full_like(quick.lowest, -1e9)
    )
    shares = []
    for point in rng(2, "points").uniform(-8, 8, (1500, 3)).tolist():
        place = (point[0], point[1], point[2] / 4)
        share = light_reaching(quick, place, (0.0, 0.0, 1.0), 0.8)
        assert share == pytest.approx(light_reaching(slow, place, (0.0, 0.0, 1.0), 0.8), abs=1e-12)
        shares.append(share)
    counts = np.histogram(shares, [-0.01, 0.001, 0.999, 1.01])[0]
    assert (counts > 25).all()  # full light, full shadow, and the edges between


def test_shadow_edges_are_smooth() -> None:
    shadow = bumpy_shadows()
    line = [
        light_reaching(shadow, (x, 0.3, -1.0), (0.0, 0.0, 1.0), 0.8)
        for x in np.linspace(-6, 6, 4001)
    ]
    assert np.ptp(line) > 0.5
    assert abs(np.diff(line)).max() < 0.02


def test_light_from_straight_above_is_allowed() -> None:
    geometry = geometry_of(Sheet())
    for direction in ((0, 1, 0), (0, -1, 0)):
        shadow = shadow_map(
            geometry.positions,
            geometry.triangles,
            geometry.parts,
            np.array(direction, np.float32),
            32,
        )
        assert np.isfinite(shadow.transform).all()


def flat_samples(value: float, size: int = 4) -> tuple[Samples, Visibility]:
    shape = (size, size)
    samples = Samples(
        np.full((*shape, 3), value, np.float32), np.ones(shape, np.uint8), np.ones(shape, np.uint8)
    )
    seen = Visibility(
        np.full(shape, 0.01, np.float32),
        np.zeros(shape, np.int32),
        np.zeros((*shape, 2), np.float32),
    )
    return samples, seen


def test_bytes_are_the_rounded_root_of_linear_light() -> None:
    values = np.concatenate([np.linspace(0, 1, 700), np.linspace(0, 1e-4, 50)])
    for value in values.tolist():
        expected = int(255 * np.float32(value).astype(float) ** (1 / 2.2) + 0.5)
        assert resolve(*flat_samples(value), toon=True)[0, 0, 0] == expected


def test_highlights_never_clip_in_the_photo_style() -> None:
    picture = [int(resolve(*flat_samples(v), toon=False)[0, 0, 0]) for v in np.linspace(0, 6, 601)]
    assert (np.diff(picture) >= 0).all()
    assert picture[-1] == 255
    assert picture[150] < 245  # a pale cheek in the sun keeps its drawing
    assert picture[75] == pytest.approx(255 * (0.75 * 1.09 / 1.375) ** (1 / 2.2), abs=1)


@pytest.mark.parametrize("value", [np.nan, -1.0, -np.inf])
def test_impossible_light_is_black(value: float) -> None:
    assert (resolve(*flat_samples(value), toon=False) == 0).all()


def test_the_label_of_most_samples_wins() -> None:
    geometry = geometry_of(Sheet())
    seen = look(geometry, 6)
    samples = shade(geometry, seen, scene_of(geometry), supersample=3)
    labels = np.ones((6, 6), np.uint8)
    labels[:3, :3] = [[9, 9, 9], [9, 9, 1], [1, 1, 1]]
    labels[3:, 3:] = [[5, 7, 9], [9, 7, 5], [1, 1, 10]]
    won = outputs(geometry, seen, samples._replace(labels=labels), supersample=3).labels
    assert won.tolist() == [[9, 1], [1, 5]]  # ties go to the label seen first


def test_buffers_describe_the_centre_of_each_pixel() -> None:
    geometry = geometry_of(Sheet(rest_slope=0.5, rest=(1, -2, 3)), Sheet(z=-3.0))
    seen = look(geometry, 2 * SIZE)
    out = outputs(geometry, seen, shade(geometry, seen, scene_of(geometry)))
    centre = (np.arange(SIZE) + 0.5) / SIZE * 2 * HALF - HALF
    np.testing.assert_allclose(out.rest[..., 0], np.tile(1 + 0.5 * centre, (SIZE, 1)), atol=1e-5)
    np.testing.assert_allclose(out.rest[..., 1], np.tile(-2 - 0.5 * centre, (SIZE, 1)).T, atol=1e-5)
    np.testing.assert_allclose(out.rest[..., 2], 3, atol=1e-5)
    np.testing.assert_allclose(out.depth, 1 / 90, rtol=1e-5)
    np.testing.assert_allclose(
        out.normals, np.broadcast_to([0, 0, 1], out.normals.shape), atol=1e-6
    )
    np.testing.assert_allclose(out.hairline, -9, atol=1e-5)


def test_buffers_never_mix_near_and_far_or_head_and_rest() -> None:
    near = Sheet(z=5.0, left=-HALF, right=0.25, rest=(1, 1, 1))  # ends inside a pixel
    far = Sheet(z=-5.0, rest=(9, 9, 9), part=layout.PART_SHIRT)
    geometry = geometry_of(near, far)
    seen = look(geometry, 4 * SIZE)
    out = outputs(
        geometry, seen, shade(geometry, seen, scene_of(geometry), supersample=4), supersample=4
    )
    assert set(np.unique(np.round(out.rest, 4))) == {1.0, 9.0}
    assert (out.hairline[out.labels == layout.LABEL_SHIRT] < -90).all()
    assert (out.hairline[out.labels == layout.LABEL_SKIN] > -90).all()


def test_the_background_of_the_buffers_is_marked() -> None:
    geometry = geometry_of(Sheet(left=0.0))
    seen = look(geometry, 2 * SIZE)
    out = outputs(geometry, seen, shade(geometry, seen, scene_of(geometry)))
    empty = out.labels == layout.LABEL_BACKGROUND
    assert empty.mean() == 0.5
    assert np.isnan(out.rest[empty]).all()
    assert (out.depth[empty] == 0).all()
    assert (out.normals[empty] == 0).all()
    assert (out.hairline[empty] < -90).all()


def test_toon_has_few_tones_and_an_outline() -> None:
    sheet = Sheet(left=-2.0, right=2.0)
    geometry = geometry_of(sheet)
    seen = look(geometry, 2 * SIZE)
    samples = shade(geometry, seen, scene_of(geometry, toon=True))
    skin = samples.colour[samples.labels == layout.LABEL_SKIN].round(4)
    _, counts = np.unique(skin, axis=0, return_counts=True)
    assert np.sort(counts)[-2:].sum() > 0.9 * len(skin)  # two tones, and the edge between them
    row = resolve(samples, seen, toon=True)[SIZE // 2, :, 0].astype(int)
    assert row[3] < 0.8 * row[2]  # the ink lies just outside the sheet
    assert row[SIZE // 2] > 150


def test_toon_takes_no_notice_of_a_texture() -> None:
    loud = np.ones((4, 4, 3), np.float32)
    np.testing.assert_array_equal(
        paint(Sheet(), toon=True, texture=loud).colour, paint(Sheet(), toon=True).colour
    )


EXTREME: list[NDArray[np.float32]] = [
    np.zeros(slot.MATERIAL_SIZE, np.float32),
    np.full(slot.MATERIAL_SIZE, 1e4, np.float32),
    np.full(slot.MATERIAL_SIZE, -1e4, np.float32),
    rng(7, "materials").uniform(-50, 50, slot.MATERIAL_SIZE).astype(np.float32),
]


@pytest.mark.parametrize("index", range(len(EXTREME)))
@pytest.mark.parametrize("toon", [False, True])
def test_absurd_inputs_never_give_nan(index: int, toon: bool) -> None:
    size = layout.LIGHT_SIZE
    lights = (LIGHT, np.zeros(size, np.float32), np.full(size, 1e3, np.float32))
    for part in range(12):
        for across, along, hairline in ((-4.0, 0.0, 20.0), (0.9, 0.5, 0.0), (9.0, 1.0, -30.0)):
            sheet = Sheet(part, (0, 0, 0), 1.0, across, along, hairline)
            geometry = geometry_of(sheet)
            flat = geometry._replace(normals=np.zeros_like(geometry.normals))
            for light, g in zip(lights, (geometry, flat, geometry), strict=True):
                scene = scene_of(g, shadow=16, toon=toon)
                scene = scene._replace(material=EXTREME[index], light=light)
                colour = shade(g, look(g, 2 * SIZE), scene).colour
                assert np.isfinite(colour).all(), (part, across)
