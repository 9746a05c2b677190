"""Agreement between what was measured and what is known; nothing here knows of knees."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.agreement.bootstrap import Resampling, Sample, resampled_knees
from kltool.agreement.statistics import roc
from kltool.typing import Float64, Indices
from kltool.values.length import NORMAL_95

Interval = tuple[float, float]
Names = npt.NDArray[np.str_]

REPLICATES: Final = Resampling()


@dataclass(frozen=True, slots=True)
class ErrorScore:
    """Of measured minus true: mean, mean of the absolute, its 95th percentile; all in the errors' unit."""

    count: int
    bias: float
    mean_absolute: float
    p95: float


def error_score(errors: Float64) -> ErrorScore:
    """errors: (n,); of none there are no figures (not a number)."""
    if not len(errors):
        return ErrorScore(0, float("nan"), float("nan"), float("nan"))
    away = np.abs(errors)
    return ErrorScore(len(errors), float(errors.mean()), float(away.mean()), float(np.percentile(away, 95)))


@dataclass(frozen=True, slots=True)
class MethodAgreement:
    """Two measurements of the same things, in their unit.

    offset: median of measured minus reference. bias, sd: mean and standard deviation of the difference.
    limits: 95% of the differences lie between them (Bland & Altman 1986), bias -+ 1.96 sd. correlation:
    Pearson's, with its 95% interval.
    """

    count: int
    offset: float
    bias: float
    sd: float
    limits: Interval
    correlation: float
    correlation_95: Interval


def agreement(measured: Float64, reference: Float64, participants: Names) -> MethodAgreement:
    """measured, reference, participants: (n,), n >= 3; values of one participant are not independent."""
    difference = measured - reference
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    return MethodAgreement(
        len(difference),
        float(np.median(difference)),
        bias,
        sd,
        (bias - NORMAL_95 * sd, bias + NORMAL_95 * sd),
        correlation(measured, reference),
        bootstrap_95(lambda indices: correlation(measured[indices], reference[indices]), participants),
    )


def correlation(first: Float64, second: Float64) -> float:
    """Pearson's r of two (n,); not a number where one of them is constant."""
    if not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def bootstrap_95(
    statistic: Callable[[Indices], float], participants: Names, resampling: Resampling = REPLICATES
) -> Interval:
    """The 95% percentile interval of a statistic, whole participants resampled with replacement.

    statistic: of the resampled indices. participants: (n,), whose each value is. A replicate that does not
    define the statistic (not a number) is left out.
    """
    sample = Sample.of(np.unique(participants, return_inverse=True)[1])
    values = [statistic(indices) for indices in resampled_knees(sample, resampling)]
    defined = [value for value in values if not math.isnan(value)]
    if not defined:
        return float("nan"), float("nan")
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def coverage(errors: Float64, sds: Float64) -> float:
    """Share of errors, 0 to 1, that lie within 1.96 of their own standard deviations; both (n,).

    Not a number where there are none.
    """
    return float((np.abs(errors) <= NORMAL_95 * sds).mean()) if len(errors) else float("nan")


def area_under_curve(scores: Float64, positive: npt.NDArray[np.bool_]) -> float:
    """Probability that a positive scores higher than a negative, ties counting half (Hanley & McNeil 1982).

    scores, positive: (n,). Not a number where one of the two kinds is missing.
    """
    each_once = np.ones((1, len(scores)))
    return float(roc.area_under_curve(each_once, positive, roc.Ranked.of(scores))[0])


def thirds(values: Float64) -> tuple[Interval, Interval, Interval]:
    """The ranges, low to high, that hold a third of the values each; (n,), n >= 1."""
    low, first, second, high = np.quantile(values, (0, 1 / 3, 2 / 3, 1))
    return (float(low), float(first)), (float(first), float(second)), (float(second), float(high))
