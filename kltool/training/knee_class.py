"""Trains the network that says what a candidate is: a natural knee and its hand, a replaced one, neither."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from kltool.localize.classify import classifier_input
from kltool.training.allocator import keep_freed_memory
from kltool.training.augment import processed
from kltool.training.composites import cut_up
from kltool.training.implants import held, replaced
from kltool.training.networks.knee_class import Aspect, imagenet_aspect
from kltool.training.schedule import pace
from kltool.training.views import coarser, collimated, toned
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

LATERAL_LEFT, LATERAL_RIGHT, REPLACED, OTHER = range(4)
Random = np.random.Generator


class Shown(Protocol):
    """A film turned to one hand, lateral on the left, and where the joint lies on it."""

    @property
    def film(self) -> npt.NDArray[Any]: ...

    @property
    def placement(self) -> Placement: ...


@dataclass(frozen=True, slots=True)
class Schedule:
    epochs: int = 8
    batch: int = 32
    learning_rate: float = 4e-4
    weight_decay: float = 0.02
    warm_up: float = 0.05
    smoothing: float = 0.02
    seed: int = 1


Sample = tuple[Tensor, int]


class Candidates(Dataset[Sample]):
    """A candidate a knee, another one each epoch, the same whatever loads it."""

    def __init__(self, knees: Sequence[Shown], seed: tuple[int, int]) -> None:
        self.knees, self.seed = knees, seed

    def __len__(self) -> int:
        return len(self.knees)

    def __getitem__(self, index: int) -> Sample:
        seen, kind = candidate(self.knees[index], np.random.default_rng((*self.seed, index)))
        return torch.from_numpy(seen)[None], kind


def candidate(knee: Shown, random: Random) -> tuple[Float32, int]:
    """A picture as the finder might propose it, (SIZE, SIZE), and what it is."""
    film, chance = knee.film.astype(np.float32), random.random()
    at, kind = _near(knee.placement, random), LATERAL_LEFT
    if chance < 0.12:
        film, kind = replaced(film, knee.placement, random), REPLACED
    elif chance < 0.27:
        film, at = SPOILT[int(random.integers(len(SPOILT)))](film, knee.placement, random)
        kind = OTHER
    elif chance < 0.31:
        film = held(film, knee.placement, random)
    film = processed(coarser(toned(film, random), random), random)
    if kind != OTHER:
        film = collimated(film, knee.placement, random)
    seen = classifier_input(film, at)
    if random.random() < 0.5:
        return np.ascontiguousarray(seen[:, ::-1]), (LATERAL_RIGHT if kind == LATERAL_LEFT else kind)
    return seen, kind


def train(knees: Sequence[Shown], held_out: Sequence[Shown], schedule: Schedule) -> Aspect:
    """From ImageNet weights; a line an epoch to standard output."""
    keep_freed_memory()
    torch.manual_seed(schedule.seed)
    model = imagenet_aspect().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        model.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
    )
    for epoch in range(schedule.epochs):
        began = time.monotonic()
        loss = _one_epoch(model, optimizer, knees, schedule, epoch)
        took = time.monotonic() - began
        score = _score(model, held_out)
        print(f"epoch {epoch + 1}/{schedule.epochs} loss {loss:.4f} {score} seconds {took:.0f}", flush=True)
    trained: Aspect = model.eval()
    return trained


def _one_epoch(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    knees: Sequence[Shown],
    schedule: Schedule,
    epoch: int,
) -> float:
    model.train()
    order = torch.Generator().manual_seed(schedule.seed * 1000 + epoch)
    data = Candidates(knees, (schedule.seed, epoch))
    batches = DataLoader(data, schedule.batch, shuffle=True, generator=order, drop_last=True, num_workers=1)
    total, losses = len(batches) * schedule.epochs, []
    for step, (images, kinds) in enumerate(batches, start=epoch * len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / total, schedule.warm_up)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(images.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits.float(), kinds, label_smoothing=schedule.smoothing)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def _score(model: nn.Module, knees: Sequence[Shown]) -> str:
    """How many held-out candidates, drawn in the same way, are named rightly; by kind."""
    model.eval()
    pairs = [candidate(knee, np.random.default_rng((77, number))) for number, knee in enumerate(knees)]
    kinds = np.array([kind for _, kind in pairs])
    found = []
    with torch.inference_mode():
        for first in range(0, len(pairs), 64):
            images = torch.from_numpy(np.stack([seen for seen, _ in pairs[first : first + 64]])[:, None])
            found.append(model(images).argmax(1).numpy())
    right = np.concatenate(found) == kinds
    shares = " ".join(f"{right[kinds == kind].mean():.3f}" for kind in range(4))
    return f"right {right.mean():.4f} by kind {shares}"


def _near(at: Placement, random: Random) -> Placement:
    """As far off as the finder may place a knee."""
    return _moved(
        at, random.normal(0.0, 0.04, 2), float(np.exp(random.normal(0.0, 0.09))), random.normal(0, 4)
    )


def _moved(at: Placement, shift: Points, growth: float, turn_deg: float) -> Placement:
    row, column = np.array(at.centre) + shift * at.tibial_width_px
    return replace(
        at,
        centre=(float(row), float(column)),
        tibial_width_px=at.tibial_width_px * growth,
        tilt_rad=at.tilt_rad + float(np.deg2rad(turn_deg)),
    )


# --- what is no frontal knee: (film, placement) of a candidate each -----------------------------------

Spoilt = Callable[[Float32, Placement, Random], tuple[Float32, Placement]]


def _beside(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Looked at beside the joint."""
    angle, far = random.uniform(0, 2 * np.pi), random.uniform(0.4, 0.9)
    return film, _moved(at, far * np.array([np.sin(angle), np.cos(angle)]), random.uniform(0.7, 1.4), 0.0)


