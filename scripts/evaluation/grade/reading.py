"""Knees with a known grade as the grader reads them: unchanged, perturbed, of another hospital, worsening."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.perturbations import REPEATS, perturbed
from kltool.errors import Refusal
from kltool.grading import grade
from kltool.grading.view import VIEW
from kltool.intake import load
from kltool.localize import find_knees
from kltool.report.plots.attribution import attribution_map
from kltool.simulate import Film, KneeScene, simulate_knee
from kltool.simulate.scene import Osteophytes
from kltool.training.data.oai import crops, grade_of, participant_of, seed_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import Grade
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import Calibration, Spacing
from kltool.weights import Models

BAND: Final = (0.16, 0.56)  # half its height and width, tibial widths; docs/choices.md#joint-band
STEPS: Final = 8  # of a knee that narrows and grows osteophytes
FIRST_SEED: Final = 1_000_000  # docs/choices.md#evaluation-seeds


@dataclass(frozen=True, slots=True)
class GradedFilm:
    """One film. label: the reader's. found: the grade, or why there is none.

    in_band: share of the positive attribution that lies in the joint's band. expected: of its perturbed
    films, every other one mirrored; grades: likewise. A perturbed film on which no knee was found has none.
    beside_bones: share of the positive attribution that lies there; not a number where none is.
    """

    name: str
    label: int
    found: Grade | NotMeasured
    in_band: float
    expected: tuple[float, ...] = ()
    grades: tuple[int, ...] = ()
    beside_bones: float = float("nan")

    @property
    def participant(self) -> str:
        return participant_of(self.name)


def read_crops(folder: Path, count: int | None, jobs: int) -> list[GradedFilm]:
    """`folder`/0 to 4/ID.png, all or so many spread evenly over their names, each also perturbed."""
    return each(_crop, crops(folder, count), "val knees", jobs)


def grade_of_crop(models: Models, path: Path) -> Grade | NotMeasured:
    """The grade of one crop."""
    return grade_of_film(load(path, side=side_of(path)), models)


def _crop(models: Models, path: Path) -> GradedFilm:
    film = load(path, side=side_of(path))
    knee = knee_of_film(film, models)
    found = _graded(knee, models)
    random = np.random.default_rng((*seed_of(path), 4))
    again = [grade_of_film(_again(film, number, random), models) for number in range(REPEATS)]
    read = [one for one in again if isinstance(one, Grade)]
    return GradedFilm(
        path.stem,
        grade_of(path),
        found,
        in_band(found),
        tuple(one.expected for one in read),
        tuple(one.grade for one in read),
        beside_bones(knee, found),
    )


def _again(film: Radiograph, number: int, random: np.random.Generator) -> Radiograph:
    """Perturbed, and every other time the mirror image, which is a knee of the other side."""
    other = perturbed(film, random)
    if number % 2 == 0:
        return other
    side = Side.RIGHT if film.side is Side.LEFT else Side.LEFT
    return replace(other, image=np.ascontiguousarray(other.pixels[:, ::-1]), side=side)


def read_external(folder: Path, jobs: int) -> list[GradedFilm]:
    """The single knees of another hospital, by the first reader's grade; their side is not known."""
    with (folder / "labels.csv").open() as table:
        rows = [row for row in csv.DictReader(table) if row["kind"] == "single"]
    return each(
        _external, [(folder / row["image"], int(row["expert1_kl"])) for row in rows], "external", jobs
    )


def _external(models: Models, known: tuple[Path, int]) -> GradedFilm:
    path, label = known
    found = grade_of_film(load(path, side=Side.RIGHT), models)
    return GradedFilm(path.stem, label, found, in_band(found))


def grade_of_film(film: Radiograph, models: Models) -> Grade | NotMeasured:
    """The grade of the one knee of a film; widths are not measured, since no grade depends on them."""
    return _graded(knee_of_film(film, models), models)


def knee_of_film(film: Radiograph, models: Models) -> Knee | NotMeasured:
    """The first knee that is found, or why there is none."""
    try:
        found = find_knees(film, models)
    except Refusal as refusal:
        return NotMeasured(f"refused: {refusal.code}")
    return (
        found.knees[0] if found.knees else NotMeasured("; ".join(refused.code for refused in found.refused))
    )


def _graded(knee: Knee | NotMeasured, models: Models) -> Grade | NotMeasured:
    return knee if isinstance(knee, NotMeasured) else grade(knee, models.grader)


def beside_bones(knee: Knee | NotMeasured, found: Grade | NotMeasured) -> float:
    """Share of the positive attribution beside the bones; not a number where none is."""
    if isinstance(knee, NotMeasured) or isinstance(found, NotMeasured):
        return float("nan")
    outside = attribution_map(knee, found).outside
    return float("nan") if isinstance(outside, NotMeasured) else outside


def in_band(found: Grade | NotMeasured) -> float:
    """Share of the positive attribution that lies within BAND of the joint; not a number where none is."""
    if isinstance(found, NotMeasured):
        return float("nan")
    raised = np.clip(np.array(found.attribution), 0.0, None)
    rows, columns = raised.shape
    inside = np.outer(
        _shares(rows, VIEW.rows, VIEW.joint[0], BAND[0]),
        _shares(columns, VIEW.columns, VIEW.joint[1], BAND[1]),
    )
    return float((raised * inside).sum() / raised.sum()) if raised.sum() > 0 else float("nan")


def _shares(cells: int, pixels: int, centre: float, reach: float) -> Float64:
    """How much of each cell along one side of the view lies within the reach, tibial widths, of a pixel."""
    edges = np.linspace(-0.5, pixels - 0.5, cells + 1)
    low, high = centre - reach * VIEW.tibia, centre + reach * VIEW.tibia
    covered = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.asarray(np.clip(covered / np.diff(edges), 0.0, 1.0), np.float64)


def read_worsening(count: int, jobs: int) -> list[tuple[float, ...]]:
    """Expected grades of so many simulated knees that narrow and grow osteophytes step by step."""
    found = each(_worsening, range(FIRST_SEED, FIRST_SEED + count), "worsening knees", jobs)
    return [steps for steps in found if len(steps) > 1]


def _worsening(models: Models, seed: int) -> tuple[float, ...]:
    """Those of the steps at which a knee was found."""
    found = []
    for step in range(STEPS):
        share = step / (STEPS - 1)
        scene = KneeScene(
            side=Side.RIGHT,
            seed=seed,
            medial_gap_mm=5.0 * (1 - share) + 0.2 * share,
            osteophytes=Osteophytes(share, 0.6 * share, share, 0.6 * share),
        )
        film = Film(rows=700, columns=700, spacing_mm=0.2)
        simulated = simulate_knee(scene, film)
        spacing = Spacing(0.2, 0.2, Calibration.GEOMETRY)
        shown = Radiograph(
            "simulated", simulated.pixels.astype(np.float32), spacing, Side.RIGHT, SideSource.TAG
        )
        one = grade_of_film(shown, models)
        if isinstance(one, Grade):
            found.append(one.expected)
    return tuple(found)
