"""Trains the KL grader on graded knees; resumable, seeded, CPU only.

Targets are soft, in the shape of readers' disagreement and, where there are teachers, of what they say.
Beside the grade the network learns the widths of the joint space. The weights kept are an exponential moving
average, taken at the last epoch: the validation split reports and never selects.
"""

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from kltool.geometry.window import CropWindow
from kltool.grading.prediction_set import median_grades
from kltool.training.agreement import quadratic_weighted_kappa
from kltool.training.allocator import keep_freed_memory
from kltool.training.certainty import softmax
from kltool.training.graded import GradedKnee
from kltool.training.networks.grader import Grader, imagenet_grader, packed
from kltool.training.networks.heads import GRADES
from kltool.training.schedule import pace
from kltool.training.views import plain, scaled, variant
from kltool.typing import Float32, Float64

READERS = (
    (0.82, 0.15, 0.03, 0.00, 0.00),
    (0.18, 0.60, 0.21, 0.01, 0.00),
    (0.03, 0.14, 0.72, 0.11, 0.00),
    (0.00, 0.00, 0.10, 0.85, 0.05),
    (0.00, 0.00, 0.00, 0.08, 0.92),
)
# What is learned of a knee: its label; what a second reader would say; the mean of what teachers say of the
# label's knees, and the label, half each; what they say of this knee, and a second reader, half each
LABELS = ("hard", "readers", "confusion", "taught")
USUAL_WIDTH, WIDTH_SPREAD = 6.0, 2.0  # per cent of the tibial width
EVALUATE_EVERY = 3  # epochs


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which network is to learn, how long, at which share of the view's resolution and how fast."""

    backbone: str = "lite0"
    shares: tuple[float, ...] = (0.6,) * 6 + (1.0,) * 18  # one an epoch
    batch: int = 32
    learning_rate: float = 6e-4
    weight_decay: float = 0.02
    warm_up: float = 0.05  # of all steps
    average: float = 0.998  # decay of the moving average, a step
    rarer_oftener: float = 0.3  # a grade's knees are drawn in proportion to its frequency to minus this
    mixed: float = 0.4  # share of the batches in which pairs of knees are mixed (Zhang et al. 2018)
    expected_weight: float = 0.3  # of the squared error of the expected grade
    width_weight: float = 0.1  # of the error of the widths
    head: str = "softmax"  # one of kltool.training.networks.heads
    labels: str = "readers"  # one of LABELS
    seed: int = 1


Sample = tuple[Tensor, Tensor, Tensor]


class Views(Dataset[Sample]):
    """Views, widths and targets; a new variant each time one is drawn, the same whatever loads it."""

    def __init__(
        self, knees: list[GradedKnee], targets: Tensor, window: CropWindow, seed: tuple[int, int]
    ) -> None:
        self.knees, self.targets, self.window, self.seed = knees, targets, window, seed

    def __len__(self) -> int:
        return len(self.knees)

    def __getitem__(self, index: int) -> Sample:
        knee = self.knees[index]
        picture, widths = variant(knee, self.window, np.random.default_rng((*self.seed, index)))
        return torch.from_numpy(picture)[None], torch.from_numpy(widths), self.targets[index]


