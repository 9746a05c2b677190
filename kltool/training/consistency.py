"""Trains the margin network further, on joints of people that nobody marked: one joint has one margin.

Training continues from models/margins.onnx. Simulated joints, half of them in the style of a real one, and
annotated ones keep the definition of the margins. Of an unmarked joint the network sees one variant and its
teacher another, at another framing, resolution and tone; where the teacher is sure, its margin, moved to the
network's framing, is the target. The teacher is the moving average of the network (mean teacher: Tarvainen &
Valpola 2017).
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
import torch
from torch import Tensor, nn

from kltool.geometry.joint_frame import COLUMNS, ROWS, JointFrame
from kltool.training.batches import Sample, numbered
from kltool.training.data.joints import Joint
from kltool.training.data.styles import Style, styled
from kltool.training.data.variants import framing, target_rows, variant
from kltool.training.loop import Batch, Schedule
from kltool.training.margins import MM_PER_ROW, OUT_COLUMNS, TENS, WARM_UP, curve_loss, errors, point_loss
from kltool.training.networks.margins import CURVES, MarginNet, moments
from kltool.training.onnx_weights import margins_of
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Float64

SHARES: Final = (0.45, 0.25, 0.30)  # of the samples: simulated, annotated, unmarked
STYLED: Final = 0.5  # of the simulated ones
TEACHER_DECAY: Final = 0.998  # a step
SURE: Final = 5.0  # rows, standard deviation of a teacher's margin: 0.6 mm
CONSISTENCY_WEIGHT: Final = 1.0
SCHEDULE: Final = Schedule(
    steps=3000, batch=24, report_every=250, learning_rate=5e-4, warm_up=WARM_UP, average=0.998
)
# Where models/margins.onnx learned that annotated points lie, docs/results/margins-training.txt: mm below the
# defined edge, by point
LEARNED_MM: Final = {
    **{0: 0.18, 1: -0.11, 2: -0.36, 6: 0.58, 7: 0.18, 8: -0.21},
    **{9: -1.24, 10: 0.10, 11: 0.27, 13: 0.18, 14: -0.04, 15: -0.97},
}


class StudentAndTeacher(nn.Module):
    """The network, whose norms stay as they are, its teacher, and where annotated points lie."""

    def __init__(self, network: MarginNet) -> None:
        super().__init__()
        self.network = network
        self.teacher = deepcopy(network).requires_grad_(False)
        self._learns = False
        tens = torch.zeros(16)
        for point, millimetres in LEARNED_MM.items():
            tens[point] = -millimetres / MM_PER_ROW / TENS
        self.tens = nn.Parameter(tens)

    def train(self, mode: bool = True) -> Self:
        self._learns = mode
        super().train(False)
        return self

    def forward(self, views: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """views: (B, 2, H, W), what the network sees, and what its teacher sees, 0 where it is not asked.

        The network's logits (B, 4, H/2, W/2), the offsets of annotated points, and of the teacher rows and
        standard deviations, (B, 4, W/2), not a number where it was not asked.
        """
        heat = self.network.logits(views[:, :1])
        with torch.no_grad():
            if self._learns:
                self._follow()
            rows = heat.new_full((len(views), CURVES, heat.shape[3]), float("nan"))
            spreads = rows.clone()
            asked = views[:, 1].abs().amax((1, 2)) > 0
            if asked.any():
                rows[asked], spreads[asked] = (part.float() for part in self.teacher(views[asked, 1:]))
        return heat, TENS * self.tens, rows, spreads

    def _follow(self) -> None:
        for own, of_network in zip(self.teacher.parameters(), self.network.parameters(), strict=True):
            own.lerp_(of_network, 1 - TEACHER_DECAY)


@dataclass(frozen=True, slots=True)
class TracingRealMargins:
    """Joints to learn from, with the styles of real ones, and joints held out to follow the training by.

    unmarked, styles: groups, drawn from alike.
    """

    name: ClassVar[str] = "margins"
    graph: Path
    simulated: Sequence[Joint]
    annotated: Sequence[Joint]
    unmarked: Sequence[Sequence[Joint]]
    styles: Sequence[Sequence[Style]]
    held_out: Sequence[Joint]
    schedule: Schedule = SCHEDULE

    def model(self) -> StudentAndTeacher:
        return StudentAndTeacher(margins_of(self.graph, films=1))

    def batches(self, first: int) -> Iterable[Batch]:
        return numbered(self.sample, self.schedule, first)

    def sample(self, random: Random) -> Sample:
        """Views (2, H, W), rows (4, W/2), points (16, 2), map of teacher's to network's patch (2, 3)."""
        kind = random.choice(len(SHARES), p=SHARES)
        if kind == 0:
            return self._marked(one_of(self.simulated, random), random.random() < STYLED, random)
        if kind == 1:
            return self._marked(one_of(self.annotated, random), False, random)
        return _unmarked(one_of(one_of(self.unmarked, random), random), random)

    def _marked(self, joint: Joint, in_style: bool, random: Random) -> Sample:
        patch, frame, seen = variant(joint, framing(random), random)
        if in_style:
            patch = styled(patch, one_of(one_of(self.styles, random), random), random)
        rows = target_rows(seen, frame, OUT_COLUMNS).astype(np.float32)
        points = np.full((16, 2), np.nan) if seen.points is None else frame.to_patch(seen.points)
        nowhere = np.full((2, 3), np.nan, np.float32)
        return np.stack([patch, np.zeros_like(patch)]), rows, points.astype(np.float32), nowhere

    def loss(self, found: tuple[Tensor, Tensor, Tensor, Tensor], *known: Tensor) -> Tensor:
        (heat, offsets, taught, spreads), (rows, points, maps) = found, known
        mean, _ = moments(heat)
        asked = torch.from_numpy(moved_rows(taught.numpy(), spreads.numpy(), maps.numpy()))
        marked = curve_loss(heat, mean, rows) + point_loss(heat, mean, points, offsets)
        return marked + CONSISTENCY_WEIGHT * curve_loss(heat, mean, asked)

    def report(self, model: StudentAndTeacher, step: int) -> str:
        millimetres = -(TENS * model.tens).numpy() * MM_PER_ROW
        above = " ".join(f"{value:.2f}" for value in millimetres[list(LEARNED_MM)])
        return f"{errors(model.network, self.held_out)} annotation mm {above}"


def _unmarked(joint: Joint, random: Random) -> Sample:
    (own, own_frame, own_seen), (other, other_frame, other_seen) = (
        variant(joint, framing(random), random) for _ in range(2)
    )
    nothing = np.full((CURVES, len(OUT_COLUMNS)), np.nan, np.float32)
    between = _patch_map((other_frame, other_seen), (own_frame, own_seen))
    return np.stack([own, other]), nothing, np.full((16, 2), np.nan, np.float32), between


def _patch_map(source: tuple[JointFrame, Joint], target: tuple[JointFrame, Joint]) -> Float32:
    """(2, 3): (row, column) of one patch to that of another, by where the joint lies on both films."""
    corners = np.array([[0.0, 0.0], [ROWS - 1.0, 0.0], [0.0, COLUMNS - 1.0]])
    frame, seen = source
    other_frame, other_seen = target
    zoom = other_seen.placement.tibial_width_px / seen.placement.tibial_width_px
    on_film = frame.to_film(corners) - np.array(seen.placement.centre)
    moved = other_frame.to_patch(on_film * zoom + np.array(other_seen.placement.centre))
    linear = np.column_stack([(moved[1] - moved[0]) / (ROWS - 1), (moved[2] - moved[0]) / (COLUMNS - 1)])
    return np.column_stack([linear, moved[0]]).astype(np.float32)


def moved_rows(rows: Float32, spreads: Float32, maps: Float32) -> Float32:
    """Rows of curves in one patch to rows in another: (B, 4, n) each; not a number where none is sure.

    maps: (B, 2, 3) as of `_patch_map`, not a number where there is no other patch.
    """
    moved = np.full_like(rows, np.nan)
    for number in np.flatnonzero(np.isfinite(maps[:, 0, 0])):
        for curve in range(CURVES):
            sure = spreads[number, curve] <= SURE
            if sure.sum() >= 2:
                moved[number, curve] = _moved(rows[number, curve], sure, maps[number])
    return moved


def _moved(rows: Float32, sure: np.ndarray, patch_map: Float32) -> Float64:
    points = np.column_stack([rows, OUT_COLUMNS]) @ patch_map[:, :2].T + patch_map[:, 2]
    down, across = points.T
    found = np.interp(OUT_COLUMNS, across, down, left=np.nan, right=np.nan)
    is_sure = np.interp(OUT_COLUMNS, across, sure.astype(float)) > 0.99
    inside = (found >= 0) & (found <= ROWS - 1)
    return np.where(is_sure & inside, found, np.nan)
