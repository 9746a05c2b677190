"""Trains the finder on composite films."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from kltool.localize.normalise import standardize
from kltool.training.annotated import AnnotatedKnee
from kltool.training.composites import Planted, composite
from kltool.training.networks.finder import STRIDE, Finder
from kltool.training.schedule import pace
from kltool.typing import Float32

FIELD = 160
WARM_UP = 0.05  # of all steps


@dataclass(frozen=True, slots=True)
class Schedule:
    steps: int = 1500
    batch: int = 16
    learning_rate: float = 2e-3
    seed: int = 1


def train(knees: list[AnnotatedKnee], schedule: Schedule) -> Finder:
    """Train from nothing; prints the losses as it goes."""
    torch.manual_seed(schedule.seed)
    random = np.random.default_rng(schedule.seed)
    model = Finder().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), schedule.learning_rate, weight_decay=0.01)
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / schedule.steps, WARM_UP)
        images, heat, ends, near = _batch(knees, schedule.batch, random)
        with torch.autocast("cpu", torch.bfloat16):
            found_heat, found_ends = model(images)
        heat_loss = _focal(found_heat.float(), heat)
        ends_loss = ((found_ends.float() - ends).abs() * near).sum() / near.sum().clamp(min=1) / 4
        loss = heat_loss + 0.3 * ends_loss
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        if (step + 1) % 100 == 0:
            print(f"step {step + 1}/{schedule.steps} heat {heat_loss:.4f} ends {ends_loss:.4f}", flush=True)
    trained: Finder = model.eval()
    return trained


def _batch(
    knees: list[AnnotatedKnee], size: int, random: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    films = [composite(knees, FIELD, random) for _ in range(size)]
    images = torch.from_numpy(np.stack([standardize(field) for field, _ in films])[:, None])
    targets = [_targets(planted) for _, planted in films]
    heat, ends, near = (torch.from_numpy(np.stack(part)) for part in zip(*targets, strict=True))
    return images.contiguous(memory_format=torch.channels_last), heat, ends, near


def _targets(planted: list[Planted]) -> tuple[Float32, Float32, Float32]:
    """Heat (2, n, n), the offsets of both ends (4, n, n) in cells, and where they count (1, n, n)."""
    cells = FIELD // STRIDE
    grid = np.indices((cells, cells), dtype=np.float32)  # (2, n, n)
    heat = np.zeros((2, cells, cells), np.float32)
    ends = np.zeros((4, cells, cells), np.float32)
    near = np.zeros((1, cells, cells), np.float32)
    for knee in planted:
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


def _focal(logits: Tensor, heat: Tensor) -> Tensor:
    """Penalty-reduced focal loss on centre heat (Law & Deng 2018)."""
    positive = heat.eq(1.0).float()
    probability = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    hit = positive * (1 - probability) ** 2 * functional.logsigmoid(logits)
    miss = (1 - positive) * (1 - heat) ** 4 * probability**2 * functional.logsigmoid(-logits)
    return -(hit + miss).sum() / positive.sum().clamp(min=1)
