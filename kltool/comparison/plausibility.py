"""What speaks against taking a measured change as the joint's own: said, whatever the numbers are."""

from collections.abc import Iterator, Mapping
from typing import Final

from kltool.values.change import GradeChange, Unit, WidthChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure

FASTEST_WIDENING_MM: Final = 1.0  # a year; docs/choices.md#doubts
FASTEST_NARROWING_MM: Final = 2.0  # a year; docs/choices.md#doubts
SHORTEST_YEARS: Final = 0.25  # over less, a rate says more of the error than of the knee
LIKELY: Final = 0.8  # probability from which a width or a grade is said to have moved; docs/choices.md#doubts


def failed_plausibility_checks(
    widths: Mapping[Measure, WidthChange | NotMeasured],
    grade: GradeChange | NotMeasured,
    years: float | NotMeasured,
) -> tuple[str, ...]:
    """Reasons in words. years: between the films."""
    medial, lateral = widths[Measure.MEDIAL_MINIMUM], widths[Measure.LATERAL_MINIMUM]
    found = [*_against_the_grade(medial, grade), *_against_the_other_side(medial, lateral)]
    return (*found, *_against_anatomy(medial, years))


def _against_the_grade(medial: WidthChange | NotMeasured, grade: GradeChange | NotMeasured) -> Iterator[str]:
    if isinstance(medial, NotMeasured) or isinstance(grade, NotMeasured) or not medial.detectable:
        return
    if medial.change > 0 and grade.worse > LIKELY:
        yield f"the medial space is wider, and the grade is worse with probability {grade.worse:.2f}"
    if medial.change < 0 and grade.improved > LIKELY:
        yield f"the medial space is narrower, and the grade is better with probability {grade.improved:.2f}"


def _against_the_other_side(
    medial: WidthChange | NotMeasured, lateral: WidthChange | NotMeasured
) -> Iterator[str]:
    """One compartment opens as the other closes where the knee is turned or its alignment differs."""
    if isinstance(medial, NotMeasured) or isinstance(lateral, NotMeasured):
        return
    if medial.probability_wider > LIKELY and lateral.detectable and lateral.change < 0:
        yield f"the lateral space is narrower ({_signed(lateral)}): alignment or rotation may differ"
    if medial.probability_narrower > LIKELY and lateral.detectable and lateral.change > 0:
        yield f"the lateral space is wider ({_signed(lateral)}): alignment or rotation may differ"


def _against_anatomy(medial: WidthChange | NotMeasured, years: float | NotMeasured) -> Iterator[str]:
    """Cartilage neither grows nor goes so fast."""
    if isinstance(medial, NotMeasured) or not medial.detectable or medial.unit is not Unit.MM:
        return
    if isinstance(years, NotMeasured):
        return
    rate = medial.change / max(abs(years), SHORTEST_YEARS)
    if rate > FASTEST_WIDENING_MM:
        yield (
            f"widening by {rate:.1f} mm a year is more than cartilage grows: positioning, magnification or "
            "another knee come first"
        )
    if -rate > FASTEST_NARROWING_MM:
        yield f"narrowing by {-rate:.1f} mm a year is more than is known of osteoarthritis"


def _signed(width: WidthChange) -> str:
    return f"{width.change:+.2f} {width.unit}"
