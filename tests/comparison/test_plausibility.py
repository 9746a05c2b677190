"""What speaks against a change is said where it is there, and only there."""

import pytest

from kltool.comparison.plausibility import doubts
from kltool.values.change import Difference, ErrorParts, GradeChange, Unit, WidthChange
from kltool.values.length import NotMeasured
from tests.messages import holds

ERROR = ErrorParts(0.1, 0.0, 0.0, 0.0)
NONE = NotMeasured("not traced together")


def width(change: float, unit: Unit = Unit.MM) -> WidthChange:
    return WidthChange(unit, 3.0, 3.0 + change, Difference(change, ERROR), NONE, 0.5)


def grade(worse: float, improved: float) -> GradeChange:
    """Two grades before and after, by how probable it is that they changed."""
    table = [[0.0] * 5 for _ in range(5)]
    table[1][3], table[3][1], table[2][2] = worse, improved, 1.0 - worse - improved
    return GradeChange(tuple(tuple(row) for row in table), 0.4)


def said(medial: float, lateral: float = 0.0, change: GradeChange | None = None, years: float = 2.0) -> str:
    widths = {"medial minimum": width(medial), "lateral minimum": width(lateral)}
    return "; ".join(doubts(widths, change or grade(0.1, 0.1), years))


def test_a_change_that_nothing_speaks_against_is_not_doubted() -> None:
    assert said(-0.5, 0.1, grade(0.9, 0.0)) == ""
    assert said(0.5, 0.1, grade(0.0, 0.9)) == ""
    assert said(0.0) == ""


def test_grade_and_space_that_move_against_each_other_are_doubted() -> None:
    assert holds(said(0.5, change=grade(0.9, 0.0)), "grade", "worse", "0.90")
    assert holds(said(-0.5, change=grade(0.0, 0.9)), "grade", "better", "0.90")
    assert said(0.1, change=grade(0.9, 0.0)) == ""  # the space has not detectably moved


def test_one_side_that_opens_as_the_other_closes_is_doubted() -> None:
    assert holds(said(0.5, -0.6), "lateral", "narrower", "-0.60 mm")
    assert holds(said(-0.5, 0.6), "lateral", "wider", "+0.60 mm")
    assert said(0.5, -0.1) == ""


@pytest.mark.parametrize(
    ("medial", "years", "doubted"),
    [(1.2, 1.0, True), (0.9, 1.0, False), (1.2, 2.0, False), (0.3, 0.1, True), (1.2, -1.0, True)],
)
def test_cartilage_does_not_grow_faster_than_a_millimetre_a_year(
    medial: float, years: float, doubted: bool
) -> None:
    assert holds(said(medial, years=years), "cartilage") is doubted


def test_a_loss_faster_than_is_known_is_doubted() -> None:
    assert "2.5 mm a year" in said(-2.5, years=1.0)
    assert said(-1.5, years=1.0) == ""


def test_per_cent_and_films_without_a_date_say_nothing_of_a_rate() -> None:
    percent = {"medial minimum": width(5.0, Unit.PERCENT), "lateral minimum": width(0.0, Unit.PERCENT)}
    assert doubts(percent, grade(0.1, 0.1), 1.0) == ()
    metric = {"medial minimum": width(5.0), "lateral minimum": width(0.0)}
    assert doubts(metric, grade(0.1, 0.1), NotMeasured("no date in both films")) == ()


def test_where_nothing_was_measured_there_is_nothing_to_doubt() -> None:
    absent = NotMeasured("not comparable")
    assert doubts({"medial minimum": absent, "lateral minimum": absent}, absent, 1.0) == ()
