"""Plausibility checks: findings that make it doubtful that a measured change is a change of the joint."""

from collections.abc import Iterator, Mapping
from typing import Final

from kltool.values.decimals import decimal, signed
from kltool.values.duration import duration
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.probability import format_probability
from kltool.values.width_change import Unit, WidthChange

FASTEST_WIDENING_MM: Final = 1.0  # per year; docs/choices.md#plausibility
FASTEST_NARROWING_MM: Final = 2.0  # per year; docs/choices.md#plausibility
SHORTEST_YEARS: Final = 0.25  # over shorter times a rate is mostly measurement error; likewise
PROBABLE: Final = 0.8  # probability from which a change is taken as one; docs/choices.md#plausibility


def failed_plausibility_checks(
    widths: Mapping[Measure, WidthChange | NotMeasured],
    grade: GradeChange | NotMeasured,
    years: float | NotMeasured,
) -> tuple[str, ...]:
    """What each failed check found, in words; empty where all pass. years: between the films."""
    medial, lateral = widths[Measure.MEDIAL_MINIMUM], widths[Measure.LATERAL_MINIMUM]
    failed = [*_contradicted_by_grade(medial, grade), *_opposed_by_lateral(medial, lateral)]
    return (*failed, *_implausible_rate(medial, years))


def _contradicted_by_grade(
    medial: WidthChange | NotMeasured, grade: GradeChange | NotMeasured
) -> Iterator[str]:
    if isinstance(medial, NotMeasured) or isinstance(grade, NotMeasured) or not medial.detectable:
        return
    if medial.change > 0 and grade.worse > PROBABLE:
        yield f"the medial JSW widened although the KL grade worsened{_with_probability(grade.worse)}"
    if medial.change < 0 and grade.improved > PROBABLE:
        yield f"the medial JSW narrowed although the KL grade improved{_with_probability(grade.improved)}"


def _with_probability(probability: float) -> str:
    return f" with probability {format_probability(probability)}"


def _opposed_by_lateral(
    medial: WidthChange | NotMeasured, lateral: WidthChange | NotMeasured
) -> Iterator[str]:
    """One compartment opens as the other closes where rotation or alignment of the knee differs."""
    if isinstance(medial, NotMeasured) or isinstance(lateral, NotMeasured):
        return
    if medial.probability_wider > PROBABLE and lateral.detectable and lateral.change < 0:
        yield _opposed("widened", "narrowed", lateral)
    if medial.probability_narrower > PROBABLE and lateral.detectable and lateral.change > 0:
        yield _opposed("narrowed", "widened", lateral)


def _opposed(medial: str, lateral: str, change: WidthChange) -> str:
    return (
        f"the medial JSW {medial} and the lateral JSW {lateral} ({signed(change.change)} {change.unit}): "
        "alignment or rotation of the knee may differ"
    )


def _implausible_rate(medial: WidthChange | NotMeasured, years: float | NotMeasured) -> Iterator[str]:
    if isinstance(medial, NotMeasured) or not medial.detectable or medial.unit is not Unit.MM:
        return
    if isinstance(years, NotMeasured):
        return
    rate = medial.change / max(abs(years), SHORTEST_YEARS)
    if rate > FASTEST_WIDENING_MM:
        yield (
            f"widening by {_pace(medial.change, years)} is faster than cartilage can grow: a difference in "
            "positioning or magnification, or another knee, is more likely"
        )
    if -rate > FASTEST_NARROWING_MM:
        yield f"narrowing by {_pace(-medial.change, years)} is faster than known of osteoarthritis"


def _pace(change_mm: float, years: float) -> str:
    """Over a short time the change itself, since its rate would be mostly measurement error."""
    if abs(years) < SHORTEST_YEARS:
        return f"{decimal(change_mm)} mm in {duration(abs(years))}"
    return f"{decimal(change_mm / abs(years), 1)} mm per year"
