"""What the whole pipeline reads on knees with known answers: grades, widths, repeats, knees found.

Everything here goes through `kltool.load` and `kltool.reading`, as a user's images do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation.perturbations import repeated_widths, spread
from evaluation.reading import read_one
from evaluation.statistics import bootstrap_95
from kltool.errors import KltoolError, Refusal
from kltool.intake import load
from kltool.reading import read
from kltool.training.data.annotated import RELIABLE_FIT, AnnotatedKnee
from kltool.training.data.oai import crops, grade_of, participant_of, side_of
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading
from kltool.weights import Models


@dataclass(frozen=True, slots=True)
class GradeScore:
    """Agreement of the grade with the label, over knees that were read."""

    images: int
    read: int
    kappa: float
    kappa_95: tuple[float, float]
    accuracy: float
    balanced_accuracy: float
    mean_absolute_error: float
    confusion: npt.NDArray[np.int_]  # (5, 5), rows are labels


def score_grades(folder: Path, models: Models) -> GradeScore:
    """folder: holds 0/ to 4/ with ID.png. The interval is a bootstrap over participants."""
    paths = crops(folder)
    rows = [(path, _single(path, models)) for path in paths]
    graded = [(path, knee) for path, knee in rows if knee is not None]
    labels = np.array([grade_of(path) for path, _ in graded])
    found = np.array([_grade(knee) for _, knee in graded])
    people = np.array([participant_of(path.stem) for path, _ in graded])
    confusion = np.zeros((5, 5), int)
    np.add.at(confusion, (labels, found), 1)
    return GradeScore(
        len(paths),
        len(graded),
        quadratic_weighted_kappa(labels, found),
        bootstrap_95(lambda indices: quadratic_weighted_kappa(labels[indices], found[indices]), people),
        float((labels == found).mean()),
        float((confusion.diagonal() / confusion.sum(1)).mean()),
        float(np.abs(labels - found).mean()),
        confusion,
    )


@dataclass(frozen=True, slots=True)
class WidthScore:
    """Minimum widths against the annotators' (detector plane), after one median offset."""

    compartment: Compartment
    knees: int
    not_measured: int
    offset_mm: float
    mean_absolute_error_mm: float
    p95_mm: float
    correlation: float


def score_widths(knees: list[AnnotatedKnee], models: Models) -> list[WidthScore]:
    reliable = [knee for knee in knees if knee.fit >= RELIABLE_FIT]
    readings = [(knee, read_one(knee.film, models)) for knee in reliable]
    return [_width_score(readings, compartment) for compartment in Compartment]


@dataclass(frozen=True, slots=True)
class RepeatScore:
    """Standard deviation of one knee's minimum over perturbed films, per cent of the tibial width."""

    compartment: Compartment
    knees: int
    median_sd_percent: float
    rms_sd_percent: float


def score_repeats(knees: list[AnnotatedKnee], models: Models) -> list[RepeatScore]:
    """Each knee read on films perturbed within what a film may be; see evaluation.repeats."""
    widths = [repeated_widths(knee.film, models, (number,)) for number, knee in enumerate(knees)]
    return [_repeat_score(widths, compartment) for compartment in Compartment]


def _repeat_score(widths: list[dict[Compartment, list[float]]], compartment: Compartment) -> RepeatScore:
    spreads = [spread(of_knee[compartment]) for of_knee in widths]
    sds = np.array([sd for sd in spreads if not isinstance(sd, NotMeasured)])
    return RepeatScore(compartment, len(sds), float(np.median(sds)), float(np.sqrt((sds**2).mean())))


def count_outcomes(paths: Iterable[Path], models: Models, side: Side | None) -> Counter[str]:
    """How many films gave so many knees, or were refused for which reason."""
    return Counter(_outcome(path, models, side) for path in sorted(paths))


def _outcome(path: Path, models: Models, side: Side | None) -> str:
    try:
        reading = read(load(path, side=side), models)
    except Refusal as refusal:
        return f"refused: {refusal.code}"
    warned = sum(bool(knee.warnings) for knee in reading.knees)
    return f"{len(reading.knees)} read ({warned} with a warning), {len(reading.refused)} replaced"


def _single(path: Path, models: Models) -> KneeReading | None:
    try:
        reading = read(load(path, side=side_of(path)), models)
    except KltoolError:
        return None
    return reading.knees[0] if reading.knees else None


def _grade(knee: KneeReading) -> int:
    if isinstance(knee.grade, NotMeasured):
        raise ValueError("a knee that was read has a grade")
    return knee.grade.grade


def _width_score(
    readings: list[tuple[AnnotatedKnee, KneeReading | NotMeasured]], compartment: Compartment
) -> WidthScore:
    pairs = list(_pairs(readings, compartment))
    measured, truth = np.array(pairs).T
    difference = measured - truth
    offset = float(np.median(difference))
    error = np.abs(difference - offset)
    return WidthScore(
        compartment,
        len(pairs),
        len(readings) - len(pairs),
        offset,
        float(error.mean()),
        float(np.percentile(error, 95)),
        float(np.corrcoef(measured, truth)[0, 1]),
    )


def _pairs(
    readings: list[tuple[AnnotatedKnee, KneeReading | NotMeasured]], compartment: Compartment
) -> Iterator[tuple[float, float]]:
    for knee, reading in readings:
        if isinstance(reading, NotMeasured):
            continue
        minimum = reading.joint_space.of(compartment).minimum
        if isinstance(minimum, Width) and not isinstance(minimum.mm, NotMeasured):
            yield minimum.mm, knee.width_mm(compartment)
