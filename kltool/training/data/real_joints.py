"""Joints of people whose margins nobody marked: of full fields of the training share, and of `train` crops.

Where a joint lies is what reading finds; of the full fields those near a mark are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kltool.errors import Refusal
from kltool.intake import load
from kltool.localize import find_knees
from kltool.training.data.full_fields import is_for_training, marked_centres
from kltool.training.data.joints import Joint, cropped
from kltool.training.data.oai import side_of
from kltool.training.detection import first_knee
from kltool.training.parallel import each
from kltool.values.knee import Knee
from kltool.weights import Models

TIBIA_MM: Final = 76.0  # where a film has no spacing; docs/choices.md#tibial-width
NEAR_A_MARK: Final = 0.15  # tibial widths


@dataclass(frozen=True, slots=True)
class _MarkedFilm:
    path: Path
    centres: tuple[tuple[float, float], ...]


def joints_of_full_fields(folder: Path, marks: Path, jobs: int) -> list[Joint]:
    """Of the training share, at full resolution. marks: tests/localize/full_fields.csv."""
    films = [
        _MarkedFilm(folder / name, centres)
        for name, centres in marked_centres(marks).items()
        if is_for_training(name)
    ]
    return [joint for found in each(_of_field, films, "full fields", jobs) for joint in found]


def joints_of_crops(paths: Sequence[Path], jobs: int) -> list[Joint]:
    """Of crops of the OAI on which a knee is found."""
    return [joint for joint in each(_of_crop, paths, "crops", jobs) if joint is not None]


def _of_field(models: Models, film: _MarkedFilm) -> list[Joint]:
    try:
        knees = find_knees(load(film.path), models).knees
    except Refusal:
        return []
    return [_joint(knee) for knee in knees if _is_marked(knee, film)]


def _is_marked(knee: Knee, film: _MarkedFilm) -> bool:
    row, column = knee.placement.centre
    if knee.placement.mirrored:
        column = knee.film.pixels.shape[1] - 1 - column
    away = np.hypot(*(np.array(film.centres) - (row, column)).T)
    return bool(away.min() <= NEAR_A_MARK * knee.placement.tibial_width_px)


def _of_crop(models: Models, path: Path) -> Joint | None:
    knee = first_knee(load(path, side=side_of(path)), models)
    return None if knee is None else _joint(knee)


def _joint(knee: Knee) -> Joint:
    width = knee.placement.tibial_width_px
    return cropped(Joint(np.ascontiguousarray(knee.pixels), knee.placement, TIBIA_MM / width, {}, None))
