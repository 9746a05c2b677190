"""Visits in chronological order, whatever order they are given in; slopes by weighted least squares."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from kltool.comparison import timelines
from kltool.comparison.timeline import slope_of
from kltool.errors import NotComparable
from kltool.reading import read
from kltool.values.change import Verdict
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.radiograph import Side
from kltool.values.reading import Reading
from kltool.values.timeline import Slope, Visit
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange
from kltool.weights import Models
from tests.films import on_film, retaken
from tests.messages import absent, holds

ReadSample = Callable[..., Reading]
NAME = Measure.MEDIAL_MINIMUM


def change(mm: float, error: float = 0.3, unit: Unit = Unit.MM) -> Any:
    """A change of which only the width matters."""
    parts = ErrorComponents(error, 0.0, 0.0, 0.0)
    absent = NotMeasured("not traced together")
    return SimpleNamespace(
        widths={NAME: WidthChange(unit, 3.0, 3.0 + mm, Difference(mm, parts), absent, 0.5)}
    )


def missing() -> Any:
    return SimpleNamespace(widths={NAME: NotMeasured("after: no clear edge")})


def test_the_slope_is_that_of_an_independent_weighted_fit() -> None:
    years = [0.0, 0.25, 0.5, 1.0, 2.0]
    found, errors = [0.1, -0.3, -0.2, -0.6], [0.2, 0.4, 0.3, 0.25]
    slope = slope_of(NAME, [change(mm, sd) for mm, sd in zip(found, errors, strict=True)], years)
    assert isinstance(slope, Slope)
    each = np.array(errors) / sqrt(2)
    sigma = np.concatenate([[each.mean()], each])
    fitted, covariance = curve_fit(
        lambda t, a, b: a + b * t, years, [0.0, *found], sigma=sigma, absolute_sigma=True
    )
    assert slope.per_year == pytest.approx(fitted[1], abs=1e-6)
    assert slope.standard_error == pytest.approx(sqrt(covariance[1, 1]), rel=1e-5)
    assert slope.interval == pytest.approx(
        (slope.per_year - 1.959964 * slope.standard_error, slope.per_year + 1.959964 * slope.standard_error)
    )


@given(
    st.lists(
        st.tuples(st.integers(20, 4000), st.floats(-3.0, 3.0), st.floats(0.05, 1.0)), min_size=1, max_size=8
    )
)
def test_the_slope_is_that_of_statsmodels(later: list[tuple[int, float, float]]) -> None:
    years = [0.0, *(days / 365.25 for days, _, _ in later)]
    slope = slope_of(NAME, [change(mm, sd) for _, mm, sd in later], years)
    assert isinstance(slope, Slope)
    sd = np.array([sd / sqrt(2) for _, _, sd in later])
    weights = np.concatenate([[sd.mean()], sd]) ** -2
    changes = [0.0, *(mm for _, mm, _ in later)]
    fit = sm.WLS(changes, sm.add_constant(years), weights=weights).fit(cov_type="fixed scale")
    assert slope.per_year == pytest.approx(fit.params[1], rel=1e-10, abs=1e-12)
    assert slope.standard_error == pytest.approx(fit.bse[1], rel=1e-10)


def test_two_visits_have_the_slope_between_them() -> None:
    slope = slope_of(NAME, [change(-0.4)], [0.0, 2.0])
    assert isinstance(slope, Slope)
    assert slope.per_year == pytest.approx(-0.2)
    assert slope.standard_error == pytest.approx(0.15)


def test_a_visit_without_a_width_is_left_out_of_the_slope() -> None:
    with_gap = slope_of(NAME, [change(0.2), missing(), change(0.4)], [0.0, 1.0, 1.5, 2.0])
    without = slope_of(NAME, [change(0.2), change(0.4)], [0.0, 1.0, 2.0])
    assert with_gap == without


@pytest.mark.parametrize(
    ("changes", "years", "reason"),
    [
        ([missing()], [0.0, 1.0], "after: no clear edge"),
        ([change(0.1)], [0.0, 0.0], "all visits are on one day"),
        ([change(0.1), change(0.1, unit=Unit.PERCENT)], [0.0, 1.0, 2.0], "the changes have different units"),
    ],
)
def test_where_there_is_no_slope_there_is_a_reason(
    changes: list[Any], years: list[float], reason: str
) -> None:
    assert slope_of(NAME, changes, years) == NotMeasured(reason)


def visits(read_sample: ReadSample) -> list[Visit]:
    return [
        Visit("month 12", date(2024, 4, 4), read_sample("case/after.dcm")),
        Visit("baseline", date(2023, 4, 6), read_sample("case/before.dcm")),
        Visit("month 6", date(2023, 10, 6), retaken(read_sample("case/before.dcm"))),
    ]


def test_visits_are_taken_in_the_order_of_their_days(read_sample: ReadSample, models: Models) -> None:
    (knee,) = timelines(visits(read_sample), models)
    assert [visit.name for visit in knee.visits] == ["baseline", "month 6", "month 12"]
    assert knee.years == pytest.approx((0.0, 0.501, 0.997), abs=1e-3)
    assert [one.verdict for one in knee.changes] == [Verdict.NONE, Verdict.IMPROVED]
    unchanged = knee.changes[0].widths[NAME]
    assert isinstance(unchanged, WidthChange)
    assert unchanged.change == 0.0
    assert knee.side is Side.RIGHT
    assert "3 visits over 12 months: medial minimum JSW +" in knee.sentence


def test_the_order_in_which_visits_are_given_changes_nothing(read_sample: ReadSample, models: Models) -> None:
    given = visits(read_sample)
    assert timelines(given, models)[0].sentence == timelines(given[::-1], models)[0].sentence


@pytest.mark.parametrize("day", [date(2023, 4, 6), date(2024, 4, 4)])
def test_two_films_of_one_visit_are_refused_whatever_their_days(
    day: date, read_sample: ReadSample, models: Models
) -> None:
    after, before, _ = visits(read_sample)
    with pytest.raises(NotComparable, match="two films of visit 'baseline'"):
        timelines([before, replace(after, name="baseline", day=day)], models)


def test_one_film_is_not_two_visits_whatever_its_file(read_sample: ReadSample, models: Models) -> None:
    copy = on_film(read_sample("case/before.dcm"), lambda film: replace(film, source="copy.png"))
    with pytest.raises(NotComparable) as refused:
        timelines([*visits(read_sample), Visit("month 24", date(2025, 4, 4), copy)], models)
    assert holds(str(refused.value), "'month 24', copy.png", "visit baseline", "both files are one film")


def test_a_knee_of_one_visit_has_no_timeline(read_sample: ReadSample, models: Models) -> None:
    with pytest.raises(NotComparable, match="no knee was read at two visits"):
        timelines(visits(read_sample)[:1], models)


def test_both_knees_of_films_of_both_have_their_timelines(read_sample: ReadSample, models: Models) -> None:
    both = [
        Visit(str(year), date(year, 1, 1), retaken(read_sample("bilateral.dcm"), year))
        for year in (2023, 2024)
    ]
    assert [knee.side for knee in timelines(both, models)] == [Side.RIGHT, Side.LEFT]


def of_unknown_side(reading: Reading) -> Reading:
    knees = tuple(replace(one, knee=replace(one.knee, side=Side.UNKNOWN)) for one in reading.knees)
    return replace(reading, knees=knees)


def test_knees_of_unknown_side_are_in_no_timeline(read_sample: ReadSample, models: Models) -> None:
    """They may be both knees of one person."""
    after, before, middle = visits(read_sample)
    unknown = replace(after, name="unknown", reading=of_unknown_side(retaken(after.reading, 9)))
    (knee,) = timelines([before, middle, unknown], models)
    assert [visit.name for visit in knee.visits] == ["baseline", "month 6"]
    other = replace(middle, reading=of_unknown_side(middle.reading))
    with pytest.raises(NotComparable, match="no knee was read at two visits"):
        timelines([other, unknown], models)


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases" / "rescaled-follow-up"


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
def test_a_visit_whose_millimetres_are_stale_never_enters_a_slope(models: Models) -> None:
    """The film was reduced to half its size and its spacing left as it was."""
    files = {2023: "before", 2024: "after", 2025: "after_stale_spacing"}
    readings = {year: retaken(read(CASES / f"{name}.dcm", models), year) for year, name in files.items()}
    taken = [Visit(str(year), date(year, 4, 6), reading) for year, reading in readings.items()]
    (true,), (with_stale,) = timelines(taken[:2], models), timelines(taken, models)
    assert [one.verdict for one in with_stale.changes] == [Verdict.IMPROVED, Verdict.NOT_COMPARABLE]
    assert with_stale.slopes == true.slopes
    (only_stale,) = timelines([taken[0], taken[2]], models)
    assert all(absent(slope, "not comparable", "-50%") for slope in only_stale.slopes.values())
