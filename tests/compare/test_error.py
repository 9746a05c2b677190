"""The error of a change is what the errors of both films make of it, whichever film came first."""

from math import hypot, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.compare.error import ErrorModel, width_change
from kltool.values.findings import NotMeasured, Width
from kltool.values.history import Unit, WidthChange

WIDTHS = st.floats(0.0, 12.0)
ERRORS = st.floats(0.05, 1.0)
MODEL = ErrorModel()
LINE = ((0.0, 0.0), (1.0, 0.0))


def width(mm: float, sd_mm: float = 0.2) -> Width:
    """A width on a film of 0.2 mm a pixel whose tibia is 80 mm wide."""
    return Width(5 * mm, mm / 0.8, mm, 5 * sd_mm, sd_mm / 0.8, sd_mm, LINE)


def without_mm(mm: float, sd_mm: float = 0.2) -> Width:
    absent = NotMeasured("no millimetres: no pixel spacing in the file")
    return Width(5 * mm, mm / 0.8, absent, 5 * sd_mm, sd_mm / 0.8, absent, LINE)


def change(before: Width, after: Width, model: ErrorModel = MODEL) -> WidthChange:
    found = width_change(before, after, model)
    assert isinstance(found, WidthChange)
    return found


def test_errors_of_0_3_and_0_4_mm_make_0_5() -> None:
    found = change(width(3.0, 0.3), width(4.0, 0.4), ErrorModel(repositioning_mm=0.0))
    assert found.standard_error == pytest.approx(0.5)


def test_repositioning_counts_once_for_each_film() -> None:
    found = change(width(3.0, 0.0), width(4.0, 0.0), ErrorModel(repositioning_mm=0.25))
    assert found.standard_error == pytest.approx(0.25 * sqrt(2))


@given(WIDTHS, WIDTHS, ERRORS, ERRORS)
def test_the_smallest_detectable_change_is_1_96_standard_errors(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    found = change(width(before, sd_before), width(after, sd_after))
    assert found.standard_error == pytest.approx(hypot(sd_before, sd_after, 0.25, 0.25))
    assert found.smallest_detectable == pytest.approx(1.96 * found.standard_error, rel=1e-4)
    assert found.detectable == (abs(after - before) > found.smallest_detectable)


@given(WIDTHS, WIDTHS, ERRORS, ERRORS)
def test_the_interval_lies_evenly_about_the_change(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    found = change(width(before, sd_before), width(after, sd_after))
    low, high = found.interval
    assert (low + high) / 2 == pytest.approx(after - before, abs=1e-9)
    assert (high - low) / 2 == pytest.approx(found.smallest_detectable)


@given(WIDTHS, WIDTHS, ERRORS, ERRORS)
def test_swapping_the_films_turns_the_change_about_exactly(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    there = change(width(before, sd_before), width(after, sd_after))
    back = change(width(after, sd_after), width(before, sd_before))
    assert back.change == -there.change
    assert back.interval == (-there.interval[1], -there.interval[0])
    assert back.wider == pytest.approx(1 - there.wider, abs=1e-12)
    assert back.detectable == there.detectable


@given(WIDTHS, ERRORS)
def test_no_change_is_as_likely_wider_as_narrower(mm: float, sd: float) -> None:
    found = change(width(mm, sd), width(mm, sd))
    assert found.change == 0.0
    assert found.wider == 0.5


def test_a_change_of_1_96_standard_errors_is_wider_with_97_5_per_cent() -> None:
    found = change(width(3.0, 0.3), width(3.0 + 1.959964 * 0.5, 0.4), ErrorModel(repositioning_mm=0.0))
    assert found.wider == pytest.approx(0.975, abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after"),
    [(without_mm(3.0), width(4.0)), (width(3.0), without_mm(4.0)), (without_mm(3.0), without_mm(4.0))],
)
def test_without_millimetres_in_both_films_widths_are_compared_in_per_cent(
    before: Width, after: Width
) -> None:
    found = change(before, after)
    assert found.unit is Unit.PERCENT
    assert found.change == pytest.approx(1.25)
    assert found.standard_error == pytest.approx(hypot(0.25, 0.25, 25 / 76, 25 / 76))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_width_that_is_missing_in_one_film_has_no_change_and_says_in_which(when: str) -> None:
    films: dict[str, Width | NotMeasured] = {"before": width(3.0), "after": width(3.0)}
    films[when] = NotMeasured("joint margin not found")
    found = width_change(films["before"], films["after"], ErrorModel())
    assert found == NotMeasured(f"{when}: joint margin not found")
