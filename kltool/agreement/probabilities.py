"""What probabilities are worth against a reference's grades: do they tell knees apart, do they come true?"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.agreement.ratings import Bools, Float64, Indices
from kltool.agreement.ratio import ratio

BINS: Final = 15  # docs/choices.md#calibration-bins


@dataclass(frozen=True, slots=True)
class Ranked:
    """n knees by falling score, equal scores together. order: (n,). starts: of each such group."""

    order: Indices
    starts: Indices

    @classmethod
    def of(cls, scores: Float64) -> "Ranked":
        order = np.argsort(-scores, kind="stable")
        new = np.diff(scores[order], prepend=np.inf) != 0
        return cls(order, np.flatnonzero(new))

    def grouped(self, counts: Float64) -> Float64:
        """(d, n) counts of knees, in the knees' own order, to (d, groups)."""
        sorted_ = counts[:, self.order]
        if len(self.starts) == len(self.order):
            return sorted_
        return np.asarray(np.add.reduceat(sorted_, self.starts, axis=1))


def area_under_curve(weights: Float64, positive: Bools, ranked: Ranked) -> Float64:
    """Probability that a positive scores higher than a negative, ties counting half (Hanley & McNeil 1982).

    weights: (d, n), how often each knee counts. positive: (n,). Returns (d,), not a number where one of the
    two kinds is missing.
    """
    of_positives, of_negatives = ranked.grouped(weights * positive), ranked.grouped(weights * ~positive)
    above = np.cumsum(of_positives, axis=1) - of_positives / 2
    pairs = of_positives.sum(axis=1) * of_negatives.sum(axis=1)
    return ratio(np.einsum("dg,dg->d", of_negatives, above), pairs)


def roc(scores: Float64, positive: Bools) -> tuple[Float64, Float64]:
    """False and true positive rate at every threshold, from (0, 0) to (1, 1), (thresholds + 1,) each.

    scores, positive: (n,), with at least one of each kind.
    """
    ranked = Ranked.of(scores)
    kinds = np.stack([~positive, positive]).astype(np.float64)
    counted = np.cumsum(ranked.grouped(kinds), axis=1)
    false, true = np.concatenate([np.zeros((2, 1)), counted], axis=1) / counted[:, -1:]
    return false, true


def bin_of(said: Float64) -> Indices:
    """The bin, 0 to BINS - 1, of each probability, (n,): equal bins, of which 1 is in the last."""
    return np.asarray(np.clip((said * BINS).astype(np.intp), 0, BINS - 1))


def gap_sums(said: Float64, came: Bools) -> Float64:
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


def reliability(said: Float64, came: Bools) -> Reliability:
    """said, came: (n,), n >= 1."""
    place = bin_of(said)
    count = np.bincount(place, minlength=BINS)
    held = count > 0
    sums = [np.bincount(place, values, BINS)[held] / count[held] for values in (said, came)]
    return Reliability(sums[0], sums[1], count[held] / len(said))
