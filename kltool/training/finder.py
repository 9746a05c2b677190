"""Trains the finder on composite films, from random weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from kltool.localize.normalise import standardize
from kltool.training.batches import streamed
from kltool.training.data.annotated import AnnotatedKnee
from kltool.training.data.composites import PastedKnee, composite
from kltool.training.focal import focal_loss
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.finder import STRIDE, Finder
from kltool.training.sampling import Random
from kltool.typing import Float32

FIELD: Final = 160  # pixels, of a composite film
SCHEDULE: Final = Schedule(steps=1500, batch=16, report_every=100, learning_rate=2e-3)
ENDS_WEIGHT: Final = 0.3


@dataclass(frozen=True, slots=True)
class FindingKnees:
    """knees: whose crops the films are made of."""

    name: ClassVar[str] = "finder"
    knees: Sequence[AnnotatedKnee]
    schedule: Schedule = SCHEDULE

    def model(self) -> Finder:
        return Finder()

    def batches(self, first: int) -> Iterator[Batch]:
        return streamed(self._batch, self.schedule, first)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        (found_heat, found_ends), (heat, ends, near) = found, known
        away = ((found_ends.float() - ends).abs() * near).sum() / near.sum().clamp(min=1) / 4
        return focal_loss(found_heat.float(), heat) + ENDS_WEIGHT * away

    def report(self, model: Finder, step: int) -> str:
        return ""

    def _batch(self, random: Random) -> Batch:
        films = [composite(self.knees, FIELD, random) for _ in range(self.schedule.batch)]
        images = np.stack([standardize(field) for field, _ in films])[:, None]
        targets = zip(*(_targets(pasted) for _, pasted in films), strict=True)
        return tuple(torch.from_numpy(part) for part in (images, *map(np.stack, targets)))


def _targets(pasted: Sequence[PastedKnee]) -> tuple[Float32, Float32, Float32]:
    """Heat (2, n, n), the offsets of both ends (4, n, n) in cells, and where they count (1, n, n)."""
    cells = FIELD // STRIDE
    grid = np.indices((cells, cells), dtype=np.float32)  # (2, n, n)
    heat = np.zeros((2, cells, cells), np.float32)
    ends = np.zeros((4, cells, cells), np.float32)
    near = np.zeros((1, cells, cells), np.float32)
    for knee in pasted:
        centre = (knee.centre + 0.5) / STRIDE - 0.5
        corners = (knee.ends + 0.5) / STRIDE - 0.5
        spread = max(0.07 * float(np.hypot(*(corners[1] - corners[0]))), 0.7)
        away2 = ((grid - centre[:, None, None]) ** 2).sum(0)
        channel = int(knee.replaced)
        heat[channel] = np.maximum(heat[channel], np.exp(-away2 / (2 * spread**2)))
        peak = np.round(centre).astype(int).clip(0, cells - 1)
        heat[channel, peak[0], peak[1]] = 1.0
        here = away2 <= (2 * spread) ** 2
        for end in (0, 1):
            ends[2 * end : 2 * end + 2, here] = (corners[end][:, None, None] - grid)[:, here]
        near[0, here] = 1.0
    return heat, ends, near
