"""Trains the KL grader from ImageNet weights on graded crops; resumable, seeded, CPU only.

Targets are soft: a share of each label goes to the neighbouring grades, as readers' disagreement
does. The weights kept are an exponential moving average, taken at the last epoch: the validation
split reports and never selects.
"""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from kltool.learn.agreement import quadratic_weighted_kappa
from kltool.learn.augment import vary
from kltool.learn.pace import pace
from kltool.localize.brightness import standardize
from kltool.networks.grader import GRADES, Grader, imagenet_grader
from kltool.values.image import Float32


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long, at which size and how fast to learn; sizes are pixels a side, one an epoch."""

    sizes: tuple[int, ...] = (160,) * 6 + (224,) * 6
    batch: int = 32
    learning_rate: float = 6e-4
    weight_decay: float = 0.02
    warm_up: float = 0.06  # of all steps
    average: float = 0.995  # decay of the moving average, a step
    neighbour_share: float = 0.15  # of a label, given to the grades beside it
    seed: int = 1


class GradedCrops(Dataset[tuple[Tensor, int]]):
    """Canonical crops and their grades; a new variant each time one is drawn."""

    def __init__(self, crops: list[Float32], grades: list[int], size: int, seed: int) -> None:
        self.crops, self.grades, self.size, self.seed = crops, grades, size, seed

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        random = np.random.default_rng((self.seed, index))
        varied = standardize(vary(self.crops[index], self.size, random))
        return torch.from_numpy(varied)[None], self.grades[index]


def soft_targets(grades: Tensor, share: float) -> Tensor:
    """(B,) grades to (B, 5) probabilities; the end grades give their share to their one neighbour."""
    rows = torch.eye(GRADES) * (1 - share)
    for grade in range(GRADES):
        beside = [other for other in (grade - 1, grade + 1) if 0 <= other < GRADES]
        rows[grade, beside] = share / len(beside)
    return rows[grades]


def train(
    crops: list[Float32],
    grades: list[int],
    held_out: tuple[list[Float32], list[int]],
    folder: Path,
    schedule: Schedule,
) -> Grader:
    """Train, or go on from `folder`/last.pt; a line an epoch to standard output and `folder`/log.txt.

    At the end the averaged weights are written to `folder`/grader.pt, from which they are exported.
    """
    torch.manual_seed(schedule.seed)
    model, start = imagenet_grader(), 0
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
    for epoch in range(start, len(schedule.sizes)):
        began = time.monotonic()
        loss = _one_epoch(
            model, averaged, optimizer, _loader(crops, grades, schedule, epoch), schedule, epoch
        )
        torch.save(
            {
                "model": model.state_dict(),
                "averaged": averaged.state_dict(),
                "optimizer": optimizer.state_dict(),
                "epoch": epoch,
            },
            last,
        )
        _report(folder, epoch, schedule, loss, time.monotonic() - began, _score(averaged, *held_out))
    torch.save(averaged.state_dict(), folder / "grader.pt")
    return averaged


def probabilities(model: Grader, crops: list[Float32], batch: int = 64) -> Float32:
    """(n, 5) softmax probabilities of canonical crops."""
    model.eval()
    rows = []
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for first in range(0, len(crops), batch):
            images = np.stack([standardize(crop) for crop in crops[first : first + batch]])[:, None]
            logits = model(torch.from_numpy(images).contiguous(memory_format=torch.channels_last))
            rows.append(torch.softmax(logits.float(), 1).numpy())
    return np.concatenate(rows)


def _channels_last(model: Grader) -> Grader:
    moved: Grader = model.to(memory_format=torch.channels_last)
    return moved


def _loader(
    crops: list[Float32], grades: list[int], schedule: Schedule, epoch: int
) -> DataLoader[tuple[Tensor, int]]:
    counts = np.bincount(grades, minlength=GRADES)
    weights = 1 / np.sqrt(counts[grades])  # rare grades oftener, short of balance
    order = torch.Generator().manual_seed(schedule.seed * 1000 + epoch)
    sampler = WeightedRandomSampler(weights.tolist(), len(grades), generator=order)
    data = GradedCrops(crops, grades, schedule.sizes[epoch], schedule.seed * 1000 + epoch)
    return DataLoader(data, schedule.batch, sampler=sampler, drop_last=True)


def _one_epoch(
    model: Grader,
    averaged: Grader,
    optimizer: torch.optim.Optimizer,
    batches: DataLoader[tuple[Tensor, int]],
    schedule: Schedule,
    epoch: int,
) -> float:
    model.train()
    total = len(batches) * len(schedule.sizes)
    losses = []
    for step, (images, grades) in enumerate(_laid_out(batches), start=epoch * len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / total, schedule.warm_up)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(images)
        loss = functional.cross_entropy(logits.float(), soft_targets(grades, schedule.neighbour_share))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        _average(averaged, model, min(schedule.average, (step + 1) / (step + 10)))
        losses.append(loss.item())
    return float(np.mean(losses))


def _laid_out(batches: DataLoader[tuple[Tensor, int]]) -> Iterator[tuple[Tensor, Tensor]]:
    for images, grades in batches:
        yield images.contiguous(memory_format=torch.channels_last), grades


@torch.no_grad()
def _average(averaged: Grader, model: Grader, decay: float) -> None:
    for mean, value in zip(averaged.state_dict().values(), model.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


def _score(model: Grader, crops: list[Float32], grades: list[int]) -> tuple[float, float]:
    """Quadratic weighted kappa and accuracy of the median grade, as it is read."""
    read = (probabilities(model, crops).cumsum(1) < 0.5).sum(1)
    return quadratic_weighted_kappa(np.array(grades), read), float((read == np.array(grades)).mean())


def _report(
    folder: Path, epoch: int, schedule: Schedule, loss: float, seconds: float, score: tuple[float, float]
) -> None:
    line = (
        f"epoch {epoch + 1}/{len(schedule.sizes)} size {schedule.sizes[epoch]} loss {loss:.4f} "
        f"val_qwk {score[0]:.4f} val_accuracy {score[1]:.4f} seconds {seconds:.0f}"
    )
    print(line, flush=True)
    with (folder / "log.txt").open("a") as log:
        log.write(line + "\n")
