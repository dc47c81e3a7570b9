from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from mien.errors import WeightsError
from mien.face.dlib_format import (
    Affine,
    Convolution,
    Linear,
    Plain,
    Pool,
    Reader,
    read_network,
    read_resnet,
)


def written(value: int) -> bytes:
    """An integer as dlib writes it."""
    size = max(1, (abs(value).bit_length() + 7) // 8)
    return bytes([size | (0x80 if value < 0 else 0)]) + abs(value).to_bytes(size, "little")


def reader(data: bytes) -> Reader:
    return Reader(data, "model.dat")


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_integers(values: list[int]) -> None:
    source = reader(b"".join(map(written, values)))
    assert source.integers(len(values)) == tuple(values)
    assert source.place == len(source.data)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_floats_are_mantissa_and_then_exponent(value: float) -> None:
    fraction, exponent = math.frexp(value)
    data = written(int(math.ldexp(fraction, 24))) + written(exponent - 24)
    assert reader(data).real() == value


def test_the_float_of_the_published_file() -> None:
    assert reader(bytes.fromhex("030ad7a3811c")).real() == pytest.approx(0.04, abs=1e-9)


@pytest.mark.parametrize(("exponent", "value"), [(32000, math.inf), (32001, -math.inf)])
def test_infinities_have_their_own_exponents(exponent: int, value: float) -> None:
    assert reader(written(0) + written(exponent)).real() == value
    assert math.isnan(reader(written(0) + written(32002)).real())


def test_tensors_are_little_endian_in_rows() -> None:
    numbers = np.arange(12, dtype="<f4")
    data = b"".join(map(written, (2, 1, 2, 2, 3))) + numbers.tobytes()
    assert_array_equal(reader(data).tensor(), numbers.reshape(1, 2, 2, 3))


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "end of file at byte 0"),
        (b"\x00", "integer 0x00"),
        (b"\x7f", "integer 0x7f"),
        (b"\x04\x01", "end of file at byte 1"),
    ],
)
def test_damage_is_named_with_its_place(data: bytes, what: str) -> None:
    with pytest.raises(WeightsError) as caught:
        reader(data).integer()
    assert f"unexpected {what}" in str(caught.value)
    assert "model.dat" in str(caught.value)


def test_a_huge_tensor_is_refused_without_making_room_for_it() -> None:
    data = b"".join(map(written, (2, 2**31, 2**31, 2**31, 2**31)))
    with pytest.raises(WeightsError, match="end of file"):
        reader(data).tensor()


@given(st.binary(max_size=300))
def test_any_bytes_give_an_error_and_nothing_else(data: bytes) -> None:
    with pytest.raises(WeightsError):
        read_network(data, "model.dat")


@given(st.binary(max_size=200))
def test_any_bytes_after_a_good_beginning_do_too(data: bytes) -> None:
    start = written(1) + written(13) + b"loss_metric_2" + (written(1) + written(0)) * 2
    with pytest.raises(WeightsError):
        read_network(start + data, "model.dat")


def test_the_published_network(resnet_file: Path) -> None:
    network = read_resnet(resnet_file)
    assert network.mean == pytest.approx((122.782, 117.001, 104.298), abs=1e-4)
    assert network.size == (150, 150)
    kinds = [type(layer) for layer in network.layers]
    counts = [kinds.count(kind) for kind in (Convolution, Affine, Pool, Linear)]
    assert (len(kinds), counts) == (130, [29, 29, 6, 1])
    plain = [layer.kind for layer in network.layers if isinstance(layer, Plain)]
    assert [plain.count(kind) for kind in ("relu", "add", "mark")] == [29, 14, 22]
    stem, last = network.layers[0], network.layers[-1]
    assert isinstance(stem, Convolution)
    assert (stem.weight.shape, stem.stride, stem.padding) == ((32, 3, 7, 7), (2, 2), (0, 0))
    assert isinstance(last, Linear)
    assert last.weight.shape == (256, 128)


def test_a_cut_or_lengthened_network_is_refused(resnet_file: Path) -> None:
    data = resnet_file.read_bytes()
    for cut in (1, 1000, 5_000_000, len(data) - 1):
        with pytest.raises(WeightsError, match="end of file"):
            read_network(data[:cut], "model.dat")
    with pytest.raises(WeightsError, match="trailing bytes"):
        read_network(data + b"\x00", "model.dat")


def test_a_changed_file_is_refused(resnet_file: Path, tmp_path: Path) -> None:
    data = bytearray(resnet_file.read_bytes())
    data[1_000_000] ^= 1
    changed = tmp_path / "changed.dat"
    changed.write_bytes(data)
    with pytest.raises(WeightsError, match="SHA-256"):
        read_resnet(changed)
