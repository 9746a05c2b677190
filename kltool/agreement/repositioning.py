"""The repositioning error estimated from repeat films, for `kltool compare --repositioning`."""

from typing import Final

import numpy as np

from kltool.agreement.bootstrap import EstimatorGroup, Resampling, Sample, intervals
from kltool.agreement.ratings import Ratings
from kltool.agreement.results import Estimate
from kltool.comparison.error import FEWEST_REPEATS, estimate_repositioning
from kltool.tables.columns import sd_of_mm
from kltool.typing import Float64
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.width_change import Difference, ErrorComponents

NAME: Final = "repositioning_mm"
COVERAGE: Final = 0.95  # share of differences within 1.96 standard errors, as in estimate_repositioning


def repositioning_error(ratings: Ratings, width: str, resampling: Resampling) -> Estimate:
    """Repositioning error of one film, mm, from the first two readings of every knee.

    It is the variation of the differences beyond the errors that the readings state.
    """
    repeats, sample = _repeats(ratings, width)
    reason = _too_few(ratings, width, len(repeats))
    if isinstance(reason, NotMeasured):
        return Estimate(NAME, reason, reason, sample.knees, sample.participants)
    interval = intervals(repositioning_estimator(repeats, sample), resampling)[NAME]
    return Estimate(NAME, estimate_repositioning(repeats), interval, sample.knees, sample.participants)


def repositioning_estimator(repeats: list[Difference], sample: Sample) -> EstimatorGroup:
    """`estimate_repositioning` for any bootstrap weights of the participants."""
    variances = np.array([_required_variance(repeat) for repeat in repeats])
    order = np.argsort(variances, kind="stable")
    ascending = np.sqrt(variances[order])

    def estimates(weights: Float64) -> dict[str, Float64]:
        counted = np.cumsum(weights[:, sample.participant_ids[order]], axis=1)
        enough = np.ceil(COVERAGE * counted[:, -1:])
        return {NAME: ascending[(counted < enough).sum(axis=1)]}

    return EstimatorGroup(sample, estimates, {NAME: "no repeat"})


def _required_variance(repeat: Difference) -> float:
    """The repositioning variance of one film, mm², at which a difference is 1.96 errors; at least 0."""
    return max((repeat.change / NORMAL_95) ** 2 - repeat.standard_error**2, 0.0) / 2


def _repeats(ratings: Ratings, width: str) -> tuple[list[Difference], Sample]:
    """Second reading minus first reading, mm, of the knees for which both state their error."""
    names = (width, sd_of_mm(width))
    columns = [rater.columns[name] for rater in ratings.raters[:2] for name in names if rater.has(name)]
    if len(columns) < 4:
        return [], Sample.of(ratings.participant_ids[:0])
    known = np.all([column.known for column in columns], axis=0)
    one, one_sd, two, two_sd = (column.values[known] for column in columns)
    found = [
        Difference(float(change), ErrorComponents(float(error), 0.0, 0.0, 0.0))
        for change, error in zip(two - one, np.hypot(one_sd, two_sd), strict=True)
    ]
    return found, Sample.of(ratings.participant_ids[known])


def _too_few(ratings: Ratings, width: str, count: int) -> NotMeasured | None:
    if not all(rater.has(sd_of_mm(width)) for rater in ratings.raters[:2]):
        return NotMeasured(
            f"no column {sd_of_mm(width)} with the stated error of each reading, so that the "
            "variation beyond it is not known"
        )
    if count < FEWEST_REPEATS:
        return NotMeasured(f"{count} repeats found, at least {FEWEST_REPEATS} needed")
    return None
