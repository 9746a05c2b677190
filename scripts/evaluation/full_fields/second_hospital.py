"""Films of a second hospital, single knees with readers' grades and strips of two: which of them are read."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.full_fields.crops import READ
from evaluation.reading import without_grader
from kltool.reading import read_source
from kltool.training.parallel import each
from kltool.values.reading import Reading
from kltool.weights import Models

KNEES_OF_A_STRIP = 2


@dataclass(frozen=True, slots=True)
class GradedFilm:
    """One knee. grade: the higher of two readers; None on a strip. outcome: READ, or a refusal's code."""

    name: str
    grade: int | None
    outcome: str


def read_films(folder: Path, jobs: int) -> list[GradedFilm]:
    """folder: shared/data/external."""
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as table:
        grades = {
            row["image"]: max(int(row["expert1_kl"]), int(row["expert2_kl"]))
            for row in csv.DictReader(table)
            if row["kind"] == "single"
        }
    paths = [*sorted((folder / "single").iterdir()), *sorted((folder / "bilateral").iterdir())]
    outcomes = each(_outcomes, paths, "films of another hospital", jobs)
    return [
        GradedFilm(path.name, grades.get(f"{path.parent.name}/{path.name}"), outcome)
        for path, found in zip(paths, outcomes, strict=True)
        for outcome in found
    ]


def _outcomes(models: Models, path: Path) -> Sequence[str]:
    """Of each knee that the film shows."""
    knees = 1 if path.parent.name == "single" else KNEES_OF_A_STRIP
    found = read_source(path, without_grader(models))
    if not isinstance(found, Reading):
        return [found.code] * knees
    codes = [READ] * len(found.knees) + [refused.code for refused in found.refused]
    return (codes + ["not found"] * knees)[:knees]
