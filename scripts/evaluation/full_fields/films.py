"""Every marked film of the whole field, read once: knees found and missed, and what could not be measured."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from evaluation.localize.detection import CLOSE_TO_BOX, SAME, centre_of
from evaluation.perturbations import REPEATS, perturbed, spread
from evaluation.reading import without_grader
from kltool.errors import Refusal
from kltool.intake import load
from kltool.reading import read, read_source
from kltool.training.data.full_fields import is_for_training
from kltool.training.parallel import each
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Reading
from kltool.weights import Models

FIRST_SEED: Final = 18  # docs/choices.md#evaluation-seeds
WARNED: Final = "which was not read"  # of a second knee; kltool/localize/second_knee.py
NATURAL: Final = "none"  # as the table marks a knee without metal


@dataclass(frozen=True, slots=True)
class MarkedFilm:
    """A film and its knees: (row, column) of each joint's centre and the width of its plateau, pixels."""

    path: Path
    centres: tuple[tuple[float, float], ...]
    widths: tuple[float, ...]
    sides: tuple[str, ...]
    natural: tuple[bool, ...]

    @property
    def is_training(self) -> bool:
        return is_for_training(self.path.name)


@dataclass(frozen=True, slots=True)
class FoundKnee:
    """One knee that was read. mark: its index among the marked ones, -1 where none is near.

    not_measured: reasons of minima that are absent, by compartment. metal: whether some is reported.
    """

    mark: int
    offset: float
    side_is_right: bool
    not_measured: tuple[str, ...]
    metal: bool
    graded: bool


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """One film. refusal: its code, empty where it was read. warned: of a second knee."""

    film: MarkedFilm
    refusal: str
    knees: tuple[FoundKnee, ...]
    refused_knees: int
    warned: bool

    @property
    def missed(self) -> int:
        """Marked knees that were neither read nor refused by name."""
        found = {knee.mark for knee in self.knees if knee.mark >= 0 and knee.offset <= CLOSE_TO_BOX}
        return len(self.film.centres) - len(found) - self.refused_knees

    @property
    def false(self) -> int:
        return sum(knee.mark < 0 for knee in self.knees)

    @property
    def is_silent(self) -> bool:
        """Whether a knee is missed and nothing says so."""
        return self.missed > 0 and not self.warned and not self.refusal


def marked_films(folder: Path, marks: Path) -> list[MarkedFilm]:
    with marks.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    films = []
    for name in dict.fromkeys(row["image"] for row in rows):
        own = [row for row in rows if row["image"] == name]
        ends = [(float(row["plateau_from_column"]), float(row["plateau_to_column"])) for row in own]
        films.append(
            MarkedFilm(
                folder / name,
                tuple(
                    (float(row["joint_row"]), (left + right) / 2)
                    for row, (left, right) in zip(own, ends, strict=True)
                ),
                tuple(right - left for left, right in ends),
                tuple(row["side"] for row in own),
                tuple(row["implant"] == NATURAL for row in own),
            )
        )
    return films


def read_films(films: Sequence[MarkedFilm], jobs: int) -> list[FieldOutcome]:
    return each(_read, films, "full fields", jobs)


def _read(models: Models, film: MarkedFilm) -> FieldOutcome:
    found = read_source(film.path, models)
    if not isinstance(found, Reading):
        return FieldOutcome(film, found.code, (), 0, False)
    knees = tuple(_found(film, knee) for knee in found.knees)
    warned = any(WARNED in note for note in found.film.notes)
    return FieldOutcome(film, "", knees, len(found.refused), warned)


def _found(film: MarkedFilm, reading: KneeReading) -> FoundKnee:
    centre = centre_of(reading.knee)
    offsets = [
        float(np.hypot(*(centre - np.array(known)))) / width
        for known, width in zip(film.centres, film.widths, strict=True)
    ]
    nearest = int(np.argmin(offsets))
    mark = nearest if offsets[nearest] <= SAME else -1
    minima = {one: reading.joint_space.of(one).minimum for one in Compartment}
    return FoundKnee(
        mark,
        offsets[nearest],
        mark >= 0 and film.sides[mark] == reading.side,
        tuple(
            f"{one}: {minimum.reason}" for one, minimum in minima.items() if isinstance(minimum, NotMeasured)
        ),
        reading.joint_space.metal,
        not isinstance(reading.grade, NotMeasured),
    )


def spreads(films: Sequence[MarkedFilm], jobs: int) -> list[float | NotMeasured]:
    """SD of the medial minimum of each marked knee over perturbed films, per cent of the tibial width."""
    return [sd for found in each(_spreads, films, "perturbed full fields", jobs) for sd in found]


def _spreads(models: Models, film: MarkedFilm) -> list[float | NotMeasured]:
    image, fast = load(film.path), without_grader(models)
    random = np.random.default_rng((FIRST_SEED, int(film.path.stem[:8], 16)))
    widths: dict[str, list[float]] = {side: [] for side in film.sides}
    for number in range(REPEATS):
        seen = perturbed(image, random)
        for knee in _knees_of(halved(seen) if number % 2 else seen, fast):
            minimum = knee.joint_space.medial.minimum
            if knee.side in widths and not isinstance(minimum, NotMeasured):
                widths[knee.side].append(minimum.percent)
    return [spread(found) for found in widths.values()]


def _knees_of(film: Radiograph, models: Models) -> Sequence[KneeReading]:
    try:
        return read(film, models).knees
    except Refusal:
        return ()


def halved(film: Radiograph) -> Radiograph:
    """At half of its resolution."""
    rows, columns = film.pixels.shape
    small = cv2.resize(film.pixels, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
    return replace(film, image=np.asarray(small, np.float32))
