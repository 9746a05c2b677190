"""Do probabilities come true? Calibration error and reliability over equal bins."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Indices, Mask

BINS: Final = 15  # docs/choices.md#calibration-bins


def bin_of(said: Float64) -> Indices:
    """The bin, 0 to BINS - 1, of each probability, (n,): equal bins, of which 1 is in the last."""
    return np.asarray(np.clip((said * BINS).astype(np.intp), 0, BINS - 1))


def gap_sums(said: Float64, came: Mask) -> Float64:
    """(n, BINS): what was said minus whether it came true, in the column of its bin; (n,) both."""
    gaps = np.zeros((len(said), BINS))
    gaps[np.arange(len(said)), bin_of(said)] = said - came
    return gaps


def calibration_error(sums: Float64, count: Float64) -> Float64:
    """Mean distance of probability and share that came true, over equal bins (Guo et al. 2017).

    sums: (..., BINS) of `gap_sums`. count: (...,) of knees.
    """
    return ratio(np.abs(sums).sum(axis=-1), count)


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was said and what came true in each bin that holds a knee, (bins,) each. share: of all knees."""

    said: Float64
    came: Float64
    share: Float64


def reliability(said: Float64, came: Mask) -> Reliability:
    """said, came: (n,), n >= 1."""
    place = bin_of(said)
    count = np.bincount(place, minlength=BINS)
    held = count > 0
    sums = [np.bincount(place, values, BINS)[held] / count[held] for values in (said, came)]
    return Reliability(sums[0], sums[1], count[held] / len(said))
