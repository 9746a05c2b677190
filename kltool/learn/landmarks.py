"""Trains the landmark network on annotated knees, framed as the finder would frame them."""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from kltool.geometry import Points, apply
from kltool.learn.annotated import AnnotatedKnee
from kltool.learn.augment import exposure, noise, sharpness
from kltool.localize.brightness import standardize
from kltool.localize.canonical import cut, film_to_crop
from kltool.networks.landmarks import Landmarks
from kltool.values.image import Float32, Placement

INPUT_SIZE = 160


@dataclass(frozen=True, slots=True)
class Schedule:
    steps: int = 1800
    batch: int = 16
    learning_rate: float = 2e-3
    seed: int = 1


def train(knees: list[AnnotatedKnee], held_out: list[AnnotatedKnee], schedule: Schedule) -> Landmarks:
    """Train from nothing; prints the held-out error in crop shares as it goes."""
    torch.manual_seed(schedule.seed)
    random = np.random.default_rng(schedule.seed)
    model = Landmarks().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), schedule.learning_rate, weight_decay=0.01)
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step, schedule.steps)
        images, points = _batch(knees, schedule.batch, random)
        with torch.autocast("cpu", torch.bfloat16):
            found, spread = model(images)
        loss = (found - points).abs().mean() * 100 + 0.5 * (spread - 0.02).abs().mean() * 100
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        if (step + 1) % 150 == 0:
            print(
                f"step {step + 1}/{schedule.steps} loss {loss.item():.3f} {_errors(model, held_out)}",
                flush=True,
            )
    trained: Landmarks = model.eval()
    return trained


def pace(step: int, steps: int) -> float:
    """Share of the learning rate: a short linear rise, then half a cosine."""
    warm_up = 0.05 * steps
    return (
        step / warm_up
        if step < warm_up
        else 0.5 * (1 + math.cos(math.pi * (step - warm_up) / (steps - warm_up)))
    )


def _batch(knees: list[AnnotatedKnee], size: int, random: np.random.Generator) -> tuple[Tensor, Tensor]:
    pairs = [_variant(knees[index], random) for index in random.integers(0, len(knees), size)]
    images = torch.from_numpy(np.stack([image for image, _ in pairs])[:, None])
    points = torch.from_numpy(np.stack([share for _, share in pairs]).astype(np.float32))
    return images.contiguous(memory_format=torch.channels_last), points


def _variant(knee: AnnotatedKnee, random: np.random.Generator) -> tuple[Float32, Points]:
    true = knee.placement
    placement = replace(
        true,
        centre=tuple(true.centre + random.normal(0.0, 0.035, 2) * true.tibial_width_px),
        tibial_width_px=true.tibial_width_px * float(np.exp(random.normal(0.0, 0.07))),
        tilt_rad=true.tilt_rad + float(random.normal(0.0, np.deg2rad(4.0))),
    )
    image = noise(sharpness(exposure(cut(knee.crop, placement, INPUT_SIZE), random), random), random)
    return standardize(image), shares(knee, placement)


def shares(knee: AnnotatedKnee, placement: Placement) -> Points:
    """The knee's sixteen points as shares of its crop, tibia first, lateral to medial."""
    points = np.vstack([knee.tibia, knee.femur])
    return (apply(film_to_crop(placement, INPUT_SIZE), points) + 0.5) / INPUT_SIZE


def _errors(model: Landmarks, knees: list[AnnotatedKnee]) -> str:
    model.eval()
    images = np.stack([standardize(cut(knee.crop, knee.placement, INPUT_SIZE)) for knee in knees])[:, None]
    with torch.inference_mode():
        found, _ = model(torch.from_numpy(images))
    model.train()
    error = (found.numpy() - np.stack([shares(knee, knee.placement) for knee in knees])) * 100
    rows = np.abs(error[..., 0])
    return (
        f"held-out error, per cent of the crop: tibia {rows[:, :9].mean():.2f} femur {rows[:, 9:].mean():.2f}"
    )
