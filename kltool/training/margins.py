"""Trains the margin network on simulated knees, whose margins are known, and on annotated knees.

An annotated point lies on the bright rim, not on the definition's edge. How far apart the two are is
learned with the network, one number a point; it is not part of the network that reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kltool.geometry.joint_frame import COLUMNS, HEIGHT, ROWS
from kltool.jointspace.margin_network import TARGET_SPREAD
from kltool.training.batches import Sample, numbered
from kltool.training.data.joints import Joint
from kltool.training.data.variants import framing, target_rows, variant
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.margins import COLUMN_STRIDE, ROW_STRIDE, MarginNet, moments
from kltool.training.sampling import Random, one_of

OUT_COLUMNS = (np.arange(COLUMNS // COLUMN_STRIDE, dtype=np.float64) + 0.5) * COLUMN_STRIDE - 0.5
POINT_SIGMA = 3.0  # an annotated point is good to about 0.2 mm, its place on the crop to about 0.3
# Annotated points used, tibia (0-8) then femur (9-15), and how far to trust each.
POINTS = {0: 0.3, 1: 1.0, 2: 1.0, 6: 1.0, 7: 1.0, 8: 0.3, 9: 0.3, 10: 1.0, 11: 1.0, 13: 1.0, 14: 1.0, 15: 0.3}
CURVE_WEIGHTS = (1.0, 1.0, 0.3, 0.3)
TENS = 10.0
TIBIA_MM = 76.0
MM_PER_ROW: Final = HEIGHT / ROWS * TIBIA_MM
ANNOTATED_SHARE: Final = 0.25  # of the samples
WARM_UP: Final = 0.04  # of all steps
SCHEDULE: Final = Schedule(steps=2400, batch=24, report_every=250, learning_rate=2e-3, warm_up=WARM_UP)


class MarginsAndOffsets(nn.Module):
    """The network, and the distance of each annotated point from the edge that is defined."""

    def __init__(self) -> None:
        super().__init__()
        self.network = MarginNet()
        self.tens = nn.Parameter(torch.zeros(16))  # in tens of rows, so that it learns as fast as weights do

    @property
    def offsets(self) -> Tensor:
        """(16,) rows of the patch from an annotated point down to the definition's edge."""
        return TENS * self.tens

    def forward(self, patch: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W) to the distributions' logits (B, 4, H/2, W/2), and the offsets."""
        return self.network.logits(patch), self.offsets


@dataclass(frozen=True, slots=True)
class TracingMargins:
    """Joints to learn from, and joints held out to follow the training by.

    annotated_share: of the samples.
    """

    name: ClassVar[str] = "margins"
    simulated: Sequence[Joint]
    annotated: Sequence[Joint]
    held_out: Sequence[Joint]
    schedule: Schedule = SCHEDULE
    annotated_share: float = ANNOTATED_SHARE

    def model(self) -> MarginsAndOffsets:
        return MarginsAndOffsets()

    def batches(self, first: int) -> Iterable[Batch]:
        return numbered(self.sample, self.schedule, first)

    def sample(self, random: Random) -> Sample:
        """One joint, sampled from all."""
        pool = self.simulated
        if self.annotated and random.random() < self.annotated_share:
            pool = self.annotated
        return sample(one_of(pool, random), random)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        (heat, offsets), (rows, points) = found, known
        mean, _ = moments(heat)
        return curve_loss(heat, mean, rows) + point_loss(heat, mean, points, offsets)

    def report(self, model: MarginsAndOffsets, step: int) -> str:
        millimetres = -model.offsets.numpy() * MM_PER_ROW
        above = " ".join(f"{value:.2f}" for value in millimetres[list(POINTS)])
        return f"{errors(model.network, self.held_out)} annotation mm {above}"


def sample(joint: Joint, random: Random) -> Sample:
    """Patch (1, H, W), curve rows (4, W/2), points (16, 2) in the patch; unknown is nan."""
    patch, frame, seen = variant(joint, framing(random), random)
    rows = target_rows(seen, frame, OUT_COLUMNS)
    points = np.full((16, 2), np.nan) if seen.points is None else frame.to_patch(seen.points)
    return patch[None], rows.astype(np.float32), points.astype(np.float32)


def curve_loss(heat: Tensor, mean: Tensor, rows: Tensor) -> Tensor:
    """Cross entropy against a narrow peak at the true row, and the distance of the mean from it."""
    total = heat.new_zeros(())
    for curve, weight in enumerate(CURVE_WEIGHTS):
        known = torch.isfinite(rows[:, curve])
        if known.any():
            true = rows[:, curve][known]
            logits = heat[:, curve].transpose(1, 2)[known]  # (k, H/2)
            away = functional.smooth_l1_loss(mean[:, curve][known], true, beta=0.5)
            total = total + weight * (row_entropy(logits, true, TARGET_SPREAD).mean() + away)
    return total


def point_loss(heat: Tensor, mean: Tensor, points: Tensor, offsets: Tensor) -> Tensor:
    """The same at the annotated points, each moved by its offset; points: (B, 16, 2), unknown is nan."""
    known = torch.isfinite(points[:, 0, 0])
    if not known.any():
        return heat.new_zeros(())
    heat, mean, points = heat[known], mean[known], points[known]
    total = heat.new_zeros(())
    for point, trust in POINTS.items():
        curve = 1 if point < 9 else 0
        true = points[:, point, 0] + offsets[point]
        at = (points[:, point, 1] - (COLUMN_STRIDE - 1) / 2) / COLUMN_STRIDE
        at = at.clamp(0.0, mean.shape[2] - 1.001)
        left, share = at.floor().long(), at - at.floor()
        each = torch.arange(len(at))
        row = mean[each, curve, left] * (1 - share) + mean[each, curve, left + 1] * share
        distribution = heat[each, curve, :, (at + 0.5).floor().long()]  # (b, H/2)
        entropy = row_entropy(distribution, true.detach(), POINT_SIGMA)
        total = total + trust * (0.5 * entropy.mean() + functional.smooth_l1_loss(row, true, beta=2.0))
    return total / len(POINTS)


def row_entropy(logits: Tensor, true: Tensor, sigma: float) -> Tensor:
    """(k, H/2) logits against a Gaussian peak at (k,) rows of the patch; (k,)."""
    at = torch.arange(logits.shape[1], device=logits.device) * ROW_STRIDE + (ROW_STRIDE - 1) / 2
    peak = torch.softmax(-0.5 * ((at - true[:, None]) / sigma) ** 2, 1)
    return -(peak * functional.log_softmax(logits, 1)).sum(1)


def errors(network: MarginNet, joints: Sequence[Joint]) -> str:
    """Mean distance of each curve on one fixed variant of each held-out joint, mm at a 76 mm tibia."""
    samples = [sample(joint, np.random.default_rng((7, number))) for number, joint in enumerate(joints)]
    patch, rows, _ = (np.stack(part) for part in zip(*samples, strict=True))
    parts = np.array_split(patch, max(len(patch) // 32, 1))
    row = np.concatenate([network(torch.from_numpy(part))[0].numpy() for part in parts])
    away = np.abs(row - rows) * MM_PER_ROW
    return "held-out mm " + " ".join(f"{value:.3f}" for value in np.nanmean(away, axis=(0, 2)))
