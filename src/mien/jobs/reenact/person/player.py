"""A person at work: the wanted signs of a frame become its picture, frame after frame."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import WeightsError
from mien.jobs.reenact.person.networks import make_painter
from mien.jobs.reenact.person.settings import PersonSettings
from mien.jobs.reenact.person.stream import condition
from mien.jobs.weights import network_part, state_arrays
from mien.messages import text
from mien.nn.frozen import frozen
from mien.persona.person import Person, Signs, Sources
from mien.persona.steady_picture import SteadyPicture
from mien.types import Image


class PersonPlayer:
    """Makes a person's frames; it remembers which sources it took last, and its last picture.

    painter   the network, or None: the warp alone
    half      bfloat16 inside the network, and fixed for pictures one by one: for live pictures
    """

    def __init__(
        self, person: Person, painter: nn.Module | None, device: torch.device, *, half: bool = False
    ) -> None:
        self.person, self._device = person, device
        self._sources, self._steady = Sources(person), SteadyPicture()
        self._type = torch.bfloat16 if half else torch.float32
        self._painter: Callable[..., Any] | None = None
        if painter is not None:
            net = copy.deepcopy(painter).to(device, self._type).eval()
            net = net.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
            self._painter = frozen(net, *self._examples()) if half else net

    def _examples(self) -> list[Tensor]:
        size = self.person.size
        pictures = [torch.zeros(1, 3, size, size, device=self._device)] * 3
        skin = torch.zeros(1, self.person.skin.shape[1], device=self._device)
        return [one.to(self._type) for one in (*pictures, skin)]

    def frame(self, signs: Signs) -> Image:
        """(s, s, 3) uint8: the person with these signs."""
        first, second = self._sources.warped(signs)
        if self._painter is None:
            return first
        return self._steady(self.finished(first, second, signs))

    @torch.inference_mode()
    def finished(self, first: Image, second: Image, signs: Signs) -> Image:
        """What the network makes of two warped sources."""
        assert self._painter is not None
        lines = condition(signs.landmarks, signs.pupils, self.person.size)
        skin = torch.from_numpy(signs.skin[None]).to(self._device, self._type)
        planes = [self._tensor(one) for one in (first, second, lines)]
        made = self._painter(*planes, skin)[:, :3].float().cpu().numpy()
        return to_pictures(made)[0]

    def _tensor(self, picture: Image) -> Tensor:
        return torch.from_numpy(to_floats(picture[None])).to(self._device, self._type)


def player_of(person: Person, device: torch.device, *, half: bool = False) -> PersonPlayer:
    """The player of a person that was read.

    half   bfloat16 inside the network: faster on machines that know it

    Raises WeightsError where its arrays are not those of its settings' network.
    """
    if not person.numbers:
        return PersonPlayer(person, None, device)
    return PersonPlayer(person, painter_of(person), device, half=half)


def painter_of(person: Person) -> nn.Module:
    """The network that a person's arrays hold; raises WeightsError where they hold none."""
    try:
        values = {k: v for k, v in person.settings.items() if k != "preset"}
        settings = PersonSettings.from_config(values)
        wide = len(settings.maker) <= 6 and max(settings.maker) <= 512 and settings.middle <= 8
        if settings.size != person.size or not wide:
            raise ValueError("a network of another kind")
        net = make_painter(settings, 0)
        net.load_state_dict(network_part(person.numbers))
    except (KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise WeightsError(text("person.differs")) from problem
    return net.eval().requires_grad_(False)


def arrays_of(net: nn.Module) -> dict[str, np.ndarray]:
    """A network's arrays, as a person holds them."""
    return state_arrays(net.state_dict())
