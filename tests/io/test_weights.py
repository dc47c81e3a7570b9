from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.io import weights
from mien.io.limits import WeightLimits
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.seeding import rng

HEADER = WeightHeader(
    job="analyser.translator",
    preset="default",
    config={"widths": [32, 64], "slope": 0.2, "name": "翻译"},
    crop={"name": "head-256", "size": 256},
    metrics={"nme": 0.0412},
    data="head v1, 200 000 renders, seed 0",
    head_hash="0123456789abcdef0123456789abcdef",
)
TENSORS: dict[str, NDArray[Any]] = {
    "conv.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 7,
    "conv.bias": np.array([1.5, -2.5], np.float16),
    "steps": np.array(12345678901, np.int64),
    "mask": np.array([[True, False]]),
    "empty": np.zeros((0, 3), np.float64),
}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "权重 <b>.safetensors"
    save_weights(path, TENSORS, HEADER)
    return path


def refused(path: Path, *, job: str = HEADER.job, **options: Any) -> str:
    with pytest.raises(WeightsError) as caught:
        load_weights(path, expected_job=job, **options)
    return str(caught.value).removeprefix(f"{path}: ")


def test_weights_come_back(saved: Path) -> None:
    found = load_weights(saved, expected_job=HEADER.job)
    assert found.header == HEADER
    assert set(found.tensors) == set(TENSORS)
    for name, array in TENSORS.items():
        np.testing.assert_array_equal(found.tensors[name], array, strict=True)
        assert found.tensors[name].flags.writeable
    assert found.sha256 == hashlib.sha256(saved.read_bytes()).hexdigest()
    assert weights.read_header(saved) == HEADER


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=12).filter(lambda name: name != "__metadata__"),
        hnp.arrays(
            st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.uint8, np.int64]),
            hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
            elements={"allow_nan": False, "allow_infinity": False},
        ),
        max_size=4,
    )
)
def test_any_arrays_come_back(
    tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, NDArray[Any]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    digest = save_weights(path, tensors, HEADER)
    found = load_weights(path, expected_job=HEADER.job, sha256=digest).tensors
    assert set(found) == set(tensors)
    for name, array in tensors.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_any_memory_layout_is_stored(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)
    views = {"turned": array.T, "thinned": array[:, ::2], "swapped": array.astype(">f4")}
    save_weights(tmp_path / "a", views, HEADER)
    found = load_weights(tmp_path / "a", expected_job=HEADER.job).tensors
    for name, view in views.items():
        np.testing.assert_array_equal(found[name], view)


def test_the_same_weights_give_the_same_bytes(tmp_path: Path, saved: Path) -> None:
    other = tmp_path / "other"
    digest = save_weights(other, dict(reversed(TENSORS.items())), HEADER)
    assert other.read_bytes() == saved.read_bytes()
    assert digest == hashlib.sha256(saved.read_bytes()).hexdigest()


def test_half_precision(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    save_weights(path, TENSORS, HEADER, half=True)
    found = load_weights(path, expected_job=HEADER.job).tensors
    kinds = {name: array.dtype.name for name, array in found.items()}
    assert kinds == {
        "conv.weight": "float16",
        "conv.bias": "float16",
        "empty": "float16",
        "steps": "int64",
        "mask": "bool",
    }
    np.testing.assert_array_equal(
        found["conv.weight"], TENSORS["conv.weight"].astype(np.float16), strict=True
    )


@pytest.mark.parametrize(
    ("array", "half"),
    [
        (np.array([1.0, np.nan]), False),
        (np.array([np.inf], np.float32), False),
        (np.array([70000.0], np.float32), True),
    ],
    ids=["nan", "inf", "overflow"],
)
def test_what_is_not_finite_is_never_stored(
    tmp_path: Path, array: NDArray[Any], half: bool
) -> None:
    with pytest.raises(ValueError, match=r"^tensor a\.b holds a value that is not finite$"):
        save_weights(tmp_path / "a", {"a.b": array}, HEADER, half=half)
    assert list(tmp_path.iterdir()) == []


def test_other_mistakes_of_the_program(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^tensor a: complex128 cannot be stored$"):
        save_weights(tmp_path / "a", {"a": np.zeros(1, complex)}, HEADER)
    with pytest.raises(ValueError, match="Out of range float values"):
        save_weights(tmp_path / "a", {}, WeightHeader("x", "y", metrics={"fid": float("nan")}))
    with pytest.raises(TypeError):
        save_weights(tmp_path / "a", {}, WeightHeader("x", "y", config={"data": Path("a")}))


def test_the_hash_is_checked(saved: Path) -> None:
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    assert load_weights(saved, expected_job=HEADER.job, sha256=digest).sha256 == digest
    assert refused(saved, sha256="0" * 64) == (
        f"its SHA-256 begins with {digest[:12]}; wanted 000000000000: it was changed or damaged, "
        "copy or download it again, or run `make models`"
    )


def test_the_job_is_checked(saved: Path) -> None:
    assert refused(saved, job="express") == (
        "made for the job analyser.translator; wanted express: choose another weight file"
    )


def test_the_head_is_checked(saved: Path, tmp_path: Path) -> None:
    found = load_weights(saved, expected_job=HEADER.job, expected_head=HEADER.head_hash)
    assert found.header.head_hash == HEADER.head_hash
    assert refused(saved, expected_head="f" * 32) == (
        "made for head 0123456789ab; wanted ffffffffffff: run `make models` to train it again"
    )
    headless = tmp_path / "headless"
    save_weights(headless, {}, WeightHeader("identity", "dlib"))
    assert load_weights(headless, expected_job="identity", expected_head="f" * 32).tensors == {}


DAMAGED = (
    "the weight file is damaged or cut off; wanted a complete .safetensors file: copy or download "
    "it again, or run `make models`"
)


@pytest.mark.parametrize("size", [1, 7, 8, 9, 100, 500, -1])
def test_truncated(saved: Path, size: int) -> None:
    saved.write_bytes(saved.read_bytes()[:size])
    assert refused(saved) == DAMAGED


def test_bytes_after_the_end(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes() + b"\0")
    assert refused(saved) == DAMAGED


def test_missing_empty_folder_and_large(tmp_path: Path, saved: Path) -> None:
    wanted = "wanted a mien weight file (.safetensors)"
    assert refused(tmp_path / "none") == f"no such file; {wanted}: check the name and the folder"
    assert refused(tmp_path) == f"this is a folder; {wanted}: name the files in it"
    (tmp_path / "empty").touch()
    assert refused(tmp_path / "empty").startswith("the file is empty (0 bytes)")
    assert refused(saved, limits=WeightLimits(max_bytes=100)).endswith("make it smaller")


def test_a_huge_header_is_refused_before_it_is_parsed(saved: Path) -> None:
    data = saved.read_bytes()
    for length in (2**62, 2**63 + 5, 5 * 2**20):
        saved.write_bytes(struct.pack("<Q", length) + data[8:])
        assert refused(saved) == (
            f"a header of {length / 2**20:.1f} MiB; wanted at most 4 MiB: the file is damaged, or "
            "not a weight file of mien"
        )


def with_header(path: Path, header: bytes, body: bytes = b"") -> None:
    path.write_bytes(struct.pack("<Q", len(header)) + header + body)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 200_000,
        b"\xff\xfe",
        b'{"__metadata__": {"mien": "not json"}}',
        b'{"__metadata__": {"mien": "[]"}}',
        b'{"__metadata__": {"mien": "{}"}}',
        b'{"__metadata__": {"mien": "{\\"format\\": 1}"}}',
        b'{"__metadata__": {"mien": "' + b"[" * 200_000 + b'"}}',
    ],
)
def test_hostile_headers(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "a"
    with_header(path, header)
    assert refused(path) == DAMAGED


def metadata(**changes: object) -> bytes:
    values: dict[str, object] = {
        "format": 1, "job": "x", "preset": "y", "config": {}, "crop": {}, "metrics": {},
        "data": "", "licence": "", "head_hash": "", "version": "0",
    }  # fmt: skip
    return json.dumps({"__metadata__": {"mien": json.dumps({**values, **changes})}}).encode()


def test_fields_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with_header(path, metadata())
    assert load_weights(path, expected_job="x").header.preset == "y"
    for change in ({"job": 3}, {"config": []}, {"metrics": None}, {"format": "1"}):
        with_header(path, metadata(**change))
        assert refused(path) == DAMAGED


def test_a_header_of_a_newer_mien(tmp_path: Path) -> None:
    with_header(tmp_path / "a", metadata(format=2, invention="x"))
    assert refused(tmp_path / "a") == ("header version 2; wanted at most 1: install a newer mien")


def test_texts_of_a_header_are_harmless_in_errors(tmp_path: Path) -> None:
    with_header(tmp_path / "a", metadata(job="\x1b[2J\nx"))
    assert refused(tmp_path / "a").startswith("made for the job \\x1b[2J\\x0ax; wanted")


def test_too_many_tensors(tmp_path: Path) -> None:
    save_weights(tmp_path / "a", {str(n): np.zeros(1) for n in range(5)}, HEADER)
    assert refused(tmp_path / "a", limits=WeightLimits(max_tensors=4)) == DAMAGED
    found = load_weights(
        tmp_path / "a", expected_job=HEADER.job, limits=WeightLimits(max_tensors=5)
    )
    assert len(found.tensors) == 5


def test_other_peoples_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for extra in (None, {"format": "pt"}):
        path.write_bytes(safetensors.numpy.save({"a": np.zeros(3)}, extra))
        assert refused(path) == (
            "a safetensors file without mien's header; wanted one that mien trained: train or "
            "export it with mien"
        )


def test_a_number_type_that_numpy_has_not(tmp_path: Path) -> None:
    entries = json.loads(metadata())
    entries["a"] = {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}
    with_header(tmp_path / "a", json.dumps(entries).encode(), bytes(4))
    assert refused(tmp_path / "a", job="x") == DAMAGED


def test_mutated_files_give_weights_or_a_weights_error(saved: Path) -> None:
    data = np.frombuffer(saved.read_bytes(), np.uint8)
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    good, messages = 0, []
    for number in range(400):
        chance = rng("mutations", "weights", number)
        changed = data.copy()
        count = int(chance.integers(1, 5))
        at = chance.integers(0, len(data), count)
        changed[at] ^= chance.integers(1, 256, count).astype(np.uint8)
        saved.write_bytes(changed.tobytes())
        try:
            load_weights(saved, expected_job=HEADER.job)
        except WeightsError as error:
            messages.append(str(error))
        else:
            good += 1
        with pytest.raises(WeightsError):
            load_weights(saved, expected_job=HEADER.job, sha256=digest)
    assert good >= 5
    assert len(messages) >= 5
    assert all(len(message.splitlines()) == 1 for message in messages)
