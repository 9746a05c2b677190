"""Films as hospitals send them: the discs that stand on some, and what is found on all."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.errors import KltoolError
from kltool.intake import load
from kltool.localize import SphereSettings, find_knees
from kltool.training.data.full_fields import is_for_training
from kltool.training.data.oai import crops
from kltool.training.parallel import each
from kltool.values.sphere import NoSphere, Sphere
from kltool.weights import Models

ASSUMED_MM: Final = 25.0  # the real discs' own sizes are not known


@dataclass(frozen=True, slots=True)
class MarkedDisc:
    """A disc marked by eye: centre and diameter, pixels."""

    image: str
    row: float
    column: float
    diameter: float


@dataclass(frozen=True, slots=True)
class FilmSpheres:
    """What a film gives where a sphere of ASSUMED_MM is stated. sphere: None where the film is refused."""

    group: str
    name: str
    sphere: Sphere | NoSphere | None
    notes: tuple[str, ...] = ()


def marked_discs(table: Path) -> list[MarkedDisc]:
    with table.open(encoding="utf-8", newline="") as file:
        return [
            MarkedDisc(row["image"], *(float(row[name]) for name in ("row", "column", "diameter")))
            for row in csv.DictReader(file)
        ]


def found_on(data: Path, samples: Path, knees: int, jobs: int) -> list[FilmSpheres]:
    """Full fields, films of another hospital, `val` crops of the OAI (so many) and the sample films."""
    full = sorted((data / "full_field").glob("*.jpg"))
    external = sorted((data / "external").glob("*/*.png"))
    groups: Sequence[tuple[str, Path]] = [
        *(("full fields, training share", path) for path in full if is_for_training(path.name)),
        *(("full fields, testing share", path) for path in full if not is_for_training(path.name)),
        *(("another hospital", path) for path in external),
        *(("OAI crops", path) for path in crops(data / "oai_kl" / "val", knees)),
        *(("sample films", path) for path in sorted(samples.rglob("*.dcm"))),
    ]
    return each(_found_on, groups, "films as they are", jobs)


def _found_on(models: Models, item: tuple[str, Path]) -> FilmSpheres:
    group, path = item
    try:
        found = find_knees(load(path), models, sphere=SphereSettings(ASSUMED_MM))
    except KltoolError:
        return FilmSpheres(group, path.name, None)
    return FilmSpheres(group, path.name, found.film.sphere, found.notes)
