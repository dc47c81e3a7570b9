"""The games of `reenact`: one loss for each player, as functions of a `Turn` alone."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import torch
from torch import Tensor

from mien.jobs.reenact.feeding import last_frame
from mien.jobs.reenact.presets import Config
from mien.losses import adversarial
from mien.losses.reconstruction import l1, ssim_loss
from mien.losses.terms import Loss, told
from mien.ops.gradients import input_gradient
from mien.train.recipe import Turn


class Penalty(Protocol):
    """What a recipe's settings say of its judge."""

    @property
    def gamma(self) -> float:
        """Weight of R1 + R2."""
        ...

    @property
    def lazy(self) -> int:
        """Steps between two of them."""
        ...


_COUNTS = 5.0
"""How much more eyes and mouth count than what lies outside of the face."""


@dataclasses.dataclass(frozen=True)
class RefineGame:
    """The refiner paints on the moved photo; the judge sees one part of each picture.

    judge_from   images seen from which the judge's word counts
    """

    config: Config
    judge_from: int

    def judge(self, turn: Turn) -> Loss:
        """True parts up, painted parts down, beside their lines; its gradient kept small."""
        made = self._made(turn).detach()[:, :3]
        pair = [self._parts(one, turn) for one in (turn.batch["image"], made)]
        return judged(turn, "judge", pair, self.config)

    def refiner(self, turn: Turn) -> Loss:
        """Near the truth, most of all in eyes and mouth; and what the judge takes for true."""
        config, both = self.config, self._made(turn)
        picture, share = both[:, :3], both[:, 3:]
        truth = turn.batch["image"].float()
        apart = l1(picture, truth, _weight(turn) * (turn.batch["gate"] > 0))
        # Of the same part that the judge sees: of whole pictures it would cost a quarter of a step.
        pair = (self._parts(one, turn)[:, :3] for one in (picture, truth))
        alike = ssim_loss(*pair)
        total = config.l1 * apart + config.ssim * alike
        terms = {"apart": apart, "ssim": 1.0 - alike, "share": share}
        if turn.images >= self.judge_from:
            terms["fake"], word = heard(turn, "judge", self._parts(picture, turn))
            total = total + config.adversarial * word
        return told(total, **terms)

    def _made(self, turn: Turn) -> Tensor:
        return turn.once("made", lambda: self._paint(turn, "", self._last(turn)))

    def _paint(self, turn: Turn, prefix: str, last: Tensor) -> Tensor:
        planes = [turn.batch[f"{prefix}{name}"] for name in ("warp", "lines", "gate")]
        return turn.nets["refiner"](*planes, last)

    def _last(self, turn: Turn) -> Tensor:
        def own() -> Tensor:
            return self._paint(turn, "last_", turn.batch["before"])[:, :3]

        return last_frame(turn, own, blank=self.config.blank, soil=self.config.soil)

    def _parts(self, pictures: Tensor, turn: Turn) -> Tensor:
        return parts_with_lines(pictures, turn, self.config.patch)


def parts_with_lines(pictures: Tensor, turn: Turn, patch: int) -> Tensor:
    """(n, 6, p, p): eyes or mouth (two fifths each) or any part, with its lines."""
    both = torch.cat([pictures.float(), turn.batch["lines"].float()], 1)
    return cut(both, corners(turn, patch), patch)


def corners(turn: Turn, patch: int) -> list[tuple[int, int]]:
    """The left upper corners (x, y) of the parts that the judge sees in this step."""
    size = turn.batch["image"].shape[-1]
    places, random = turn.batch["places"].cpu(), turn.random("parts")
    which = torch.rand(len(places), generator=random)
    anywhere = torch.rand(len(places), 2, generator=random) * (size - patch)
    stray = torch.randn(len(places), 2, generator=random) * (patch / 16)
    found = []
    for row in range(len(places)):
        if which[row] < 0.8:
            middle = places[row, int(which[row] >= 0.4)] - patch / 2 + stray[row]
        else:
            middle = anywhere[row]
        x, y = (int(value) for value in middle.round().clamp(0, size - patch))
        found.append((x, y))
    return found


def cut(planes: Tensor, at: list[tuple[int, int]], patch: int) -> Tensor:
    """(n, c, patch, patch) one square of each row of (n, c, s, s)."""
    parts = [planes[row, :, y : y + patch, x : x + patch] for row, (x, y) in enumerate(at)]
    return torch.stack(parts)


