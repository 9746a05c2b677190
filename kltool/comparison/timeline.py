"""Any number of visits of a person to one timeline a knee: changes against the first, and slopes a year."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import sqrt

import numpy as np

from kltool.comparison.change import DEFAULT, compare_knees
from kltool.comparison.comparability import DAYS_A_YEAR
from kltool.comparison.error import ErrorModel
from kltool.errors import NotComparable
from kltool.values.change import KneeChange, Slope, Timeline, Visit, WidthChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading
from kltool.weights import Models


def timelines(visits: Sequence[Visit], models: Models, model: ErrorModel = DEFAULT) -> tuple[Timeline, ...]:
    """Every knee that at least two visits show, right before left; visits in the order of their days.

    Raises NotComparable where two visits are of one day and name, or no knee is shown twice.
    """
    ordered = sorted(visits, key=lambda visit: (visit.day, visit.name))
    for one, next_one in pairwise(ordered):
        if (one.day, one.name) == (next_one.day, next_one.name):
            raise NotComparable(
                f"two films of visit {one.name!r} of {one.day} found, one a visit expected; give repeat "
                "films names of their own"
            )
    found = [
        _timeline(shown, side, models, model)
        for side in Side
        if len(shown := [visit for visit in ordered if _of(visit, side) is not None]) > 1
    ]
    if not found:
        raise NotComparable(
            "no knee was read at two visits; at least two films of one side expected: check side and files"
        )
    return tuple(found)


def _timeline(visits: Sequence[Visit], side: Side, models: Models, model: ErrorModel) -> Timeline:
    knees = tuple(knee for visit in visits if (knee := _of(visit, side)) is not None)
    days = [date.fromisoformat(visit.day) for visit in visits]
    years = tuple((day - days[0]).days / DAYS_A_YEAR for day in days)
    changes = tuple(
        compare_knees(knees[0], later, since, models, model)
        for later, since in zip(knees[1:], years[1:], strict=True)
    )
    slopes = {name: slope_of(name, changes, years) for name in changes[0].widths}
    return Timeline(side, tuple(visits), years, knees, changes, slopes, _sentence(years, changes, slopes))


def _of(visit: Visit, side: Side) -> KneeReading | None:
    return next((knee for knee in visit.reading.knees if knee.side is side), None)


def slope_of(name: Measure, changes: Sequence[KneeChange], years: Sequence[float]) -> Slope | NotMeasured:
    """A width's change a year, by regression on time weighted by each visit's variance, which is known.

    years: of the first visit and of each change. Of the variance of a change against the first visit each of
    the two films has half.
    """
    measured = [
        (when, width)
        for when, change in zip(years[1:], changes, strict=True)
        if isinstance(width := change.widths[name], WidthChange)
    ]
    if not measured:
        absent = changes[-1].widths[name]
        return absent if isinstance(absent, NotMeasured) else NotMeasured("no change was measured")
    if len({width.unit for _, width in measured}) > 1:
        return NotMeasured("the visits do not share one unit")
    if all(when == years[0] for when, _ in measured):
        return NotMeasured("all visits are of one day")
    at = np.array([years[0], *(when for when, _ in measured)])
    change = np.array([0.0, *(width.change for _, width in measured)])
    each = np.array([width.standard_error / sqrt(2) for _, width in measured])
    per_year, error = _weighted_line(at, change, np.concatenate([[each.mean()], each]))
    return Slope(measured[0][1].unit, per_year, error)


def _weighted_line(
    years: np.ndarray[tuple[int], np.dtype[np.float64]],
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    deviations: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[float, float]:
    """The slope of values with known standard deviations, and its standard error."""
    import statsmodels.api as sm  # late, as every heavy library: docs/ARCHITECTURE.md

    design = sm.add_constant(years, has_constant="add")
    fitted = sm.WLS(values, design, weights=deviations**-2).fit(cov_type="fixed scale")
    return float(fitted.params[1]), float(fitted.bse[1])


def _sentence(
    years: Sequence[float], changes: Sequence[KneeChange], slopes: Mapping[Measure, Slope | NotMeasured]
) -> str:
    """The last visit against the first, and the slope over all of them."""
    last = changes[-1].sentence.removesuffix(".")
    slope = slopes[Measure.MEDIAL_MINIMUM]
    over = f"{len(years)} visits over {12 * years[-1]:.0f} months"
    if isinstance(slope, NotMeasured):
        return f"{last}; {over}, no slope: {slope.reason}."
    low, high = slope.interval
    return (
        f"{last}; {over}: medial minimum {slope.per_year:+.2f} {slope.unit} a year (95% interval {low:+.2f} "
        f"to {high:+.2f})."
    )
