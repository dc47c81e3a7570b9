"""The game of maker and judge, in its four methods: one loss for each player.

Both losses are functions of a `Turn` and nothing else, as the training loop wants them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from mien.data.augment import KINDS, augment
from mien.jobs.generate import latents
from mien.jobs.generate.presets import Config
from mien.losses import adversarial
from mien.losses.terms import Loss, told
from mien.nn.blocks import GROUP
from mien.ops.gradients import interpolated, zero_centred
from mien.train.recipe import Turn
from mien.train.schedule import Schedule


@dataclasses.dataclass(frozen=True)
class Game:
    """The two losses of a preset.

    pull   weight of the coarse L1 to the anchored picture, over images seen
    """

    config: Config
    pull: Schedule

    def judge(self, turn: Turn) -> Loss:
        """The judge's: real pictures up, made ones down, its gradient kept small."""
        config = self.config
        real = self._changed(turn.batch["image"], turn, "real")
        made = self._changed(self._made(turn).detach().float(), turn, "made")
        lazy = config.gamma > 0 and turn.step % config.lazy == 0
        judge = turn.nets["judge"]
        # One pass over both is faster than two; groups of the spread must not mix the two.
        parts = [torch.cat([real, made])] if len(real) % GROUP == 0 else [real, made]
        parts = [part.detach().requires_grad_(lazy) for part in parts]
        logits = [judge(part).float() for part in parts]
        on_real, on_made = torch.cat(logits).chunk(2)
        turn.kept["real"] = on_real.detach()
        extra: dict[str, Tensor] = {}
        if lazy:
            slopes = [zero_centred(*pair) for pair in zip(logits, parts, strict=True)]
            both = torch.stack(slopes).mean() * 2
            extra["penalty"] = 0.5 * config.gamma * config.lazy * both
        if config.method == "wgan-gp":
            slopes = interpolated(judge, real, made, turn.random("line"))
            extra["penalty"] = config.penalty * slopes
        total = torch.stack([self._judge_loss(on_real, on_made, turn), *extra.values()]).sum()
        if config.method == "wgan-gp":
            # A critic's values have no scale: they are not called logits.
            return told(total, distance=on_real.detach().mean() - on_made.detach().mean(), **extra)
        sign = on_real.detach().sign()
        return told(total, real=on_real, fake=on_made, sign=sign, **extra)

    def maker(self, turn: Turn) -> Loss:
        """The maker's: its pictures up; near the anchored picture when seen from afar."""
        made = self._made(turn)
        seen = turn.nets["judge"](self._changed(made.float(), turn, "again")).float()
        total = self._maker_loss(seen, turn)
        if not self.config.code:
            return told(total, fake=seen)
        apart = coarse_difference(made.float(), turn.batch["image"])
        pulled = self.pull(turn.images) * apart
        return told(total + pulled, fake=seen, apart=apart)

    def _made(self, turn: Turn) -> Tensor:
        return turn.once("made", lambda: turn.nets["maker"](self._latents(turn)))

    def _latents(self, turn: Turn) -> Tensor:
        image, random = turn.batch["image"], turn.random("latent")
        if not self.config.code:
            return latents.free(len(image), self.config, random).to(turn.device)
        return latents.anchored(turn.state["codes"].of(image), self.config, random)

    def _changed(self, pictures: Tensor, turn: Turn, which: str) -> Tensor:
        kinds = KINDS[self.config.augment]
        strength = turn.state["adaptive"].strength if self.config.adaptive else 1.0
        return augment(pictures, turn.random(which), kinds, strength=strength)

    def _judge_loss(self, real: Tensor, made: Tensor, turn: Turn) -> Tensor:
        if self.config.method == "noisy":
            high, low = adversarial.noisy_soft_labels(real, turn.random("labels"))
            turn.kept["labels"] = high
            return adversarial.soft_label(real, high) + adversarial.soft_label(made, low)
        losses: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
            "relativistic": adversarial.relativistic_discriminator,
            "hinge": adversarial.hinge_discriminator,
            "wgan-gp": adversarial.wasserstein_critic,
        }
        return losses[self.config.method](real, made)

    def _maker_loss(self, seen: Tensor, turn: Turn) -> Tensor:
        if self.config.method == "noisy":
            return adversarial.soft_label(seen, turn.kept["labels"])
        if self.config.method == "relativistic":
            return adversarial.relativistic_generator(turn.kept["real"], seen)
        if self.config.method == "hinge":
            return adversarial.hinge_generator(seen)
        return adversarial.wasserstein_generator(seen)


def coarse_difference(made: Tensor, real: Tensor) -> Tensor:
    """Mean absolute difference of means over 4 x 4 cells, and half of it over 2 x 2 cells."""
    difference = made - real
    far = functional.avg_pool2d(difference, 4).abs().mean()
    return far + 0.5 * functional.avg_pool2d(difference, 2).abs().mean()
