"""Trains the landmark network on annotated and on drawn knees, framed as the finder would frame them.

Annotated knees teach the points on the margins; drawn knees, whose surfaces are known, teach where the
condyles are widest.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from kltool.geometry.transform import transform_points
from kltool.geometry.window import film_to_crop, square_window
from kltool.localize.crop import sample_crop
from kltool.localize.normalise import standardize
from kltool.training.annotated import AnnotatedKnee
from kltool.training.augment import exposure, noise, sharpness
from kltool.training.joints import Outline
from kltool.training.networks.landmarks import POINTS, Landmarks
from kltool.training.schedule import pace
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

INPUT_SIZE = 160
WINDOW = square_window(INPUT_SIZE)
WARM_UP = 0.05  # of all steps


@dataclass(frozen=True, slots=True)
class Schedule:
    steps: int = 2400
    batch: int = 24
    drawn_share: float = 0.4
    learning_rate: float = 2e-3
    seed: int = 1


def train(
    knees: list[AnnotatedKnee],
    drawn: list[Outline],
    held_out: list[AnnotatedKnee],
    drawn_held_out: list[Outline],
    schedule: Schedule,
) -> Landmarks:
    """Train from nothing; prints the held-out error in crop shares as it goes."""
    torch.manual_seed(schedule.seed)
    random = np.random.default_rng(schedule.seed)
    model = Landmarks().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), schedule.learning_rate, weight_decay=0.01)
    for step in range(schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.learning_rate * pace(step / schedule.steps, WARM_UP)
        images, points = _batch(knees, drawn, schedule, random)
        with torch.autocast("cpu", torch.bfloat16):
            found, spread = model(images)
        known = torch.isfinite(points)
        loss = (found - points)[known].abs().mean() * 100 + 0.5 * (spread - 0.02).abs().mean() * 100
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        if (step + 1) % 150 == 0:
            print(
                f"step {step + 1}/{schedule.steps} loss {loss.item():.3f} "
                f"{_errors(model, held_out)} {_end_errors(model, drawn_held_out)}",
                flush=True,
            )
    trained: Landmarks = model.eval()
    return trained


def _batch(
    knees: list[AnnotatedKnee], drawn: list[Outline], schedule: Schedule, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    pools: list[list[AnnotatedKnee] | list[Outline]] = [drawn, knees]
    chosen = [pools[int(random.random() > schedule.drawn_share)] for _ in range(schedule.batch)]
    pairs = [_variant(pool[random.integers(len(pool))], random) for pool in chosen]
    images = torch.from_numpy(np.stack([image for image, _ in pairs])[:, None])
    points = torch.from_numpy(np.stack([share for _, share in pairs]).astype(np.float32))
    return images.contiguous(memory_format=torch.channels_last), points


def _variant(knee: AnnotatedKnee | Outline, random: np.random.Generator) -> tuple[Float32, Points]:
    true = knee.placement
    placement = replace(
        true,
        centre=tuple(true.centre + random.normal(0.0, 0.035, 2) * true.tibial_width_px),
        tibial_width_px=true.tibial_width_px * float(np.exp(random.normal(0.0, 0.07))),
        tilt_rad=true.tilt_rad + float(random.normal(0.0, np.deg2rad(4.0))),
    )
    film = knee.crop if isinstance(knee, AnnotatedKnee) else knee.film
    image = noise(sharpness(exposure(sample_crop(film, placement, WINDOW), random), random), random)
    return standardize(image), shares(knee, placement)


def shares(knee: AnnotatedKnee | Outline, placement: Placement) -> Points:
    """The eighteen points as shares of the crop, tibia first, lateral to medial; unknown is nan."""
    points = np.full((POINTS, 2), np.nan)
    if isinstance(knee, AnnotatedKnee):
        points[: POINTS - 2] = np.vstack([knee.tibia, knee.femur])
    else:
        points[POINTS - 2 :] = knee.femoral_ends
    return (transform_points(film_to_crop(placement, WINDOW), points) + 0.5) / INPUT_SIZE


def _errors(model: Landmarks, knees: list[AnnotatedKnee]) -> str:
    model.eval()
    images = np.stack([standardize(sample_crop(knee.crop, knee.placement, WINDOW)) for knee in knees])[
        :, None
    ]
    with torch.inference_mode():
        found, _ = model(torch.from_numpy(images))
    model.train()
    error = (found.numpy() - np.stack([shares(knee, knee.placement) for knee in knees])) * 100
    rows = np.abs(error[..., 0])
    tibia, femur = rows[:, :9].mean(), rows[:, 9:16].mean()
    return f"held-out error, per cent of the crop: tibia {tibia:.2f} femur {femur:.2f}"


def _end_errors(model: Landmarks, drawn: list[Outline]) -> str:
    """Mean error along the knee of the condyles' widest points, framed a little off."""
    model.eval()
    pairs = [_variant(knee, np.random.default_rng((7, number))) for number, knee in enumerate(drawn)]
    with torch.inference_mode():
        found, _ = model(torch.from_numpy(np.stack([image for image, _ in pairs])[:, None]))
    model.train()
    error = np.abs(found.numpy()[:, -2:, 1] - np.stack([share[-2:, 1] for _, share in pairs])) * 100
    return f"femoral ends {error[:, 0].mean():.2f} {error[:, 1].mean():.2f}"
