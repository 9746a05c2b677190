"""The error of repositioning that repeat films show, as `kltool compare --repositioning` takes it."""

from typing import Final

import numpy as np

from kltool.agreement.bootstrap import Family, Resampling, Sample, intervals
from kltool.agreement.ratings import Ratings, stated_error_of
from kltool.agreement.results import Figure
from kltool.comparison.error import FEWEST_REPEATS, estimate_repositioning
from kltool.typing import Float64
from kltool.values.change import Difference, ErrorComponents
from kltool.values.length import NORMAL_95, NotMeasured

NAME: Final = "repositioning_mm"
SHARE: Final = 0.95  # of the differences that lie within 1.96 of their errors, as in repositioning_of


def repositioning(ratings: Ratings, width: str, resampling: Resampling) -> Figure:
    """Of the second reading against the first of every knee that has both.

    What the readings spread beyond the errors that they state themselves, one film's share, mm.
    """
    repeats, sample = _repeats(ratings, width)
    reason = _too_few(ratings, width, len(repeats))
    if isinstance(reason, NotMeasured):
        return Figure(NAME, reason, reason, sample.knees, sample.participants)
    interval = intervals(of_repeats(repeats, sample), resampling)[NAME]
    return Figure(NAME, estimate_repositioning(repeats), interval, sample.knees, sample.participants)


def of_repeats(repeats: list[Difference], sample: Sample) -> Family:
    """`repositioning_of` for any draw of the participants."""
    needed = np.array([_needed(one) for one in repeats])
    order = np.argsort(needed, kind="stable")
    ascending = np.sqrt(needed[order])

    def of(weights: Float64) -> dict[str, Float64]:
        counted = np.cumsum(weights[:, sample.people[order]], axis=1)
        enough = np.ceil(SHARE * counted[:, -1:])
        return {NAME: ascending[(counted < enough).sum(axis=1)]}

    return Family(sample, of, {NAME: "no repeat"})


def _needed(one: Difference) -> float:
    """The variance of one film's repositioning that would bring a difference within 1.96 of its error."""
    return max((one.change / NORMAL_95) ** 2 - one.standard_error**2, 0.0) / 2


def _repeats(ratings: Ratings, width: str) -> tuple[list[Difference], Sample]:
    """The second reading minus the first, mm, where both state their error."""
    names = (width, stated_error_of(width))
    columns = [rater.columns[name] for rater in ratings.raters[:2] for name in names if rater.has(name)]
    if len(columns) < 4:
        return [], Sample.of(ratings.people[:0])
    known = np.all([column.known for column in columns], axis=0)
    one, one_sd, two, two_sd = (column.values[known] for column in columns)
    found = [
        Difference(float(change), ErrorComponents(float(error), 0.0, 0.0, 0.0))
        for change, error in zip(two - one, np.hypot(one_sd, two_sd), strict=True)
    ]
    return found, Sample.of(ratings.people[known])


def _too_few(ratings: Ratings, width: str, count: int) -> NotMeasured | None:
    if not all(rater.has(stated_error_of(width)) for rater in ratings.raters[:2]):
        return NotMeasured(
            f"no column {stated_error_of(width)} with the error that each reading states: what the readings "
            "spread beyond it is not known"
        )
    if count < FEWEST_REPEATS:
        return NotMeasured(f"{count} repeats found, {FEWEST_REPEATS} at least are needed")
    return None
