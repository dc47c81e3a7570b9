from __future__ import annotations

import numpy as np
import pytest

from mien.head.camera import Camera
from mien.head.layout import Visibility
from mien.head.render import View
from mien.head.sample import sample
from mien.persona.flow import EYEBALL, NOTHING, SURFACE, fill, find_flow, warp
from mien.persona.move import Mover
from mien.persona.trial import SEED, drawn_subject


@pytest.fixture(scope="module")
def mover() -> Mover:
    return Mover(drawn_subject(sample(SEED, 1), View(camera=Camera(size=256, zoom=1.0))))


def test_filling_goes_on_smoothly_from_what_is_known() -> None:
    rows, columns = np.mgrid[:40, :60].astype(np.float32)
    values = np.stack([0.1 * columns + 2, -0.2 * rows], axis=-1)
    known = np.zeros((40, 60), np.float32)
    known[10:30, 20:40] = 1.0
    filled = fill(values * known[..., None], known)
    np.testing.assert_allclose(filled[known > 0], values[known > 0], atol=1e-4)
    # Beside the known part the values of its edge go on; far away everything is near its mean.
    np.testing.assert_allclose(filled[20, 41], values[20, 39], atol=0.5)
    assert np.abs(filled - values[10:30, 20:40].mean((0, 1))).max() < 3.2
    assert np.isfinite(filled).all()


def test_what_is_known_everywhere_is_not_touched() -> None:
    values = np.random.Generator(np.random.PCG64(2)).normal(size=(17, 23, 2)).astype(np.float32)
    filled = fill(values, np.ones((17, 23), np.float32))
    np.testing.assert_allclose(filled, values, atol=1e-5)


def visibility(mover: Mover, shift: tuple[float, float]) -> Visibility:
    screen = mover.source.screen.copy()
    screen[:, :2] += np.array(shift, np.float32)
    return mover.rasterise(screen)


def test_a_shifted_head_flows_by_its_shift(mover: Mover) -> None:
    flow = find_flow(
        mover.source, visibility(mover, (3.0, -2.0)), mover.source.log_light, turned=0.0, eyes=80.0
    )
    on_head = (flow.kind == SURFACE) | (flow.kind == EYEBALL)
    assert on_head.mean() > 0.1
    np.testing.assert_allclose(flow.exact[on_head].mean(0), [-3.0, 2.0], atol=0.01)
    np.testing.assert_allclose(np.median(flow.shift[on_head], axis=0), [-3.0, 2.0], atol=0.01)
    assert (flow.exact[flow.kind == NOTHING] == 0).all()
    assert np.abs(flow.log_gain).max() < 1e-3
    length = np.hypot(*np.moveaxis(flow.shift, 2, 0))
    assert length.max() < np.hypot(3, 2) * 1.05


def test_flow_dies_away_with_distance(mover: Mover) -> None:
    flow = find_flow(
        mover.source, visibility(mover, (4.0, 0.0)), mover.source.log_light, turned=0.0, eyes=60.0
    )
    length = np.hypot(*np.moveaxis(flow.shift, 2, 0))[2::4, 2::4]
    bands = [(0.0, 6.0), (10.0, 16.0), (20.0, 26.0), (30.0, 34.0)]
    means = [length[(flow.distance > low) & (flow.distance <= high)].mean() for low, high in bands]
    assert means == sorted(means, reverse=True)
    assert length[flow.distance > 0.6 * 60].max(initial=0) == 0


def test_more_light_brightens_the_head_alone(mover: Mover) -> None:
    brighter = mover.source.log_light + np.float32(0.2)
    flow = find_flow(mover.source, visibility(mover, (0.0, 0.0)), brighter, turned=0.0, eyes=80.0)
    assert flow.log_gain.max() == pytest.approx(0.2 * 0.7 / 2.2, rel=0.02)
    window = mover.window
    part = mover.subject.photo[window.rows, window.columns]
    lit = warp(part, window, flow)
    away = np.kron(flow.distance, np.ones((4, 4)))[: part.shape[0], : part.shape[1]] > 24
    assert np.array_equal(lit[away], part[away])
    assert lit.mean() > part.mean() + 0.5


@pytest.mark.parametrize(("turned", "kept"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_what_is_rigid_is_held_in_expressions_and_goes_with_turns(
    mover: Mover, turned: float, kept: float
) -> None:
    seen, lit = visibility(mover, (3.0, 0.0)), mover.source.log_light
    free = find_flow(mover.source, seen, lit, turned=turned, eyes=80.0)
    rigid = np.zeros(seen.triangle.shape, np.float32)
    rigid[:100] = 1.0
    held = find_flow(mover.source, seen, lit, turned=turned, eyes=80.0, held=rigid)
    np.testing.assert_allclose(held.shift[:100], kept * free.shift[:100], atol=1e-5)
    assert np.array_equal(held.shift[100:], free.shift[100:])
    assert np.abs(free.shift[:100]).max() > 2.5
