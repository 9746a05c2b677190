"""What the whole road reads on knees with known answers: grades, widths, repeats, knees found.

Everything here goes through `kltool.load` and `kltool.read`, as a user's images do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from kltool.errors import KltoolError, Refusal
from kltool.intake import load
from kltool.learn.agreement import quadratic_weighted_kappa
from kltool.learn.annotated import RELIABLE_FIT, AnnotatedKnee
from kltool.learn.oai import side_of
from kltool.read import read
from kltool.values.findings import Compartment, KneeReading, NotMeasured, Width
from kltool.values.image import Calibration, Float32, NoSpacing, Radiograph, Side, SideSource, Spacing
from kltool.weights import Models

Float64 = npt.NDArray[np.float64]


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
    paths = sorted(folder.glob("[0-4]/*.png"), key=lambda path: path.name)
    rows = [(path, _single(path, models)) for path in paths]
    graded = [(path, knee) for path, knee in rows if knee is not None]
    labels = np.array([int(path.parent.name) for path, _ in graded])
    found = np.array([_grade(knee) for _, knee in graded])
    people = np.array([path.stem[:-1] for path, _ in graded])
    confusion = np.zeros((5, 5), int)
    np.add.at(confusion, (labels, found), 1)
    return GradeScore(
        len(paths),
        len(graded),
        quadratic_weighted_kappa(labels, found),
        _bootstrap(labels, found, people),
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
    readings = [(knee, _read_film(film_of(knee), models)) for knee in reliable]
    return [_width_score(readings, compartment) for compartment in Compartment]


@dataclass(frozen=True, slots=True)
class RepeatScore:
    """Standard deviation of one knee's minimum over perturbed films, per cent of the tibial width."""

    compartment: Compartment
    knees: int
    median_sd_percent: float
    rms_sd_percent: float


def score_repeats(knees: list[AnnotatedKnee], models: Models, repeats: int = 20) -> list[RepeatScore]:
    """Each knee shifted, turned, scaled, toned and noised `repeats` times, within what a film may be."""
    random = np.random.default_rng(1)
    spread: dict[Compartment, list[float]] = {compartment: [] for compartment in Compartment}
    for knee in knees:
        film = film_of(knee)
        readings = [_read_film(_perturbed(film, random), models) for _ in range(repeats)]
        for compartment in Compartment:
            widths = [_percent(reading, compartment) for reading in readings if reading is not None]
            measured = [width for width in widths if width is not None]
            if len(measured) > repeats // 2:
                spread[compartment].append(float(np.std(measured, ddof=1)))
    return [
        RepeatScore(c, len(sds), float(np.median(sds)), float(np.sqrt(np.mean(np.square(sds)))))
        for c, sds in spread.items()
    ]


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


def _bootstrap(
    labels: npt.NDArray[np.int_], found: npt.NDArray[np.int_], people: npt.NDArray[np.str_]
) -> tuple[float, float]:
    random = np.random.default_rng(1)
    of_person = [np.flatnonzero(people == person) for person in np.unique(people)]
    kappas = []
    for _ in range(1000):
        drawn = np.concatenate([of_person[i] for i in random.integers(0, len(of_person), len(of_person))])
        kappas.append(quadratic_weighted_kappa(labels[drawn], found[drawn]))
    low, high = np.percentile(kappas, (2.5, 97.5))
    return float(low), float(high)


def film_of(knee: AnnotatedKnee) -> Radiograph:
    """An annotated crop as a film of a right knee (it is turned to one hand) with its fitted spacing."""
    spacing = Spacing(knee.mm_per_px, knee.mm_per_px, Calibration.USER)
    return Radiograph(knee.name, knee.crop, spacing, Side.RIGHT, SideSource.USER)


def _read_film(film: Radiograph, models: Models) -> KneeReading | None:
    try:
        reading = read(film, models)
    except Refusal:
        return None
    return reading.knees[0] if reading.knees else None


def _perturbed(film: Radiograph, random: np.random.Generator) -> Radiograph:
    rows, columns = film.pixels.shape
    turn = cv2.getRotationMatrix2D(
        ((columns - 1) / 2, (rows - 1) / 2), float(random.uniform(-3, 3)), float(random.uniform(0.95, 1.05))
    )
    turn = turn + np.pad(random.uniform(-4, 4, (2, 1)), ((0, 0), (2, 0)))
    moved = cv2.warpAffine(
        film.pixels, turn, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    low, high = float(moved.min()), float(moved.max())
    toned = ((moved - low) / (high - low)) ** float(np.exp(random.uniform(-0.2, 0.2)))
    noisy: Float32 = (toned + random.normal(0, 0.004, toned.shape)).astype(np.float32)
    return replace(film, pixels=noisy, spacing=NoSpacing("perturbed"))


def _width_score(
    readings: list[tuple[AnnotatedKnee, KneeReading | None]], compartment: Compartment
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
    readings: list[tuple[AnnotatedKnee, KneeReading | None]], compartment: Compartment
) -> Iterator[tuple[float, float]]:
    for knee, reading in readings:
        minimum = reading.joint_space.of(compartment).minimum if reading else NotMeasured("not read")
        if isinstance(minimum, Width) and not isinstance(minimum.mm, NotMeasured):
            yield minimum.mm, knee.medial_mm if compartment is Compartment.MEDIAL else knee.lateral_mm


def _percent(reading: KneeReading, compartment: Compartment) -> float | None:
    minimum = reading.joint_space.of(compartment).minimum
    return minimum.percent if isinstance(minimum, Width) else None
