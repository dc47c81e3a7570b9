"""The reader of moved faces: what it sees, its weight file, and that it reads better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.analysers.motion.renders import FRAMES, RESTING, make_clip
from mien.analysers.motion.train import Rows, agreement, joined, rows_of
from mien.errors import WeightsError
from mien.face import affine
from mien.io.weights import load_weights, read_header, save_weights
from mien.persona import motion_reader
from mien.persona.gauss_newton import eye_shape
from mien.persona.motion_fit import Frame
from mien.persona.motion_reader import INPUT_SIZE, Rest, features, read_motion, read_reader
from mien.persona.perceptron import Perceptron
from mien.seeding import rng
from mien.types import AU_NAMES

STRANGERS = 90_017
"""A seed that trained nothing."""


def face(index: int) -> np.ndarray:
    points = rng("reader", index).normal(size=(68, 2)) * 30 + 100
    points[36], points[45] = (60.0, 96.0), (130.0, 96.0)
    return points


def frame(aus: np.ndarray | None = None, pose: tuple[float, float, float] = (3, 2, 1)) -> Frame:
    values = np.zeros(len(AU_NAMES)) if aus is None else aus
    return Frame(values, np.array(pose, float), 1.0, np.zeros(2), np.zeros((68, 2)))


def test_a_face_at_rest_has_not_moved_wherever_it_is_in_the_picture() -> None:
    rest = Rest.of([face(0)] * 3, [frame()] * 3)
    moved = affine.transform(np.array([[0.6, -0.8, 9.0], [0.8, 0.6, -4.0]]), face(0))
    seen = features(rest, moved, frame(pose=(5, 2, 1)))
    assert seen.shape == (INPUT_SIZE,)
    assert seen[:136] == pytest.approx(np.zeros(136), abs=1e-9)
    assert seen[272:278] == pytest.approx([2, 0, 0, 3, 2, 1])


def test_rest_is_the_median_so_one_bad_frame_does_no_harm() -> None:
    rest = Rest.of([face(0), face(1), face(0)], [frame(), frame(pose=(60, 60, 60)), frame()])
    assert rest.shape == pytest.approx(eye_shape(face(0)))
    assert rest.pose == pytest.approx([3, 2, 1])


def test_the_answer_is_a_mixture_within_its_range() -> None:
    told = np.linspace(-1, 2, len(AU_NAMES))
    net = Perceptron(
        ((np.zeros((len(AU_NAMES), INPUT_SIZE)), np.zeros(len(AU_NAMES))),),
        np.zeros(INPUT_SIZE),
        np.ones(INPUT_SIZE),
        told,
        np.ones(len(AU_NAMES)),
    )
    rest = Rest.of([face(0)], [frame()])
    solved = [frame(np.full(len(AU_NAMES), 0.4)), frame()]
    read = read_motion(net, rest, [face(0), face(1)], solved)
    share = motion_reader.BELIEF
    assert read[0] == pytest.approx(np.clip(share * told + (1 - share) * 0.4, 0, 1.1))
    assert read[1] == pytest.approx(np.clip(share * told, 0, 1.1))


@pytest.fixture(scope="module")
def strangers() -> Rows:
    """People of a seed that trained nothing, in 13 expressions each."""
    clips = [make_clip(STRANGERS, index) for index in range(8)]
    return joined([rows_of(c.found, c.aus, c.descriptor) for c in clips if c.usable])


def test_the_shipped_reader_reads_strangers_better_than_gauss_newton(strangers: Rows) -> None:
    read = np.clip(read_reader()(strangers.inputs), 0.0, 1.1)
    error = np.abs(read - strangers.truth).mean()
    assert error < 0.85 * np.abs(strangers.solved - strangers.truth).mean()
    better = np.mean(list(agreement(read, strangers.truth).values()))
    assert better > np.mean(list(agreement(strangers.solved, strangers.truth).values())) + 0.05


def test_a_clip_is_the_same_alone_and_begins_at_rest() -> None:
    alone = make_clip(3, 1)
    make_clip(3, 0)
    again = make_clip(3, 1)
    assert np.array_equal(alone.found, again.found)
    assert np.array_equal(alone.aus, again.aus)
    assert alone.found.shape == (FRAMES, 68, 2)
    assert np.array_equal(alone.aus[0], alone.aus[RESTING - 1])
    assert (np.abs(alone.aus[RESTING:] - alone.aus[0]).max(1) > 0).sum() > FRAMES // 2


def test_a_file_of_another_size_is_refused_in_one_line(tmp_path: Path) -> None:
    weights = load_weights(motion_reader.WEIGHTS, expected_job=motion_reader.JOB)
    header = read_header(motion_reader.WEIGHTS)
    narrow = dict(weights.tensors)
    narrow["net.weight0"] = narrow["net.weight0"][:, :-1]
    save_weights(tmp_path / "narrow.safetensors", narrow, header)
    with pytest.raises(WeightsError) as caught:
        read_reader(tmp_path / "narrow.safetensors")
    assert "\n" not in str(caught.value)
    without = {name: value for name, value in weights.tensors.items() if name != "input.sd"}
    save_weights(tmp_path / "without.safetensors", without, header)
    with pytest.raises(WeightsError):
        read_reader(tmp_path / "without.safetensors")