@dataclasses.dataclass(frozen=True)
class AncestorGame:
    """FaceGAN makes a face of photo and edge map; FineGAN refines it, seeing its own last frame.

    Repaired: the critic is taught real up and made down (the ancestor's FaceGAN had the signs
    swapped, so both players wanted the same), SSIM knows the range of its pictures, and there
    is no dropout, which stayed on when the ancestor was used.
    """

    config: Config

    def face_judge(self, turn: Turn) -> Loss:
        """The critic of FaceGAN; where it goes both ways, of both."""
        pair = [turn.batch["image"].float(), self._face(turn, "").detach()]
        if self.config.two_way > 0:
            back = turn.batch["photo"].float(), self._way(turn, "image", "photo_").detach()
            pair = [torch.cat(both) for both in zip(pair, back, strict=True)]
        return judged(turn, "face_judge", pair, self.config)

    def face(self, turn: Turn) -> Loss:
        """FaceGAN: L1, SSIM and the critic's word; both ways where it is asked for."""
        if self.config.two_way > 0:
            return self._both_ways(turn)
        return self._maker(turn, self._face(turn, ""), "face_judge")

    def _both_ways(self, turn: Turn) -> Loss:
        """A to B, B to A and each to itself: photo A, frame B, and the edges of both.

        What ties them together is the ancestor's parallelogram |A + B - AB - BA|, of made AB and
        BA. There AA was compared with BB's edges and every L1 divided by 255.
        """
        config = self.config
        one, other = (turn.batch[name].float() for name in ("photo", "image"))
        there, back = self._face(turn, ""), self._way(turn, "image", "photo_")
        themselves = self._way(turn, "photo", "photo_"), self._way(turn, "image", "")
        made = torch.cat([there, back, *themselves])
        truth = torch.cat([other, one, one, other])
        apart, alike = l1(made, truth), ssim_loss(made, truth)
        tied = (one + other - there - back).abs().mean()
        logits, word = heard(turn, "face_judge", torch.cat([there, back]))
        total = config.l1 * apart + config.ssim * alike + config.adversarial * word
        total = total + config.two_way * tied
        return told(total, apart=apart, ssim=1.0 - alike, fake=logits, tied=tied)

    def _way(self, turn: Turn, picture: str, prefix: str) -> Tensor:
        """One of the pictures with the edges of one of them."""

        def make() -> Tensor:
            return turn.nets["face"](turn.batch[picture], turn.batch[f"{prefix}edges"])

        return turn.once(f"{picture} with {prefix}edges", make)

    def fine_judge(self, turn: Turn) -> Loss:
        """The critic of FineGAN."""
        made = self._fine(turn).detach()
        return judged(turn, "fine_judge", [turn.batch["image"].float(), made], self.config)

    def fine(self, turn: Turn) -> Loss:
        """FineGAN: L1 and its critic's word, with the SSIM that the ancestor left out."""
        return self._maker(turn, self._fine(turn), "fine_judge")

    def _maker(self, turn: Turn, made: Tensor, judge: str) -> Loss:
        config, truth = self.config, turn.batch["image"].float()
        apart, alike = l1(made, truth), ssim_loss(made, truth)
        logits, word = heard(turn, judge, made)
        total = config.l1 * apart + config.ssim * alike + config.adversarial * word
        return told(total, apart=apart, ssim=1.0 - alike, fake=logits)

    def _face(self, turn: Turn, prefix: str) -> Tensor:
        def make() -> Tensor:
            return turn.nets["face"](turn.batch["photo"], turn.batch[f"{prefix}edges"])

        return turn.once(f"{prefix}face", make)

    def _fine(self, turn: Turn) -> Tensor:
        def make() -> Tensor:
            return self._refined(turn, "", self._last(turn))

        return turn.once("fine", make)

    def _refined(self, turn: Turn, prefix: str, last: Tensor) -> Tensor:
        with torch.no_grad():
            coarse = turn.nets["face"](turn.batch["photo"], turn.batch[f"{prefix}edges"])
        return turn.nets["fine"](turn.batch["photo"], coarse, last)

    def _last(self, turn: Turn) -> Tensor:
        def own() -> Tensor:
            return self._refined(turn, "last_", turn.batch["before"])

        return last_frame(turn, own, blank=self.config.blank, soil=self.config.soil)


def _weight(turn: Turn) -> Tensor:
    return 1.0 + _COUNTS * turn.batch["weight"].float()


def heard(turn: Turn, name: str, made: Tensor) -> tuple[Tensor, Tensor]:
    """The logits of a judge for made pictures, and the maker's relativistic loss by them."""
    logits = turn.nets[name](made).float()
    return logits, adversarial.relativistic_generator(turn.kept[f"real {name}"], logits)


def judged(turn: Turn, name: str, pair: list[Tensor], config: Penalty) -> Loss:
    """The relativistic loss of a judge for [true, made] pictures, with R1 + R2 now and then."""
    lazy = config.gamma > 0 and turn.step % config.lazy == 0
    pair = [one.detach().requires_grad_(lazy) for one in pair]
    on_real, on_made = (turn.nets[name](one).float() for one in pair)
    turn.kept[f"real {name}"] = on_real.detach()
    total = adversarial.relativistic_discriminator(on_real, on_made)
    terms = {"real": on_real, "fake": on_made}
    if lazy:
        # The lines beside a picture are given: only the picture's own planes are judged.
        slopes = [
            input_gradient(logits, one)[:, :3].square().flatten(1).sum(1).mean()
            for logits, one in zip((on_real, on_made), pair, strict=True)
        ]
        penalty = 0.5 * config.gamma * config.lazy * torch.stack(slopes).sum()
        total, terms["penalty"] = total + penalty, penalty
    return told(total, **terms)
