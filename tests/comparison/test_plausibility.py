"""Each plausibility check fails where its finding is present, and only there."""

import pytest

from kltool.comparison.plausibility import failed_plausibility_checks
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange
from tests.grades import changed

MEDIAL, LATERAL = Measure.MEDIAL_MINIMUM, Measure.LATERAL_MINIMUM
ERROR = ErrorComponents(0.1, 0.0, 0.0, 0.0)
NONE = NotMeasured("not traced together")


def width(change: float, unit: Unit = Unit.MM) -> WidthChange:
    return WidthChange(unit, 3.0, 3.0 + change, Difference(change, ERROR), NONE, 0.5)


def grade(worse: float, improved: float) -> GradeChange:
    """Two grades before and after, by how probable it is that they changed."""
    table = [[0.0] * 5 for _ in range(5)]
    table[1][3], table[3][1], table[2][2] = worse, improved, 1.0 - worse - improved
    return changed(table)


def failed(medial: float, lateral: float = 0.0, change: GradeChange | None = None, years: float = 2.0) -> str:
    widths = {MEDIAL: width(medial), LATERAL: width(lateral)}
    return "; ".join(failed_plausibility_checks(widths, change or grade(0.1, 0.1), years))


def test_a_plausible_change_passes_every_check() -> None:
    assert failed(-0.5, 0.1, grade(0.9, 0.0)) == ""
    assert failed(0.5, 0.1, grade(0.0, 0.9)) == ""
    assert failed(0.0) == ""


def test_grade_and_joint_space_that_contradict_each_other_fail() -> None:
    assert "widened although the KL grade worsened with probability 0.90" in failed(
        0.5, change=grade(0.9, 0.0)
    )
    assert "narrowed although the KL grade improved with probability 0.90" in failed(
        -0.5, change=grade(0.0, 0.9)
    )
    assert failed(0.1, change=grade(0.9, 0.0)) == ""  # no detectable change of the joint space


def test_compartments_that_change_in_opposite_directions_fail() -> None:
    assert "the lateral JSW narrowed (-0.60 mm): alignment or rotation" in failed(0.5, -0.6)
    assert "the lateral JSW widened (+0.60 mm): alignment or rotation" in failed(-0.5, 0.6)
    assert failed(0.5, -0.1) == ""


@pytest.mark.parametrize(
    ("medial", "years", "implausible"),
    [(1.2, 1.0, True), (0.9, 1.0, False), (1.2, 2.0, False), (0.3, 0.1, True), (1.2, -1.0, True)],
)
def test_cartilage_does_not_grow_faster_than_a_millimetre_a_year(
    medial: float, years: float, implausible: bool
) -> None:
    assert ("faster than cartilage can grow" in failed(medial, years=years)) is implausible


def test_a_narrowing_faster_than_known_fails() -> None:
    assert "narrowing by 2.5 mm per year" in failed(-2.5, years=1.0)
    assert failed(-1.5, years=1.0) == ""


def test_the_rate_is_checked_only_in_millimetres_and_with_dates() -> None:
    percent = {MEDIAL: width(5.0, Unit.PERCENT), LATERAL: width(0.0, Unit.PERCENT)}
    assert failed_plausibility_checks(percent, grade(0.1, 0.1), 1.0) == ()
    metric = {MEDIAL: width(5.0), LATERAL: width(0.0)}
    assert (
        failed_plausibility_checks(metric, grade(0.1, 0.1), NotMeasured("no study date in at least one film"))
        == ()
    )


def test_without_measurements_no_check_fails() -> None:
    absent = NotMeasured("not comparable")
    assert failed_plausibility_checks(dict.fromkeys((MEDIAL, LATERAL), absent), absent, 1.0) == ()
