"""Calibration of probabilities: calibration error and reliability in bins of equal width."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Indices, Mask

BINS: Final = 15  # docs/choices.md#calibration-bins


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
    """Mean probability and observed frequency in each bin that holds a knee, (bins,). share: of all knees."""

    predicted: Float64
    observed: Float64
    share: Float64


def reliability(predicted: Float64, outcomes: Mask) -> Reliability:
    """predicted: (n,) probabilities. outcomes: (n,). n >= 1."""
    place = bin_of(predicted)
    count = np.bincount(place, minlength=BINS)
    filled = count > 0
    sums = [np.bincount(place, values, BINS)[filled] / count[filled] for values in (predicted, outcomes)]
    return Reliability(sums[0], sums[1], count[filled] / len(predicted))
