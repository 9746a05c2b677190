"""Metal drawn over natural knees that no network was trained on, and natural knees without any."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.reading import read_one
from kltool.errors import Refusal
from kltool.intake import load
from kltool.localize import find_knees
from kltool.simulate.population import simulate_random
from kltool.training.data.augment import processed
from kltool.training.data.distorted import burnt_out
from kltool.training.data.implants import MetalShown, with_hardware, with_partial_prosthesis
from kltool.training.data.oai import WITH_METAL, seed_of, side_of
from kltool.training.data.simulated import film_of
from kltool.training.parallel import each
from kltool.values.knee import right_knee_orientation
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph, Side
from kltool.values.reading import KneeReading
from kltool.weights import Models

FIRST_SEED: Final = 1_700_000  # docs/choices.md#evaluation-seeds
NOT_READ: Final = "not read"
BURNT: Final = 0.3  # share of the simulated films whose bone is burnt out


@dataclass(frozen=True, slots=True)
class MetalOutcome:
    """One film. shown: whether metal in the joint can be seen. graded, found: what was reported of it."""

    shown: bool
    graded: bool
    found: bool
    refused: bool


def partial_replacements(paths: Sequence[Path], jobs: int) -> list[MetalOutcome]:
    """A partial replacement drawn over each `val` crop."""
    return each(_partial, paths, "partial replacements", jobs)


def hardware(paths: Sequence[Path], jobs: int) -> list[MetalOutcome]:
    """Plates, nails, screws, staples and wires drawn over each `val` crop."""
    return each(_hardware, paths, "hardware", jobs)


def real(train: Path, jobs: int) -> list[MetalOutcome]:
    """The crops of `train` with real metal, mostly beside the joint, as they are."""
    paths = [path for name in WITH_METAL for path in train.glob(f"[0-4]/{name}.png")]
    return each(_real, paths, "crops with real metal", jobs)


def plain(paths: Sequence[Path], jobs: int) -> list[MetalOutcome]:
    """Each `val` crop as it is."""
    return each(_plain, paths, "crops without metal", jobs)


def simulated(count: int, jobs: int) -> list[MetalOutcome]:
    """Simulated films without metal, a part of them burnt out."""
    return each(_simulated, range(FIRST_SEED, FIRST_SEED + count), "simulated films without metal", jobs)


def _partial(models: Models, path: Path) -> MetalOutcome:
    return _drawn(models, path, 1, with_partial_prosthesis)


def _hardware(models: Models, path: Path) -> MetalOutcome:
    return _drawn(models, path, 2, with_hardware)


def _drawn(models: Models, path: Path, kind: int, draw: object) -> MetalOutcome:
    film = load(path, side=side_of(path))
    try:
        (knee,) = find_knees(film, models).knees
    except (Refusal, ValueError):
        return MetalOutcome(False, False, False, True)
    assert callable(draw)
    random = np.random.default_rng((FIRST_SEED, kind, *seed_of(path)))
    mirrored = film.side is Side.LEFT
    upright = np.ascontiguousarray(right_knee_orientation(film.pixels, mirrored))
    painted, shown = draw(upright, knee.placement, random)
    pixels = np.ascontiguousarray(right_knee_orientation(processed(painted, random), mirrored))
    return _outcome(replace(film, image=pixels), shown, models)


def _real(models: Models, path: Path) -> MetalOutcome:
    return _outcome(load(path, side=side_of(path)), MetalShown(elsewhere=True), models)


def _plain(models: Models, path: Path) -> MetalOutcome:
    return _outcome(load(path, side=side_of(path)), MetalShown(), models)


def _simulated(models: Models, seed: int) -> MetalOutcome:
    film = film_of(simulate_random(seed, (0.1, 0.4)))
    random = np.random.default_rng(seed)
    if random.random() < BURNT:
        film = replace(film, image=burnt_out(film.pixels, film.pixels, random))
    return _outcome(film, MetalShown(), models)


def _outcome(film: Radiograph, shown: MetalShown, models: Models) -> MetalOutcome:
    knee = read_one(film, models)
    if not isinstance(knee, KneeReading):
        return MetalOutcome(shown.in_joint, False, False, True)
    graded = not isinstance(knee.grade, NotMeasured)
    return MetalOutcome(shown.in_joint, graded, knee.joint_space.metal, False)
