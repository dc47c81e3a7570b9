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
from mien.types import AU_NAMES

_EVERYWHERE = 0.02
"""Weight of a pixel where the network may not paint, beside 1 where it may: keeps SSIM defined."""
_INSIDE = 2.0
"""What the inside of the mouth, teeth and eyeballs count more."""


ATTENTION = (0.1, 0.9)
"""What the mean attention of GANimation's maker may be, unguarded."""


def outside(value: Tensor, low: float, high: float) -> Tensor:
    """How far a value lies outside of a range; 0 inside."""
    return torch.relu(low - value) + torch.relu(value - high)


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
        made = [there, back]
        if config.virtual_alpha > 0:
            away, again = self._virtual(turn, there[:, :3], target)
            made += [away, again]
            virtual = l1(again[:, :3], there[:, :3].detach())
            cycle = torch.lerp(cycle, virtual, config.virtual_alpha)
        masks = [one[:, 3:] for one in made]
        attention = torch.stack([mask.mean() for mask in masks]).sum()
        rough = torch.stack([total_variation(mask) for mask in masks]).sum()
        total = adversarial.wasserstein_generator(seen[:, 0]) + config.au * wrong
        total = total + config.cycle * cycle
        total = total + config.attention * attention + config.smooth * rough
        total = total + config.guard * outside(there[:, 3:].mean(), *ATTENTION)
        return told(total, units=wrong, cycle=cycle, attention=there[:, 3:])

    def _virtual(self, turn: Turn, there: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """A made face with any other expression, and from there back to its own.

        Virtual cycle consistency (the ancestor's option): the way back is not told the label of
        a photo, which may be wrong, but one that the maker was itself asked for.
        """
        maker = turn.nets["maker"]
        away = maker(there, self._target(turn, "virtual"))
        return away, maker(away[:, :3], target)

    def _target(self, turn: Turn, purpose: str = "target") -> Tensor:
        """(n, aus) other samples' labels, moved a little, in [0, 1]; the own where not chosen."""
        aus, config = turn.batch["aus"], self.config
        random = turn.random(purpose)
        order = torch.randperm(len(aus), generator=random).to(aus.device)
        wobble = (2 * torch.rand(aus.shape, generator=random) - 1) * config.wobble
        wanted = (aus[order] + wobble.to(aus.device)).clamp(0.0, 1.0)
        if not config.select and config.selective == 1:
            return wanted
        chosen = torch.rand(aus.shape, generator=random) < config.selective
        if config.select:
            chosen &= torch.tensor([name in config.select for name in AU_NAMES[: config.aus]])
        return torch.where(chosen.to(aus.device), wanted, aus)

    @staticmethod
    def _wrong(seen: Tensor, wanted: Tensor) -> Tensor:
        return (seen[:, 1:] - wanted).square().mean()