def _of_wrong_size(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    return film, _moved(at, np.zeros(2), random.choice([random.uniform(0.25, 0.5), 2.2]), 0.0)


def _turned(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """On its side or upside down, as a film may hang wrongly."""
    return film, _moved(_near(at, random), np.zeros(2), 1.0, random.choice([-90, 90, 180]))


def _cut_through(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """The film ends in the joint: its lower, upper or one lateral half is missing."""
    row, column = (int(place) for place in at.centre)
    edge, black = random.integers(4), random.random() < 0.5
    reach = int(random.uniform(-0.05, 0.12) * at.tibial_width_px)
    cut = film.copy()
    if edge == 0:
        cut[row - reach :] = film.min() if black else cut[row - reach - 1]
    elif edge == 1:
        cut[: row + reach] = film.min() if black else cut[row + reach]
    elif edge == 2:
        cut[:, column + reach :] = film.min() if black else cut[:, column + reach - 1, None]
    else:
        cut[:, : column + reach] = film.min() if black else cut[:, column + reach, None]
    return cut, _near(at, random)


def _cut_up(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Its pieces laid anew."""
    return cut_up(film, random), at


def _blobs(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Noise, coarse or fine, and shapes: what photographs and textures have in common with a knee."""
    field = random.normal(0, 1, film.shape).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), float(np.exp(random.uniform(0.0, 3.4)))), np.float32)
    field = 40 * field / max(float(field.std()), 1e-6) + 120
    for _ in range(random.integers(0, 9)):
        middle = tuple(int(value) for value in random.integers(0, min(film.shape), 2))
        axes = tuple(int(value) for value in random.integers(5, 70, 2))
        thick = int(random.choice([-1, 2, 5]))
        turn = float(random.uniform(0, 180))
        cv2.ellipse(field, middle, axes, turn, 0, 360, float(random.uniform(0, 255)), thick)
    return np.clip(field, 0, 255), at


def _upper_twice(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """The femur against its own mirror image, or the tibia against its own."""
    row = int(at.centre[0])
    upper = random.random() < 0.5
    half = film[: row + 1] if upper else film[row:][::-1]
    return np.ascontiguousarray(np.vstack([half, half[::-1]])), at


SPOILT: Final[Sequence[Spoilt]] = (
    _beside,
    _of_wrong_size,
    _turned,
    _turned,
    _cut_through,
    _cut_through,
    _cut_up,
    _blobs,
    _upper_twice,
)
