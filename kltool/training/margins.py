"""Trains the margin network on drawn knees, whose margins are known, and on annotated knees.

An annotated point lies on the bright rim, not on the definition's edge. How far apart the two are is
learned with the network, one number a point; it is not part of the network that reads.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from kltool.geometry.joint_frame import COLUMNS, HEIGHT, ROWS
from kltool.jointspace.margin_network import TARGET_SPREAD
from kltool.training.joints import Joint, framing, target_rows, variant
from kltool.training.networks.margins import COLUMN_STRIDE, ROW_STRIDE, MarginNet, moments
from kltool.training.schedule import pace

OUT_COLUMNS = (np.arange(COLUMNS // COLUMN_STRIDE, dtype=np.float64) + 0.5) * COLUMN_STRIDE - 0.5
POINT_SIGMA = 3.0  # an annotated point is good to about 0.2 mm, its place on the crop to about 0.3
# Annotated points used, tibia (0-8) then femur (9-15), and how far to trust each.
POINTS = {0: 0.3, 1: 1.0, 2: 1.0, 6: 1.0, 7: 1.0, 8: 0.3, 9: 0.3, 10: 1.0, 11: 1.0, 13: 1.0, 14: 1.0, 15: 0.3}
CURVE_WEIGHTS = (1.0, 1.0, 0.3, 0.3)
TENS = 10.0
TIBIA_MM = 76.0
WARM_UP = 0.04  # of all steps
EVERY = 250  # steps: report and checkpoint


@dataclass(frozen=True, slots=True)
class Schedule:
    steps: int = 2400
    batch: int = 24
    annotated_share: float = 0.25
    learning_rate: float = 2e-3
    seed: int = 1


class Variants(Dataset[tuple[npt.NDArray[np.float32], ...]]):
    """Sample n is a variant drawn from (seed, n): the same whatever loads it."""

    def __init__(self, drawn: list[Joint], annotated: list[Joint], schedule: Schedule, first: int) -> None:
        self.drawn, self.annotated, self.schedule, self.first = drawn, annotated, schedule, first

    def __len__(self) -> int:
        return (self.schedule.steps - self.first) * self.schedule.batch

    def __getitem__(self, index: int) -> tuple[npt.NDArray[np.float32], ...]:
        number = self.first * self.schedule.batch + index
        random = np.random.default_rng((self.schedule.seed, number))
        pool = self.drawn
        if self.annotated and random.random() < self.schedule.annotated_share:
            pool = self.annotated
        return sample(pool[random.integers(len(pool))], random)


def sample(joint: Joint, random: np.random.Generator) -> tuple[npt.NDArray[np.float32], ...]:
    """Patch (1, H, W), curve rows (4, W/2), points (16, 2) in the patch; unknown is nan."""
    patch, frame, seen = variant(joint, framing(random), random)
    rows = target_rows(seen, frame, OUT_COLUMNS)
    points = np.full((16, 2), np.nan) if seen.points is None else frame.to_patch(seen.points)
    return patch[None], rows.astype(np.float32), points.astype(np.float32)


class Lesson(nn.Module):
    """The network and the annotation's distance from the definition, rows of the patch at a point."""

    def __init__(self) -> None:
        super().__init__()
        self.network = MarginNet()
        self.apart = nn.Parameter(torch.zeros(16))  # in tens of rows, so that it learns as fast as weights do

    @property
    def annotation(self) -> Tensor:
        """(16,) rows of the patch from an annotated point down to the definition's edge."""
        return TENS * self.apart

    def forward(self, patch: Tensor, rows: Tensor, points: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            heat = self.network.logits(patch)
        mean, _ = moments(heat)
        return curve_loss(heat, mean, rows) + self._point_loss(heat, mean, points)

    def _point_loss(self, heat: Tensor, mean: Tensor, points: Tensor) -> Tensor:
        known = torch.isfinite(points[:, 0, 0])
        if not known.any():
            return heat.new_zeros(())
        heat, mean, points = heat[known], mean[known], points[known]
        total, apart = heat.new_zeros(()), self.annotation
        for point, trust in POINTS.items():
            curve = 1 if point < 9 else 0
            true = points[:, point, 0] + apart[point]
            at = (points[:, point, 1] - (COLUMN_STRIDE - 1) / 2) / COLUMN_STRIDE
            at = at.clamp(0.0, mean.shape[2] - 1.001)
            left, share = at.floor().long(), at - at.floor()
            each = torch.arange(len(at))
            row = mean[each, curve, left] * (1 - share) + mean[each, curve, left + 1] * share
            distribution = heat[each, curve, :, (at + 0.5).floor().long()]  # (b, H/2)
            doubt = row_entropy(distribution, true.detach(), POINT_SIGMA)
            total = total + trust * (0.5 * doubt.mean() + functional.smooth_l1_loss(row, true, beta=2.0))
        return total / len(POINTS)


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


def row_entropy(logits: Tensor, true: Tensor, sigma: float) -> Tensor:
    """(k, H/2) logits against a Gaussian peak at (k,) rows of the patch; (k,)."""
    at = torch.arange(logits.shape[1], device=logits.device) * ROW_STRIDE + (ROW_STRIDE - 1) / 2
    peak = torch.softmax(-0.5 * ((at - true[:, None]) / sigma) ** 2, 1)
    return -(peak * functional.log_softmax(logits, 1)).sum(1)


def train(
    drawn: list[Joint], annotated: list[Joint], held_out: list[Joint], schedule: Schedule, folder: Path
) -> MarginNet:
    """Train, or go on from the checkpoint in `folder`; prints held-out errors as it goes."""
    torch.manual_seed(schedule.seed)
    lesson = Lesson().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(lesson.parameters(), schedule.learning_rate, weight_decay=0.01)
    kept = folder / "margins_last.pt"
    first = _resume(kept, lesson, optimizer)
    loader = DataLoader(Variants(drawn, annotated, schedule, first), schedule.batch, num_workers=1)
    recent = 0.0
    for step, batch in enumerate(loader, first):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / schedule.steps, WARM_UP)
        patch, rows, points = batch
        loss = lesson(patch.contiguous(memory_format=torch.channels_last), rows, points)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(lesson.parameters(), 5.0)
        optimizer.step()
        recent = 0.98 * recent + 0.02 * loss.item() if recent else loss.item()
        if (step + 1) % EVERY == 0 or step + 1 == schedule.steps:
            print(
                f"step {step + 1}/{schedule.steps} loss {recent:.3f} {errors(lesson.network, held_out)} "
                f"{_offsets(lesson)}",
                flush=True,
            )
            state = {"step": step + 1, "lesson": lesson.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save(state, kept)
    return lesson.network.eval()


def _offsets(lesson: Lesson) -> str:
    """How far above an annotated point the definition's edge lies, mm at a 76 mm tibia."""
    millimetres = -lesson.annotation.detach().numpy() * HEIGHT / ROWS * TIBIA_MM
    return "annotation mm " + " ".join(f"{value:.2f}" for value in millimetres[list(POINTS)])


def _resume(kept: Path, lesson: Lesson, optimizer: torch.optim.Optimizer) -> int:
    if not kept.exists():
        return 0
    state: dict[str, Any] = torch.load(kept, weights_only=True)
    lesson.load_state_dict(state["lesson"])
    optimizer.load_state_dict(state["optimizer"])
    step: int = state["step"]
    return step


def errors(network: nn.Module, joints: list[Joint]) -> str:
    """Mean distance of each curve on one fixed variant of each held-out joint, mm at a 76 mm tibia."""
    network.eval()
    samples = [sample(joint, np.random.default_rng((7, number))) for number, joint in enumerate(joints)]
    patch, rows, _ = (np.stack(part) for part in zip(*samples, strict=True))
    parts = np.array_split(patch, max(len(patch) // 32, 1))
    with torch.inference_mode():
        row = np.concatenate([network(torch.from_numpy(part))[0].numpy() for part in parts])
    network.train()
    away = np.abs(row - rows) * HEIGHT / ROWS * TIBIA_MM
    return "held-out mm " + " ".join(f"{value:.3f}" for value in np.nanmean(away, axis=(0, 2)))
