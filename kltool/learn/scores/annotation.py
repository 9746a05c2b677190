"""Minimum widths against those of the KNEEL annotators, on `val` knees that no network was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.learn.annotated import RELIABLE_FIT, AnnotatedKnee
from kltool.learn.reading import read_one, without_grader
from kltool.learn.scores.page import Bar, Result, Section, Table, counted
from kltool.learn.scores.statistics import Agreement, agreement, coverage
from kltool.values.findings import Compartment, NotMeasured
from kltool.weights import Models

Float64 = npt.NDArray[np.float64]

POINT_SD_MM: Final = 0.2  # of an annotated point; shared/data/README.md
ANNOTATION_SD_MM: Final = float(np.sqrt(2)) * POINT_SD_MM  # a width lies between two points
SD, CORRELATION = Bar(most=0.50), Bar(least=0.93)


@dataclass(frozen=True, slots=True)
class AnnotatedWidth:
    """One minimum as measured, with its standard deviation, and as annotated; mm at the detector."""

    person: str
    compartment: Compartment
    measured: float
    sd: float
    annotated: float


def read_annotated(knees: Sequence[AnnotatedKnee], models: Models) -> list[AnnotatedWidth | NotMeasured]:
    """Both minima of every reliably annotated knee."""
    ungraded = without_grader(models)
    reliable = [knee for knee in knees if knee.fit >= RELIABLE_FIT]
    return [width for knee in reliable for width in _widths(knee, ungraded)]


def _widths(knee: AnnotatedKnee, models: Models) -> list[AnnotatedWidth | NotMeasured]:
    """The crop's spacing is only an estimate, so the width is a share of the annotated tibia."""
    reading = read_one(knee.film, models)
    if isinstance(reading, NotMeasured):
        return [NotMeasured(f"{compartment}: {reading.reason}") for compartment in Compartment]
    widths: list[AnnotatedWidth | NotMeasured] = []
    for compartment in Compartment:
        minimum = reading.joint_space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            widths.append(NotMeasured(f"{compartment}: {minimum.reason}"))
            continue
        measured, sd = (share / 100 * knee.tibia_mm for share in (minimum.percent, minimum.sd_percent))
        widths.append(AnnotatedWidth(knee.name[:-1], compartment, measured, sd, knee.width_mm(compartment)))
    return widths


def annotation_section(widths: Sequence[AnnotatedWidth | NotMeasured]) -> Section:
    scores = {compartment: _agreement(of(widths, compartment)) for compartment in Compartment}
    results = [
        result
        for compartment, score in scores.items()
        for result in (
            Result(f"{compartment} mJSW, SD of the difference", score.sd, "mm", SD),
            Result(f"{compartment} mJSW, r", score.correlation, "", CORRELATION),
        )
    ]
    absent = [width.reason for width in widths if isinstance(width, NotMeasured)]
    text = (
        f"`val` knees with a fit score of at least {RELIABLE_FIT}, on their 224 x 224 crops. A width is "
        "measured in per cent of the tibial width and multiplied with the tibial width of the annotation "
        "(detector plane), so that the crop's estimated spacing does not enter. The offset is the median "
        "of measured minus annotated. It is expected below zero: the annotators' tibial points lie on the "
        "bright rim of the plateau, the tibial margin measured here is the upper edge of the subchondral "
        "plate above it, so that the measured width is narrower by a constant, more so medially, where "
        "the plateau is hollow.\n\n"
        f"Of the spread the annotation itself has a part: a point is good to about {POINT_SD_MM} mm, a "
        f"width between two points to {ANNOTATION_SD_MM:.2f} mm. The last column is what is left of the SD "
        "without it."
    )
    columns = (
        *("compartment", "knees", "offset, mm", "mean difference, mm", "SD, mm", "limits of agreement, mm"),
        *("r", "r, 95% (bootstrap)", "SD without the annotation's, mm"),
    )
    rows = [_row(compartment, score) for compartment, score in scores.items()]
    pictures = [
        (
            f"Bland-Altman, {compartment} minimum against the annotation",
            f"jointspace/annotation-{compartment}.svg",
        )
        for compartment in Compartment
    ]
    return Section("Against the annotators", text, results, (Table(columns, rows), counted(absent)), pictures)


def coverage_rows(widths: Sequence[AnnotatedWidth | NotMeasured]) -> list[tuple[str, int, float]]:
    """What, how many intervals, which share of them holds the annotation less the offset."""
    rows = []
    for compartment in Compartment:
        chosen = of(widths, compartment)
        error = differences(chosen) - np.median(differences(chosen)) if chosen else np.empty(0)
        sd = np.hypot([width.sd for width in chosen], ANNOTATION_SD_MM)
        rows.append((f"annotation, {compartment} mJSW", len(chosen), coverage(error, sd)))
    return rows


def of(widths: Sequence[AnnotatedWidth | NotMeasured], compartment: Compartment) -> list[AnnotatedWidth]:
    """The measured ones of a compartment."""
    return [w for w in widths if isinstance(w, AnnotatedWidth) and w.compartment is compartment]


def differences(widths: Sequence[AnnotatedWidth]) -> Float64:
    """Measured minus annotated, mm, (n,)."""
    return np.array([width.measured - width.annotated for width in widths])


def _agreement(widths: Sequence[AnnotatedWidth]) -> Agreement:
    return agreement(
        np.array([width.measured for width in widths]),
        np.array([width.annotated for width in widths]),
        np.array([width.person for width in widths]),
    )


def _row(compartment: Compartment, score: Agreement) -> tuple[str, ...]:
    (low, high), (r_low, r_high) = score.limits, score.correlation_95
    left = float(np.sqrt(max(score.sd**2 - ANNOTATION_SD_MM**2, 0.0)))
    return (
        str(compartment),
        str(score.count),
        f"{score.offset:+.2f}",
        f"{score.bias:+.2f}",
        f"{score.sd:.2f}",
        f"{low:+.2f} to {high:+.2f}",
        f"{score.correlation:.3f}",
        f"{r_low:.3f} to {r_high:.3f}",
        f"{left:.2f}",
    )
