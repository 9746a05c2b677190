"""Calibration of probabilities: the error in bins of equal width, the reliability in bins of equal count."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Indices, Mask
from kltool.values.length import NORMAL_95

BINS: Final = 15  # of the calibration error; docs/choices.md#calibration-bins
MOST_POINTS: Final = 10  # of the reliability; docs/choices.md#reliability-points
EACH: Final = 30  # knees, at least, of which a point is the mean; docs/choices.md#reliability-points


def bin_of(predicted: Float64) -> Indices:
    """The bin, 0 to BINS - 1, of each probability, (n,); bins of equal width, 1 is in the last."""
    return np.asarray(np.clip((predicted * BINS).astype(np.intp), 0, BINS - 1))


def gap_sums(predicted: Float64, outcomes: Mask) -> Float64:
    """(n, BINS): probability minus outcome, in the column of its bin. predicted, outcomes: (n,)."""
    gaps = np.zeros((len(predicted), BINS))
    gaps[np.arange(len(predicted)), bin_of(predicted)] = predicted - outcomes
    return gaps


def calibration_error(sums: Float64, count: Float64) -> Float64:
    """Expected calibration error: mean distance of probability and observed frequency (Guo et al. 2017).

    sums: (..., BINS) of `gap_sums`. count: (...,) number of knees.
    """
    return ratio(np.abs(sums).sum(axis=-1), count)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Mean probability and observed frequency in bins of nearly equal count, (bins,) each.

    low, high: the 95% interval of the frequency by Wilson 1927, knees taken as independent. count: of knees.
    """

    predicted: Float64
    observed: Float64
    low: Float64
    high: Float64
    count: Indices


def reliability(predicted: Float64, outcomes: Mask) -> Reliability:
    """predicted: (n,) probabilities; equal ones share a bin. outcomes: (n,). n >= 1."""
    bins = int(np.clip(len(predicted) // EACH, 1, MOST_POINTS))
    place = _middle_rank(predicted) * bins // len(predicted)
    count = np.bincount(place, minlength=bins)
    filled = count > 0
    means, observed = (np.bincount(place, of, bins)[filled] / count[filled] for of in (predicted, outcomes))
    low, high = wilson_95(observed, count[filled])
    return Reliability(means, observed, low, high, count[filled])


def wilson_95(frequency: Float64, count: Indices) -> tuple[Float64, Float64]:
    """The 95% score interval of a binomial proportion (Wilson 1927). frequency, count: (k,); count >= 1."""
    z2 = NORMAL_95**2
    middle = (frequency + z2 / (2 * count)) / (1 + z2 / count)
    variance = frequency * (1 - frequency) / count + z2 / (4 * count**2)
    half = NORMAL_95 * np.sqrt(variance) / (1 + z2 / count)
    return middle - half, middle + half


def _middle_rank(values: Float64) -> Indices:
    """The rank of each value, 0 to n - 1; equal values have that of the one in their middle."""
    ordered = np.sort(values)
    first, after = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return np.asarray((first + after) // 2)
