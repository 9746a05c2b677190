"""The graders as they read: an ensemble, calibrated, the same for a knee and its mirror image, with a map."""

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
import torch
from torch import Tensor, nn

from kltool.training.calibrate.grades import GradeCalibration
from kltool.training.networks.grader import Grader
from kltool.training.networks.heads import GRADES
from kltool.typing import Float64

CELL: Final = 16  # pixels of the view that share one value of the attribution map


class GraderEnsemble(nn.Module):
    """Logits are the mean of all graders and of a knee and its mirror image; then they are calibrated
    (`kltool.training.calibrate.grades`).

    The attribution map is the gradient of the expected grade times the features, place by place: how much
    each raises the grade. size: (rows, columns) of the view.
    """

    shifts: Tensor
    least: Tensor  # not named as the output is: a graph has each name once

    def __init__(
        self, graders: Sequence[Grader], calibration: GradeCalibration, size: tuple[int, int]
    ) -> None:
        super().__init__()
        self.graders = nn.ModuleList(graders)
        self.slope, self.reach = calibration.slope, calibration.reach
        self.register_buffer("shifts", torch.tensor(calibration.shifts, dtype=torch.float32))
        self.register_buffer("least", torch.tensor(calibration.thresholds, dtype=torch.float32))
        for number, grader in enumerate(graders):
            for name, matrix in zip(("down", "across"), _to_cells(grader, size), strict=True):
                self.register_buffer(f"{name}_{number}", matrix)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(B, 1, H, W) to probabilities (B, 5), the thresholds of the prediction set (B, 5), the interval of
        the expected grade (B, 2) and the attribution map (B, H/16, W/16)."""
        graders = [cast(Grader, grader) for grader in self.graders]
        seen = [_features(grader, image) for grader in graders]  # (B, C, h, w) each
        every = [grader.head(one.mean((2, 3))) for grader, one in zip(graders, seen, strict=True)]
        probabilities = torch.softmax(self.slope * torch.stack(every).mean(0) + self.shifts, 1)
        grades = torch.arange(GRADES, dtype=probabilities.dtype)
        expected = (probabilities * grades).sum(1, keepdim=True)
        away = grades - expected
        far = self.reach * (probabilities * away**2).sum(1, keepdim=True).sqrt()
        interval = torch.cat([expected - far, expected + far], 1).clamp(0.0, GRADES - 1.0)
        pull = self.slope * probabilities * away / len(seen)  # of each logit of each grader
        raised = [
            self._in_cells(
                number, ((pull @ cast(nn.Linear, grader.head).weight)[:, :, None, None] * one).sum(1)
            )
            for number, (grader, one) in enumerate(zip(graders, seen, strict=True))
        ]
        return probabilities, self.least.expand_as(probabilities), interval, torch.stack(raised).sum(0)

    def _in_cells(self, number: int, places: Tensor) -> Tensor:
        """(B, h, w) to (B, H/16, W/16), of the same mean."""
        down, across = (getattr(self, f"{name}_{number}") for name in ("down", "across"))
        resampled: Tensor = down @ places @ across
        return resampled / (resampled.shape[1] * resampled.shape[2])


def _features(grader: Grader, image: Tensor) -> Tensor:
    return (grader.features(image) + grader.features(image.flip(3)).flip(3)) / 2


def _to_cells(grader: Grader, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Linear interpolation of the grader's features, (H/16, h) from the left and (w, W/16) from the right.

    A view is averaged with its mirror image, so that columns lie evenly.
    """
    with torch.inference_mode():
        features = grader.eval().features(torch.zeros(1, 1, *size))  # eval: changes no statistics
    rows, columns = features.shape[2:]
    down = _interpolation(np.array(grader.centres(rows)), size[0])
    across = _interpolation((np.arange(columns) + 0.5) * size[1] / columns - 0.5, size[1])
    return down, across.T.contiguous()


def _interpolation(known: Float64, length: int) -> Tensor:
    """(length / 16, n): the weight of what is known at each of n places for each cell's middle."""
    middles = (np.arange(length // CELL) + 0.5) * CELL - 0.5
    weights = [np.interp(middles, known, unit) for unit in np.eye(len(known))]
    return torch.tensor(np.stack(weights, axis=1), dtype=torch.float32)
