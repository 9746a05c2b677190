"""Knees of `val` cut off at an edge of the film, or with open growth plates drawn over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.full_fields.metal import FIRST_SEED
from evaluation.reading import without_grader
from kltool.errors import Refusal
from kltool.intake import load
from kltool.localize import find_knees
from kltool.localize.refusals import GROWTH_PLATE
from kltool.reading import read
from kltool.training.data.augment import processed
from kltool.training.data.growth_plates import with_growth_plates
from kltool.training.data.oai import seed_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float32
from kltool.values.knee import Knee, right_knee_orientation
from kltool.values.radiograph import Radiograph, Side
from kltool.weights import Models

READ: Final = "read"
NOT_FOUND: Final = "not found on the whole crop"
CUTS: Final = ("upper", 0.10), ("upper", 0.30), ("lower", 0.0), ("lower", 0.05), ("lower", 0.20)


@dataclass(frozen=True, slots=True)
class CutOutcome:
    """edge: of the film, `left` tibial widths beside the joint's centre. outcome: READ, or the code."""

    edge: str
    left: float
    outcome: str


def cut_off(paths: Sequence[Path], jobs: int) -> list[CutOutcome]:
    """Each crop cut at each of CUTS."""
    return [one for found in each(_cut, paths, "crops cut off", jobs) for one in found]


def grown(paths: Sequence[Path], jobs: int) -> list[tuple[str, str]]:
    """What becomes of each crop, and of the same with growth plates drawn over it."""
    return each(_grown, paths, "growth plates", jobs)


def _cut(models: Models, path: Path) -> list[CutOutcome]:
    film = load(path, side=side_of(path))
    knee = _knee_on(film, models)
    if knee is None:
        return [CutOutcome(edge, left, NOT_FOUND) for edge, left in CUTS]
    row, width = knee.placement.centre[0], knee.placement.tibial_width_px
    return [
        CutOutcome(edge, left, outcome_of(_part(film, edge, row, left * width), models))
        for edge, left in CUTS
    ]


def _part(film: Radiograph, edge: str, row: float, left: float) -> Radiograph:
    rows = slice(max(round(row - left), 0), None) if edge == "upper" else slice(0, round(row + left))
    return replace(film, image=np.ascontiguousarray(film.pixels[rows]))


def _grown(models: Models, path: Path) -> tuple[str, str]:
    film = load(path, side=side_of(path))
    knee = _knee_on(film, models)
    if knee is None:
        return NOT_FOUND, NOT_FOUND
    random = np.random.default_rng((FIRST_SEED, 3, *seed_of(path)))
    mirrored = film.side is Side.LEFT
    upright = np.ascontiguousarray(right_knee_orientation(film.pixels, mirrored))
    drawn: Float32 = processed(with_growth_plates(upright, knee.placement, random), random)
    pixels = np.ascontiguousarray(right_knee_orientation(drawn, mirrored))
    return outcome_of(film, models), outcome_of(replace(film, image=pixels), models)


def _knee_on(film: Radiograph, models: Models) -> Knee | None:
    try:
        knees = find_knees(film, models).knees
    except Refusal:
        return None
    return knees[0] if knees else None


def outcome_of(film: Radiograph, models: Models) -> str:
    """READ, or the code of the refusal."""
    try:
        reading = read(film, without_grader(models))
    except Refusal as refusal:
        return refusal.code
    return READ if reading.knees else reading.refused[0].code


def is_growth_plate(outcome: str) -> bool:
    return outcome == GROWTH_PLATE.code
