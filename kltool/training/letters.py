"""Trains the network that reads the letters R and L on films, from random weights, on rendered letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kltool.localize.letters import KINDS, SIDE_OF_PIECE, STRIDE, TYPICAL
from kltool.training.batches import Sample, numbered
from kltool.training.data.backgrounds import Backgrounds
from kltool.training.data.glyphs import HELD_OUT as HELD_OUT_FONTS
from kltool.training.data.lettered import LaidLetter, Piece, piece
from kltool.training.focal import focal_loss
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.letters import LetterNetwork
from kltool.training.sampling import Random
from kltool.typing import Float32

SCHEDULE: Final = Schedule(
    steps=4500, batch=24, report_every=250, learning_rate=2.5e-3, weight_decay=0.01, average=0.995
)
POSE_WEIGHT: Final = 0.3
CELLS: Final = SIDE_OF_PIECE // STRIDE
SPREAD: Final = 0.10  # of a letter's heat, a share of its height
HELD_OUT: Final = 400  # pieces to follow the training by


@dataclass(frozen=True, slots=True)
class ReadingLetters:
    """backgrounds: on which letters are laid; held_out: those of pieces to follow the training by."""

    name: ClassVar[str] = "letters"
    backgrounds: Backgrounds
    held_out: Backgrounds
    schedule: Schedule = SCHEDULE

    def model(self) -> LetterNetwork:
        return LetterNetwork()

    def batches(self, first: int) -> Iterable[Batch]:
        return numbered(self._sample, self.schedule, first)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        (found_heat, found_pose), (heat, counts, pose, near) = found, known
        away = functional.smooth_l1_loss(found_pose.float(), pose, reduction="none", beta=0.3) * near
        of_pose = away.sum() / near.sum().clamp(min=1)
        return focal_loss(found_heat.float(), heat, counts) + POSE_WEIGHT * of_pose

    def report(self, model: LetterNetwork, step: int) -> str:
        """Of held-out pieces: letters found as what they are, as another one, and others found, per piece."""
        seeds = [np.random.default_rng((78, number)) for number in range(HELD_OUT)]
        pieces = [piece(self.held_out, random, HELD_OUT_FONTS) for random in seeds]
        images = torch.from_numpy(np.stack([one.picture for one in pieces])[:, None])
        heat = torch.cat([model(part)[0] for part in images.split(50)]).sigmoid().numpy()
        right, wrong, letters, false = 0, 0, 0, 0
        for one, seen in zip(pieces, heat, strict=True):
            for letter in one.letters:
                values = seen[:, *_area(letter, 1)].max((1, 2))
                letters += letter.counts
                right += letter.counts and values.max() > 0.5 and values.argmax() == letter.kind
                wrong += letter.counts and values.max() > 0.5 and values.argmax() != letter.kind
                seen[:, *_area(letter, 4)] = 0
            false += seen.max() > 0.5
        return f"right {right / letters:.4f} wrong {wrong / letters:.4f} false {false / HELD_OUT:.4f}"

    def _sample(self, random: Random) -> Sample:
        one = piece(self.backgrounds, random)
        return (one.picture[None], *_targets(one))


def _area(letter: LaidLetter, reach: int) -> tuple[slice, slice]:
    """The cells around a letter's centre."""
    row, column = (int(np.clip(value / STRIDE, 0, CELLS - 1)) for value in letter.centre)
    return slice(max(row - reach, 0), row + reach + 1), slice(max(column - reach, 0), column + reach + 1)


def _targets(one: Piece) -> tuple[Float32, Float32, Float32, Float32]:
    """Heat (4, n, n), where it counts (1, n, n), the pose (3, n, n), and where that counts (1, n, n)."""
    grid = np.indices((CELLS, CELLS), dtype=np.float32)
    heat = np.zeros((len(KINDS), CELLS, CELLS), np.float32)
    counts, near = np.ones((2, 1, CELLS, CELLS), np.float32)
    near[:] = 0
    pose = np.zeros((3, CELLS, CELLS), np.float32)
    for letter in one.letters:
        centre = (np.array(letter.centre) + 0.5) / STRIDE - 0.5
        away2 = ((grid - centre[:, None, None]) ** 2).sum(0)
        if not letter.counts:
            counts[0, away2 < (0.8 * letter.height / STRIDE + 1) ** 2] = 0
            continue
        spread = max(SPREAD * letter.height / STRIDE, 0.45)
        heat[letter.kind] = np.maximum(heat[letter.kind], np.exp(-away2 / (2 * spread**2)))
        peak = np.round(centre).astype(int).clip(0, CELLS - 1)
        heat[letter.kind, peak[0], peak[1]] = 1.0
        here = away2 <= 1.6**2
        turn = np.deg2rad(letter.turn_deg)
        values = np.array([np.log(letter.height / TYPICAL), np.sin(turn), np.cos(turn)], np.float32)
        pose[:, here] = values[:, None]
        near[0, here] = 1
    return heat, counts, pose, near
