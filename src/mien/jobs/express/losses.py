"""The games of `express`, each a loss for the maker and one for the judge.

All are functions of a `Turn` and nothing else, as the training loop wants them.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from mien.jobs.express.appearance import vary
from mien.jobs.express.presets import Config
from mien.losses import adversarial
from mien.losses.reconstruction import l1, ssim_loss, total_variation
from mien.losses.terms import Loss, told
from mien.ops.gradients import interpolated, zero_centred
from mien.train.recipe import Turn

_EVERYWHERE = 0.02
"""Weight of a pixel where the network may not paint, beside 1 where it may: keeps SSIM defined."""
_INSIDE = 2.0
"""What the inside of the mouth, teeth and eyeballs count more."""


def patch(pictures: Tensor, side: int) -> Tensor:
    """(n, c, side, side): the middle of a window (`regions.window`), which holds eyes and mouth."""
    first = (pictures.shape[-1] - side) // 2
    return pictures[:, :, first : first + side, first : first + side]


@dataclasses.dataclass(frozen=True)
class RepairGame:
    """The repairer against the truth, and against a judge of eyes and mouth."""

    config: Config

    def judge(self, turn: Turn) -> Loss:
        """True pictures up, made ones down; R1 + R2 now and then (Huang et al. 2024)."""
        config = self.config
        sample = self._sample(turn)
        made = sample["warp"] + self._made(turn)[:, :3].detach()
        pairs = [
            patch(torch.cat([one, sample["warp"]], 1), config.patch)
            for one in (sample["image"], made)
        ]
        lazy = turn.step % config.lazy == 0
        both = torch.cat(pairs).detach().requires_grad_(lazy)
        logits = turn.nets["judge"](both).float()
        on_true, on_made = logits.chunk(2)
        turn.kept["real"] = on_true.detach()
        total = adversarial.relativistic_discriminator(on_true, on_made)
        if not lazy:
            return told(total, real=on_true, fake=on_made)
        slope = 2 * zero_centred(logits.mean(1), both)
        penalty = 0.5 * config.gamma * config.lazy * slope
        return told(total + penalty, real=on_true, fake=on_made, penalty=penalty)

    def maker(self, turn: Turn) -> Loss:
        """L1 and grey SSIM where it may paint, the judge's word, and an attention that spares."""
        config = self.config
        sample = self._sample(turn)
        made = self._made(turn)
        picture, attention = sample["warp"] + made[:, :3], made[:, 3:]
        gate = sample["planes"][:, :2].amax(1, keepdim=True)
        weight = gate * (1.0 + _INSIDE * sample["planes"][:, 2:].amax(1, keepdim=True))
        apart = l1(picture, sample["image"], weight + _EVERYWHERE)
        grey, true_grey = (one.mean(1, keepdim=True) for one in (picture, sample["image"]))
        unlike = ssim_loss(grey, true_grey, weight + _EVERYWHERE)
        seen = patch(torch.cat([picture, sample["warp"]], 1), config.patch)
        fake = turn.nets["judge"](seen).float()
        word = adversarial.relativistic_generator(turn.kept["real"], fake)
        spread, rough = attention.mean(), total_variation(attention)
        total = config.l1 * apart + config.ssim * unlike + config.adversarial * word
        total = total + config.attention * spread + config.smooth * rough
        return told(total, l1=apart, ssim=unlike, word=word, attention=spread)

    def _sample(self, turn: Turn) -> dict[str, Tensor]:
        """The batch, with warp and truth changed alike; drawn once a step."""
        batch, kept = dict(turn.batch), turn.kept
        if self.config.appearance > 0:
            if "warp" not in kept:
                both = [batch["warp"], batch["image"]]
                varied = vary(both, turn.random("look"), self.config.appearance)
                kept["warp"], kept["image"] = varied
            batch["warp"], batch["image"] = kept["warp"], kept["image"]
        return batch

    def _made(self, turn: Turn) -> Tensor:
        sample = self._sample(turn)
        return turn.once(
            "made",
            lambda: turn.nets["maker"](sample["warp"], sample["planes"], sample["codes"]),
        )


@dataclasses.dataclass(frozen=True)
class SeedGame:
    """GANimation: a critic that also reads Action Units, and there and back again.

    Pumarola et al. 2018, equations 1 to 6, with the ancestor's weights. Repaired: the target of
    a picture is another sample's label, taken from the batch rather than decoded from a file.
    """

    config: Config

    def critic(self, turn: Turn) -> Loss:
        """Wasserstein distance, gradient penalty, and the labels of real pictures."""
        config, critic = self.config, turn.nets["judge"]
        real = turn.batch["image"]
        with torch.no_grad():
            fake = turn.nets["maker"](real, self._target(turn))[:, :3].float()
        on_real, on_fake = critic(real), critic(fake)
        distance = adversarial.wasserstein_critic(on_real[:, 0], on_fake[:, 0])
        wrong = self._wrong(on_real, turn.batch["aus"])
        slopes = interpolated(lambda x: critic(x)[:, 0], real, fake, turn.random("line"))
        total = distance + config.au * wrong + config.penalty * slopes
        return told(total, distance=-distance, units=wrong, penalty=config.penalty * slopes)

    def maker(self, turn: Turn) -> Loss:
        """Realness, the wanted Action Units, the way back, and the attention's price."""
        config, maker = self.config, turn.nets["maker"]
        real, target = turn.batch["image"], self._target(turn)
        there = maker(real, target)
        seen = turn.nets["judge"](there[:, :3])
        back = maker(there[:, :3], turn.batch["aus"])
        wrong, cycle = self._wrong(seen, target), l1(back[:, :3], real)
        attention = there[:, 3:].mean() + back[:, 3:].mean()
        rough = total_variation(there[:, 3:]) + total_variation(back[:, 3:])
        total = adversarial.wasserstein_generator(seen[:, 0]) + config.au * wrong
        total = total + config.cycle * cycle
        total = total + config.attention * attention + config.smooth * rough
        return told(total, units=wrong, cycle=cycle, attention=there[:, 3:])

    def _target(self, turn: Turn) -> Tensor:
        """(n, aus) other samples' labels, moved a little, in [0, 1]."""
        aus = turn.batch["aus"]
        random = turn.random("target")
        order = torch.randperm(len(aus), generator=random).to(aus.device)
        wobble = (2 * torch.rand(aus.shape, generator=random) - 1) * self.config.wobble
        return (aus[order] + wobble.to(aus.device)).clamp(0.0, 1.0)

    @staticmethod
    def _wrong(seen: Tensor, wanted: Tensor) -> Tensor:
        return (seen[:, 1:] - wanted).square().mean()