def train(
    knees: list[GradedKnee],
    held_out: list[GradedKnee],
    folder: Path,
    schedule: Schedule,
    begin: Grader | None = None,
    teachers: Sequence[Grader] = (),
) -> Grader:
    """Train, or go on from `folder`/last.pt; a line an epoch to standard output and `folder`/log.txt.

    begin: the network to begin with, of the schedule's kind; ImageNet weights where there is none. teachers:
    trained graders. At the end the averaged weights are written to `folder`/grader.pt.
    """
    keep_freed_memory()
    targets = targets_of(knees, schedule.labels, teachers)
    torch.manual_seed(schedule.seed)
    model, start = begin or imagenet_grader(schedule.backbone, schedule.head), 0
    averaged = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    last = folder / "last.pt"
    if last.exists():
        state = torch.load(last, weights_only=True)
        model.load_state_dict(state["model"])
        averaged.load_state_dict(state["averaged"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["epoch"] + 1
    model, averaged = _channels_last(model), _channels_last(averaged)
    for epoch in range(start, len(schedule.shares)):
        began = time.monotonic()
        torch.manual_seed(schedule.seed * 1000 + epoch)
        loss = _one_epoch(
            model, averaged, optimizer, _loader(knees, targets, schedule, epoch), schedule, epoch
        )
        state = {
            "model": model.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epoch": epoch,
        }
        torch.save(state, last)
        _report(folder, epoch, schedule, f"loss {loss:.4f} seconds {time.monotonic() - began:.0f}")
        if (epoch + 1) % EVALUATE_EVERY == 0 or epoch + 1 == len(schedule.shares):
            _report(folder, epoch, schedule, _scores(averaged, held_out, scaled(schedule.shares[epoch])))
    torch.save(packed(averaged), folder / "grader.pt")
    return averaged


def logits_of(graders: Sequence[Grader], pictures: Sequence[Float32], batch: int = 32) -> Float64:
    """(n, 5) logits of views, the mean over the graders and over each view and its mirror image."""
    rows = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for first in range(0, len(pictures), batch):
            images = torch.from_numpy(np.stack(pictures[first : first + batch])[:, None])
            both = torch.cat([images, images.flip(3)]).contiguous(memory_format=torch.channels_last)
            found = torch.stack([grader.eval()(both)[0].float() for grader in graders]).mean(0)
            rows.append(found.unflatten(0, (2, -1)).mean(0).numpy())
    return np.concatenate(rows).astype(np.float64)


def _channels_last(model: Grader) -> Grader:
    moved: Grader = model.to(memory_format=torch.channels_last)
    return moved


def targets_of(knees: Sequence[GradedKnee], labels: str, teachers: Sequence[Grader]) -> Tensor:
    """(n, 5) probabilities to be learned. labels: one of LABELS; the last two need teachers."""
    grades = torch.tensor([knee.grade for knee in knees])
    if labels == "hard":
        return torch.eye(GRADES)[grades]
    if labels == "readers":
        return torch.tensor(READERS)[grades]
    said = torch.tensor(softmax(logits_of(teachers, [plain(knee) for knee in knees])), dtype=torch.float32)
    if labels == "taught":
        return (torch.tensor(READERS)[grades] + said) / 2
    confusion = torch.stack([said[grades == grade].mean(0) for grade in range(GRADES)])
    return (torch.eye(GRADES) + confusion)[grades] / 2


def _loader(knees: list[GradedKnee], targets: Tensor, schedule: Schedule, epoch: int) -> DataLoader[Sample]:
    grades = np.array([knee.grade for knee in knees])
    weights = np.bincount(grades, minlength=GRADES)[grades] ** -schedule.rarer_oftener
    order = torch.Generator().manual_seed(schedule.seed * 1000 + epoch)
    sampler = WeightedRandomSampler(weights.tolist(), len(grades), generator=order)
    data = Views(knees, targets, scaled(schedule.shares[epoch]), (schedule.seed, epoch))
    return DataLoader(data, schedule.batch, sampler=sampler, drop_last=True, num_workers=1)


def _one_epoch(
    model: Grader,
    averaged: Grader,
    optimizer: torch.optim.Optimizer,
    batches: DataLoader[Sample],
    schedule: Schedule,
    epoch: int,
) -> float:
    model.train()
    total = len(batches) * len(schedule.shares)
    losses = []
    random = np.random.default_rng((schedule.seed, epoch, 2))
    for step, (images, widths, targets) in enumerate(batches, start=epoch * len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / total, schedule.warm_up)
        widths = (widths - USUAL_WIDTH) / WIDTH_SPREAD
        if random.random() < schedule.mixed:
            images, targets, widths = _mixed((images, targets, widths), float(random.beta(0.4, 0.4)))
        with torch.autocast("cpu", torch.bfloat16):
            logits, found = model(images.contiguous(memory_format=torch.channels_last))
        loss = _loss(logits.float(), targets, found.float(), widths, schedule)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        _average(averaged, model, min(schedule.average, (step + 1) / (step + 10)))
        losses.append(loss.item())
    return float(np.mean(losses))


def _mixed(parts: tuple[Tensor, Tensor, Tensor], share: float) -> tuple[Tensor, ...]:
    """Each sample with the one that mirrors it in the batch."""
    return tuple(share * part + (1 - share) * part.flip(0) for part in parts)


def _loss(logits: Tensor, targets: Tensor, found: Tensor, widths: Tensor, schedule: Schedule) -> Tensor:
    """Of the grade, of its expectation, and of the widths where they are known."""
    grades = torch.arange(GRADES, dtype=torch.float32)
    away = torch.softmax(logits, 1) @ grades - targets @ grades
    loss = functional.cross_entropy(logits, targets) + schedule.expected_weight * (away**2).mean()
    known = torch.isfinite(widths)
    if known.any():
        loss = loss + schedule.width_weight * functional.smooth_l1_loss(found[known], widths[known])
    return loss


@torch.no_grad()
def _average(averaged: Grader, model: Grader, decay: float) -> None:
    for mean, value in zip(averaged.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _scores(model: Grader, knees: list[GradedKnee], window: CropWindow) -> str:
    """Of the median grade and of the most probable one."""
    found = softmax(logits_of([model], [plain(knee, window) for knee in knees]))
    labels = np.array([knee.grade for knee in knees])
    parts = []
    for rule, read in (("median", median_grades(found)), ("most probable", found.argmax(1))):
        kappa = quadratic_weighted_kappa(labels, read)
        parts.append(f"{rule}: kappa {kappa:.4f} accuracy {(read == labels).mean():.4f}")
    return "val " + ", ".join(parts)


def _report(folder: Path, epoch: int, schedule: Schedule, what: str) -> None:
    line = f"epoch {epoch + 1}/{len(schedule.shares)} share {schedule.shares[epoch]} {what}"
    print(line, flush=True)
    with (folder / "log.txt").open("a") as log:
        log.write(line + "\n")
