"""The standard error of a change combines the errors of both films, whichever film came first."""

from math import hypot, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.comparison.error import ErrorModel, estimate_repositioning, width_change
from kltool.comparison.linked_measurement import LinkedChange
from kltool.comparison.magnification import Scales
from kltool.errors import UsageError
from kltool.values.length import NotMeasured, Width
from kltool.values.width_change import Difference, ErrorComponents, Method, Unit, WidthChange

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


def scales(unit: Unit = Unit.MM, relative_sd: float = 0.0, between: float = 0.0) -> Scales:
    return Scales(unit, (1.0, 1.0), 0.0, 0.0, relative_sd, between)


def change(
    before: Width,
    after: Width,
    model: ErrorModel = MODEL,
    linked: LinkedChange | NotMeasured = NotMeasured("not traced together"),  # noqa: B008
    of: Scales | None = None,
    positioning_mm: float = 0.0,
) -> WidthChange:
    found = width_change(before, after, linked, of or scales(), positioning_mm, model)
    assert isinstance(found, WidthChange)
    return found


def test_errors_of_0_3_and_0_4_mm_combine_to_0_5() -> None:
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
def test_the_interval_is_symmetric_about_the_change(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    found = change(width(before, sd_before), width(after, sd_after))
    low, high = found.interval
    assert (low + high) / 2 == pytest.approx(after - before, abs=1e-9)
    assert (high - low) / 2 == pytest.approx(found.smallest_detectable)


@given(WIDTHS, WIDTHS, ERRORS, ERRORS)
def test_swapping_the_films_reverses_the_change_exactly(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    there = change(width(before, sd_before), width(after, sd_after))
    back = change(width(after, sd_after), width(before, sd_before))
    assert back.change == -there.change
    assert back.interval == (-there.interval[1], -there.interval[0])
    assert back.probability_wider == pytest.approx(1 - there.probability_wider, abs=1e-12)
    assert back.detectable == there.detectable


@given(WIDTHS, ERRORS)
def test_no_change_is_as_likely_wider_as_narrower(mm: float, sd: float) -> None:
    found = change(width(mm, sd), width(mm, sd))
    assert found.change == 0.0
    assert found.probability_wider == 0.5


def test_a_change_of_1_96_standard_errors_is_wider_with_97_5_per_cent() -> None:
    found = change(width(3.0, 0.3), width(3.0 + 1.959964 * 0.5, 0.4), ErrorModel(repositioning_mm=0.0))
    assert found.probability_wider == pytest.approx(0.975, abs=1e-6)


def test_per_cent_of_the_tibial_width_are_compared_as_such() -> None:
    found = change(without_mm(3.0), width(4.0), of=scales(Unit.PERCENT))
    assert found.unit is Unit.PERCENT
    assert found.change == pytest.approx(1.25)
    assert found.standard_error == pytest.approx(hypot(0.25, 0.25, 25 / 76, 25 / 76))
    assert found.threshold == pytest.approx(50 / 76)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_width_missing_in_one_film_has_no_change_and_names_the_film(when: str) -> None:
    films: dict[str, Width | NotMeasured] = {"before": width(3.0), "after": width(3.0)}
    films[when] = NotMeasured("joint margin not found")
    linked = LinkedChange(0.0, 3.0, 0.1)
    found = width_change(films["before"], films["after"], linked, scales(), 0.0, MODEL)
    assert found == NotMeasured(f"{when}: joint margin not found")


def test_the_linked_change_is_preferred_and_the_independent_one_kept() -> None:
    found = change(width(3.0), width(4.0), linked=LinkedChange(0.8, 3.5, 0.2))
    assert (found.method, found.change) == (Method.LINKED, 0.8)
    assert found.independent.change == pytest.approx(1.0)
    alone = change(width(3.0), width(4.0))
    assert (alone.method, alone.change) == (Method.INDEPENDENT, pytest.approx(1.0))
    assert alone.linked == NotMeasured("not traced together")


def test_the_parts_of_the_error_add_in_quadrature() -> None:
    found = change(
        width(3.0, 0.3),
        width(4.0, 0.4),
        ErrorModel(repositioning_mm=0.5, linked_floor=0.0, linked_gain=1.0),
        LinkedChange(1.0, 3.5, 0.6),
        scales(relative_sd=0.02, between=0.01),
        positioning_mm=0.7,
    )
    assert found.independent.error == ErrorComponents(
        pytest.approx(0.5), pytest.approx(sqrt(0.5)), pytest.approx(0.1), 0.0
    )
    assert isinstance(found.linked, Difference)
    assert found.linked.error == ErrorComponents(
        pytest.approx(0.6), pytest.approx(sqrt(0.5)), pytest.approx(hypot(0.035, 0.02)), pytest.approx(0.7)
    )
    assert found.linked.standard_error == pytest.approx(hypot(0.6, sqrt(0.5), 0.035, 0.02, 0.7))


@given(WIDTHS, WIDTHS, ERRORS, ERRORS)
def test_probabilities_of_wider_and_narrower_sum_to_one_and_the_tails_agree(
    before: float, after: float, sd_before: float, sd_after: float
) -> None:
    found = change(width(before, sd_before), width(after, sd_after))
    assert found.probability_wider + found.probability_narrower == pytest.approx(1.0)
    assert found.probability_beyond(0.0) == pytest.approx(1.0)
    assert found.probability_beyond_smallest == pytest.approx(
        found.probability_beyond(found.smallest_detectable)
    )
    assert 0.0 <= found.probability_beyond_threshold <= 1.0
    assert found.reliable_change_index == pytest.approx(found.change / found.standard_error)


def repeats(deviation: float, stated: float, count: int = 4000) -> list[Difference]:
    random = np.random.default_rng(3)
    error = ErrorComponents(stated, 0.0, 0.0, 0.0)
    return [Difference(float(found), error) for found in random.normal(0.0, deviation, count)]


def test_repeat_films_recover_the_repositioning_error_they_were_simulated_with() -> None:
    made = hypot(0.2, sqrt(2) * 0.25)
    assert estimate_repositioning(repeats(made, 0.2)) == pytest.approx(0.25, abs=0.012)


def test_repeat_films_within_their_stated_errors_have_no_repositioning_error() -> None:
    assert estimate_repositioning(repeats(0.15, 0.2)) == 0.0


def test_too_few_repeat_films_are_refused() -> None:
    with pytest.raises(UsageError, match="19 repeat films found, at least 20 expected"):
        estimate_repositioning(repeats(0.2, 0.1, 19))


@pytest.mark.parametrize("wrong", [-0.1, 2.5, float("nan")])
def test_an_impossible_repositioning_error_is_refused(wrong: float) -> None:
    with pytest.raises(UsageError, match="0 to 2 mm expected"):
        ErrorModel(repositioning_mm=wrong)
