"""Trains the landmark network on annotated and on simulated knees, framed as the finder would frame them.

From annotated knees it learns the points on the margins; from simulated knees, whose surfaces are known,
where the condyles are widest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from kltool.geometry.transform import transform_points
from kltool.geometry.window import film_to_crop, square_window
from kltool.localize.crop import sample_crop
from kltool.localize.normalise import standardize
from kltool.training.batches import streamed
from kltool.training.data.annotated import AnnotatedKnee
from kltool.training.data.augment import exposure, noise, sharpness
from kltool.training.data.simulated_joints import CoarseFilm
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.landmarks import POINTS, LandmarkNetwork
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

INPUT_SIZE: Final = 160
WINDOW: Final = square_window(INPUT_SIZE)
SCHEDULE: Final = Schedule(steps=2400, batch=24, report_every=150, learning_rate=2e-3)
SIMULATED_SHARE: Final = 0.4  # of the samples
USUAL_SPREAD: Final = 0.02  # of a point's heat map, shares of the crop
SPREAD_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class PlacingLandmarks:
    """Knees to learn from, and knees held out to follow the training by."""

    name: ClassVar[str] = "landmarks"
    annotated: Sequence[AnnotatedKnee]
    simulated: Sequence[CoarseFilm]
    held_out: Sequence[AnnotatedKnee]
    simulated_held_out: Sequence[CoarseFilm]
    schedule: Schedule = SCHEDULE

    def model(self) -> LandmarkNetwork:
        return LandmarkNetwork()

    def batches(self, first: int) -> Iterator[Batch]:
        return streamed(self._batch, self.schedule, first)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        """In per cent of the crop."""
        (at, spread), (points,) = found, known
        given = torch.isfinite(points)
        away = (at - points)[given].abs().mean() * 100
        return away + SPREAD_WEIGHT * (spread - USUAL_SPREAD).abs().mean() * 100

    def report(self, model: LandmarkNetwork, step: int) -> str:
        return f"{_margin_errors(model, self.held_out)} {_end_errors(model, self.simulated_held_out)}"

    def _batch(self, random: Random) -> Batch:
        pools: list[Sequence[AnnotatedKnee | CoarseFilm]] = [self.simulated, self.annotated]
        chosen = [pools[int(random.random() > SIMULATED_SHARE)] for _ in range(self.schedule.batch)]
        pairs = [_variant(one_of(pool, random), random) for pool in chosen]
        images = torch.from_numpy(np.stack([image for image, _ in pairs])[:, None])
        return images, torch.from_numpy(np.stack([share for _, share in pairs]).astype(np.float32))


def _variant(knee: AnnotatedKnee | CoarseFilm, random: Random) -> tuple[Float32, Points]:
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


def shares(knee: AnnotatedKnee | CoarseFilm, placement: Placement) -> Points:
    """The eighteen points as shares of the crop, tibia first, lateral to medial; unknown is nan."""
    points = np.full((POINTS, 2), np.nan)
    if isinstance(knee, AnnotatedKnee):
        points[: POINTS - 2] = np.vstack([knee.tibia, knee.femur])
    else:
        points[POINTS - 2 :] = knee.femoral_ends
    return (transform_points(film_to_crop(placement, WINDOW), points) + 0.5) / INPUT_SIZE


def _margin_errors(model: LandmarkNetwork, knees: Sequence[AnnotatedKnee]) -> str:
    """Mean error of the rows of the points on the margins, from the knees' true placement."""
    images = np.stack([standardize(sample_crop(knee.crop, knee.placement, WINDOW)) for knee in knees])[
        :, None
    ]
    found, _ = model(torch.from_numpy(images))
    error = (found.numpy() - np.stack([shares(knee, knee.placement) for knee in knees])) * 100
    rows = np.abs(error[..., 0])
    tibia, femur = rows[:, :9].mean(), rows[:, 9:16].mean()
    return f"held-out error, per cent of the crop: tibia {tibia:.2f} femur {femur:.2f}"


def _end_errors(model: LandmarkNetwork, knees: Sequence[CoarseFilm]) -> str:
    """Mean error along the knee of the condyles' widest points, framed a little off."""
    pairs = [_variant(knee, np.random.default_rng((7, number))) for number, knee in enumerate(knees)]
    found, _ = model(torch.from_numpy(np.stack([image for image, _ in pairs])[:, None]))
    error = np.abs(found.numpy()[:, -2:, 1] - np.stack([share[-2:, 1] for _, share in pairs])) * 100
    return f"femoral ends {error[:, 0].mean():.2f} {error[:, 1].mean():.2f}"
