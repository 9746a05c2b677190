"""Discrimination: the receiver operating characteristic (ROC) curve and the area under it."""

from dataclasses import dataclass

import numpy as np

from kltool.agreement.statistics.ratio import ratio
from kltool.typing import Float64, Indices, Mask


@dataclass(frozen=True, slots=True)
class Ranked:
    """n knees by descending score. order: (n,). starts: of each group of tied scores."""

    order: Indices
    starts: Indices

    @classmethod
    def of(cls, scores: Float64) -> "Ranked":
        order = np.argsort(-scores, kind="stable")
        new = np.diff(scores[order], prepend=np.inf) != 0
        return cls(order, np.flatnonzero(new))

    def grouped(self, counts: Float64) -> Float64:
        """(b, n) counts of knees, in their original order, to (b, groups) of tied scores."""
        sorted_ = counts[:, self.order]
        if len(self.starts) == len(self.order):
            return sorted_
        return np.asarray(np.add.reduceat(sorted_, self.starts, axis=1))


def area_under_curve(weights: Float64, positive: Mask, ranked: Ranked) -> Float64:
    """Probability that a positive scores higher than a negative, ties counting half (Hanley & McNeil 1982).

    weights: (b, n), how often each knee counts. positive: (n,). Returns (b,), NaN without a positive or
    without a negative.
    """
    of_positives, of_negatives = ranked.grouped(weights * positive), ranked.grouped(weights * ~positive)
    above = np.cumsum(of_positives, axis=1) - of_positives / 2
    pairs = of_positives.sum(axis=1) * of_negatives.sum(axis=1)
    return ratio(np.einsum("bg,bg->b", of_negatives, above), pairs)


def roc(scores: Float64, positive: Mask) -> tuple[Float64, Float64]:
    """False and true positive rate at every threshold, from (0, 0) to (1, 1), (thresholds + 1,) each.

    scores, positive: (n,), with at least one positive and one negative.
    """
    ranked = Ranked.of(scores)
    classes = np.stack([~positive, positive]).astype(np.float64)
    counted = np.cumsum(ranked.grouped(classes), axis=1)
    false, true = np.concatenate([np.zeros((2, 1)), counted], axis=1) / counted[:, -1:]
    return false, true
