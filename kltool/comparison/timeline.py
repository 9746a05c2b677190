"""Timelines of knees over any number of visits: changes from the first visit, and slopes per year."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt

import numpy as np

from kltool.comparison.change import DEFAULT, compare_knees
from kltool.comparison.error import ErrorModel
from kltool.comparison.visit_films import VisitFilms
from kltool.errors import NotComparable
from kltool.typing import Float64
from kltool.values.change import KneeChange
from kltool.values.decimals import signed, signed_from_to
from kltool.values.duration import DAYS_A_YEAR, duration
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.radiograph import KNOWN_SIDES, Side
from kltool.values.reading import KneeReading
from kltool.values.timeline import Slope, Timeline, Visit
from kltool.values.width_change import WidthChange
from kltool.weights import Models, chosen_models


def timelines(
    visits: Sequence[Visit], models: Models | None = None, *, error_model: ErrorModel = DEFAULT
) -> tuple[Timeline, ...]:
    """Follow the knees of one subject over any number of visits.

    Parameters
    ----------
    visits : sequence of Visit
        In any order; readings that were not detached.
    models : Models, optional
        By default those that are installed, which are loaded once in a process.
    error_model : ErrorModel, optional
        Parameters of the standard error, and the relevant change.

    Returns
    -------
    tuple of Timeline
        Every knee that at least two visits show, right before left. A knee of unknown side is in none.

    Raises
    ------
    NotComparable
        Where visits are of several subjects, two of one knee share their name, two are one film (equal
        pixels, whatever the files), or no knee is shown twice.

    Examples
    --------
    >>> from datetime import date
    >>> films = [kltool.sample_path(f"case/{name}.dcm") for name in ("before", "after")]
    >>> readings = [kltool.read(film) for film in films]
    >>> days = [date(2023, 4, 6), date(2024, 4, 4)]
    >>> visits = [Visit(day.isoformat(), day, one) for day, one in zip(days, readings)]
    >>> (timeline,) = timelines(visits)
    >>> [round(years, 2) for years in timeline.years]
    [0.0, 1.0]
    >>> timeline.slopes[kltool.Measure.MEDIAL_MINIMUM].per_year > 1.0
    True
    """
    subjects = sorted({visit.subject for visit in visits})
    if len(subjects) > 1:
        raise NotComparable(
            f"visits of {len(subjects)} subjects found, of one expected; give the visits of each subject on "
            "their own"
        )
    chosen = chosen_models(models)
    ordered = sorted(visits, key=lambda visit: (visit.day, visit.name))
    _require_own_films(ordered)
    knee_timelines = [
        _timeline(shown, side, chosen, error_model)
        for side in KNOWN_SIDES
        if len(shown := _showing(ordered, side)) > 1
    ]
    if not knee_timelines:
        raise NotComparable(
            f"no knee was read at two visits ({_knees_shown(ordered)}); at least two films of one side "
            "expected; check the files and their sides"
        )
    return tuple(knee_timelines)


def _knees_shown(visits: Sequence[Visit]) -> str:
    """ "visit A: right knee, visit B: left knee"."""
    return ", ".join(
        f"visit {visit.name}: {' and '.join(f'{knee.side} knee' for knee in visit.reading.knees) or 'none'}"
        for visit in visits
    )


def _showing(ordered: Sequence[Visit], side: Side) -> list[Visit]:
    """The visits that show the knee of this side. Raises NotComparable where two of them have one name."""
    shown = [visit for visit in ordered if _knee_of(visit, side) is not None]
    for one, next_one in pairwise(sorted(shown, key=lambda visit: visit.name)):
        if one.name == next_one.name:
            raise NotComparable(
                f"two films of visit {one.name!r} found ({one.day} and {next_one.day}), one per visit "
                "expected; give repeat films different visit names"
            )
    return shown


def _require_own_films(ordered: Sequence[Visit]) -> None:
    """Raises NotComparable where two visits are one film."""
    films = VisitFilms()
    for visit in ordered:
        if refusal := films.refusal_of(visit):
            raise NotComparable(f"visit {visit.name!r}, {visit.reading.source}: {refusal}")


def _timeline(visits: Sequence[Visit], side: Side, models: Models, model: ErrorModel) -> Timeline:
    knees = tuple(knee for visit in visits if (knee := _knee_of(visit, side)) is not None)
    years = tuple((visit.day - visits[0].day).days / DAYS_A_YEAR for visit in visits)
    changes = tuple(
        compare_knees(knees[0], later, since, models, model)
        for later, since in zip(knees[1:], years[1:], strict=True)
    )
    slopes = {name: slope_of(name, changes, years) for name in changes[0].widths}
    return Timeline(side, tuple(visits), years, knees, changes, slopes, _sentence(years, changes, slopes))


def _knee_of(visit: Visit, side: Side) -> KneeReading | None:
    return next((knee for knee in visit.reading.knees if knee.side is side), None)


def slope_of(name: Measure, changes: Sequence[KneeChange], years: Sequence[float]) -> Slope | NotMeasured:
    """The change of a width per year, by linear regression on time weighted by the known variances.

    years: of the first visit and of each change. The variance of a change is attributed to its two films in
    equal halves; the first visit takes the mean standard deviation of the later ones.
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
        return NotMeasured("the changes have different units")
    if all(when == years[0] for when, _ in measured):
        return NotMeasured("all visits are on one day")
    at = np.array([years[0], *(when for when, _ in measured)])
    change = np.array([0.0, *(width.change for _, width in measured)])
    sd = np.array([width.standard_error / sqrt(2) for _, width in measured])
    per_year, standard_error = _weighted_slope(at, change, np.concatenate([[sd.mean()], sd]))
    return Slope(measured[0][1].unit, per_year, standard_error)


def _weighted_slope(years: Float64, values: Float64, sd: Float64) -> tuple[float, float]:
    """The slope of values with known standard deviations, and its standard error."""
    coefficients, covariance = np.polyfit(years, values, 1, w=1 / sd, cov="unscaled")
    return float(coefficients[0]), float(np.sqrt(covariance[0, 0]))


def _sentence(
    years: Sequence[float], changes: Sequence[KneeChange], slopes: Mapping[Measure, Slope | NotMeasured]
) -> str:
    """The change from the first visit to the last, and the slope over all visits."""
    last = changes[-1].sentence.removesuffix(".")
    slope = slopes[Measure.MEDIAL_MINIMUM]
    visits = f"{len(years)} visits over {duration(years[-1])}"
    if isinstance(slope, NotMeasured):
        reason = "" if slope == changes[-1].widths[Measure.MEDIAL_MINIMUM] else f": {slope.reason}"
        return f"{last}; {visits}: slope not estimated{reason}."
    return (
        f"{last}; {visits}: {Measure.MEDIAL_MINIMUM} JSW {signed(slope.per_year)} {slope.unit} per year "
        f"(95% interval {signed_from_to(slope.interval)})."
    )
