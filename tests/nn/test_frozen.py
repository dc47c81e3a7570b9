from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.nn.frozen import frozen
from mien.nn.unet import UNet


@pytest.mark.parametrize(("kind", "apart"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
def test_a_frozen_network_gives_the_same(kind: torch.dtype, apart: float) -> None:
    net = UNet(3, 2, widths=(8, 16), middle=1, code=2).eval()
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.uniform_(-1, 1)  # pyright: ignore[reportOptionalMemberAccess]
    net = net.to(kind)
    fixed = frozen(net, torch.rand(1, 3, 16, 16).to(kind), torch.rand(1, 2).to(kind))
    for _ in range(4):
        x, code = torch.rand(1, 3, 16, 16).to(kind), torch.rand(1, 2).to(kind)
        with torch.inference_mode():
            assert torch.allclose(fixed(x, code), net(x, code), atol=apart)
