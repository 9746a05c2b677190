"""Out-of-distribution scores of films, each read once: `val`, its simulated shifts, two other hospitals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.drift.shifts import SHIFTS, shifted
from evaluation.grade.reading import grade_of_crop, grade_of_film, read_external
from kltool.errors import Refusal
from kltool.grading import grade
from kltool.intake import load
from kltool.localize import find_knees
from kltool.training.data.full_fields import is_for_training
from kltool.training.data.oai import crops, participant_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured
from kltool.weights import Models, load_models

SHIFTED: Final = 413  # `val` crops, spread over all: every other one


@dataclass(frozen=True, slots=True, eq=False)
class ScoredFilms:
    """scores, expected grades: (n,) of the knees that were graded. people: (n,), whose each is.

    not_graded: number of films on which no knee was.
    """

    scores: Float64
    expected: Float64
    people: tuple[str, ...]
    not_graded: int = 0

    @property
    def unlike(self) -> float:
        """Share of the knees that are unlike the training films, 0 to 1."""
        return float((self.scores > 1.0).mean())


@dataclass(frozen=True, slots=True)
class DriftReadings:
    """Everything that was read. shifts: by what was done to the films."""

    models: Models
    val: ScoredFilms
    shifts: Mapping[str, ScoredFilms]
    external: ScoredFilms
    fields: ScoredFilms
    fields_for_training: ScoredFilms


def gather(data: Path, knees: int | None, jobs: int) -> DriftReadings:
    """data: shared/data. knees: of `val`, all where None."""
    val = crops(data / "oai_kl" / "val", knees)
    fewer = crops(data / "oai_kl" / "val", min(SHIFTED, len(val)))
    by_shift = each(_shifted_grades, fewer, "shifted val knees", jobs)
    external = read_external(data / "external", jobs)
    fields = sorted((data / "full_field").glob("*.jpg"))
    return DriftReadings(
        load_models(),
        scored(_named(val), each(grade_of_crop, val, "val knees", jobs)),
        {name: scored(_named(fewer), [found[name] for found in by_shift]) for name in SHIFTS},
        scored([film.name for film in external], [film.found for film in external]),
        _scored_fields([path for path in fields if not is_for_training(path.name)], jobs),
        _scored_fields([path for path in fields if is_for_training(path.name)], jobs),
    )


def scored(people: Sequence[str], found: Sequence[Grade | NotMeasured]) -> ScoredFilms:
    """people: whose each knee is."""
    graded = [
        (one.ood_score, one.expected, person)
        for person, one in zip(people, found, strict=True)
        if isinstance(one, Grade)
    ]
    scores, expected, names = zip(*graded, strict=True) if graded else ((), (), ())
    return ScoredFilms(np.array(scores), np.array(expected), names, len(found) - len(graded))


def _named(paths: Sequence[Path]) -> list[str]:
    return [participant_of(path.stem) for path in paths]


def _shifted_grades(models: Models, path: Path) -> dict[str, Grade | NotMeasured]:
    film = load(path, side=side_of(path))
    return {name: grade_of_film(shifted(film, shift), models) for name, shift in SHIFTS.items()}


def _scored_fields(paths: Sequence[Path], jobs: int) -> ScoredFilms:
    """Each natural knee; both knees of a film are of one person."""
    found = each(_field_grades, paths, "full fields", jobs)
    people = [path.name for path, grades in zip(paths, found, strict=True) for _ in grades]
    return scored(people, [one for grades in found for one in grades])


def _field_grades(models: Models, path: Path) -> list[Grade | NotMeasured]:
    try:
        knees = find_knees(load(path), models).knees
    except Refusal as refusal:
        return [NotMeasured(f"refused: {refusal.code}")]
    return [grade(knee, models.grader) for knee in knees]
