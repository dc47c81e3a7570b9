from __future__ import annotations

import pytest

from mien import device
from mien.errors import OptionError


def test_names_that_are_no_device() -> None:
    with pytest.raises(OptionError) as caught:
        device.pick("gpu")
    assert str(caught.value) == ("device 'gpu' is not known: use auto, cpu, cuda, cuda:N or mps")


def test_a_device_that_is_not_here() -> None:
    with pytest.raises(OptionError, match=r"'cuda:99' is not on this machine: use --device cpu"):
        device.pick("cuda:99")


def test_auto_and_cpu_give_a_device_that_computes() -> None:
    import torch

    for name in ("auto", "cpu"):
        assert torch.ones(3, device=device.pick(name)).sum().item() == 3.0
    assert device.pick("cpu").type == "cpu"


def test_there_is_a_core() -> None:
    assert device.cores() >= 1
