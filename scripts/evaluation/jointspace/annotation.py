"""Minimum widths against those of the KNEEL annotators, on `val` knees that no network was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.reading import read_one, without_grader
from evaluation.statistics import MethodAgreement, agreement, coverage
from kltool.geometry.points import nearest
from kltool.training.data.annotated import RELIABLE_FIT, AnnotatedKnee
from kltool.training.data.oai import participant_of
from kltool.typing import Float64, Points
from kltool.values.joint_space import Margins
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Models

Value = Literal["measured", "by_points"]

POINT_SD_MM: Final = 0.2  # of an annotated point; shared/data/README.md
ANNOTATION_SD_MM: Final = float(np.sqrt(2)) * POINT_SD_MM  # a width lies between two points
SD: Final = Criterion(most=0.50)
CORRELATION: Final = Criterion(least=0.93)


@dataclass(frozen=True, slots=True)
class AnnotatedWidth:
    """One minimum as measured, with its standard deviation, and as annotated; mm at the detector.

    by_points: the shortest distance between three points a margin, as the annotators' is, where each of their
    points is moved up or down to the margin as measured.
    """

    participant: str
    compartment: Compartment
    measured: float
    sd: float
    annotated: float
    by_points: float


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
        space = reading.joint_space.of(compartment)
        minimum, margins = space.minimum, space.margins
        if isinstance(minimum, NotMeasured) or isinstance(margins, NotMeasured):
            reason = minimum.reason if isinstance(minimum, NotMeasured) else "margins not traced"
            widths.append(NotMeasured(f"{compartment}: {reason}"))
            continue
        mm_per_percent = knee.tibia_mm / 100
        by_points = 100 / reading.knee.placement.tibial_width_px * _by_points(margins, knee, compartment)
        widths.append(
            AnnotatedWidth(
                participant_of(knee.name),
                compartment,
                minimum.percent * mm_per_percent,
                minimum.sd_percent * mm_per_percent,
                knee.width_mm(compartment),
                by_points * mm_per_percent,
            )
        )
    return widths


def _by_points(margins: Margins, knee: AnnotatedKnee, compartment: Compartment) -> float:
    """The shortest distance, pixels, between the margins at the annotators' three places on each."""
    lateral = compartment is Compartment.LATERAL
    femur = _at_columns(margins.femur, knee.femur[:3] if lateral else knee.femur[4:])
    tibia = _at_columns(margins.tibia, knee.tibia[:3] if lateral else knee.tibia[6:])
    return float(min(nearest(femur, tibia)[0].min(), nearest(tibia, femur)[0].min()))


def _at_columns(margin: Points, points: Points) -> Points:
    """The points, each moved up or down to the margin."""
    order = np.argsort(margin[:, 1], kind="stable")
    rows = np.interp(points[:, 1], margin[order, 1], margin[order, 0])
    return np.column_stack([rows, points[:, 1]])


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
        f"width between two points to {ANNOTATION_SD_MM:.2f} mm. Another part is that the annotators' width "
        "runs between three points a margin, joined by straight lines, wherever these lie, and the measured "
        "one between the margins over a fixed range of x. The second table takes the measured margins at the "
        "annotators' places, three points each: what remains there is the annotation's error and the "
        "measurement's, and no longer the difference of definition."
    )
    columns = (
        *("compartment", "knees", "offset, mm", "mean difference, mm", "SD, mm", "limits of agreement, mm"),
        *("r", "r, 95% (bootstrap)"),
    )
    tables = [
        MarkdownTable(
            columns,
            [_row(compartment, _agreement(of(widths, compartment), value)) for compartment in Compartment],
        )
        for value in ("measured", "by_points")
    ]
    pictures = [
        (
            f"Bland-Altman, {compartment} minimum against the annotation",
            f"jointspace/annotation-{compartment}.svg",
        )
        for compartment in Compartment
    ]
    return Section("Against the annotators", text, results, (*tables, counted(absent)), pictures)


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


def _agreement(widths: Sequence[AnnotatedWidth], value: Value = "measured") -> MethodAgreement:
    return agreement(
        np.array([getattr(width, value) for width in widths]),
        np.array([width.annotated for width in widths]),
        np.array([width.participant for width in widths]),
    )


def _row(compartment: Compartment, score: MethodAgreement) -> tuple[str, ...]:
    (low, high), (r_low, r_high) = score.limits, score.correlation_95
    return (
        str(compartment),
        str(score.count),
        f"{score.offset:+.2f}",
        f"{score.bias:+.2f}",
        f"{score.sd:.2f}",
        f"{low:+.2f} to {high:+.2f}",
        f"{score.correlation:.3f}",
        f"{r_low:.3f} to {r_high:.3f}",
    )
