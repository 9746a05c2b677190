"""The latent severity of a knee: the grader's probabilities as a distribution on a continuous scale.

The scale has the grader's own cut points at 0.5, 1.5, 2.5 and 3.5: a severity below 0.5 is KL 0, and so on.
The logit of the probability of a severity of at most t passes through the four cumulative logits of the
knee; it rises between them on a monotone cubic (Fritsch & Carlson 1980) and beyond them on a straight line.
The grades of a reader with other cut points have the probabilities of the intervals between these: they are
not negative and sum to 1 wherever the cut points lie, as long as they are in order.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.typing import Float64

CUT_POINTS: Final = (0.5, 1.5, 2.5, 3.5)  # of the grader as it is shipped
LEAST: Final = 1e-6  # probability of a grade; docs/choices.md#site-severity
LARGEST: Final = 40.0  # logit, beyond which the probability is 1 to the last digit


def cumulative_logits(probabilities: npt.NDArray[np.floating]) -> Float64:
    """(n, 4) of P(KL ≤ 0) to P(KL ≤ 3), strictly rising, from (n, 5) probabilities of the grades."""
    floored = np.maximum(np.asarray(probabilities, np.float64), LEAST)
    below = np.cumsum(floored, axis=1)[:, :-1]
    above = np.cumsum(floored[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return np.asarray(np.log(below) - np.log(above))


def reader_probabilities(logits: Float64, cut_points: Sequence[float], scale: float) -> Float64:
    """(n, 5): probabilities of the grades by a reader.

    logits: (n, 4), as of `cumulative_logits`. cut_points: (4,), rising. scale: by which the logits at the cut
    points are multiplied, above 0; below 1 the grades are less certain.
    """
    below = [sigmoid(scale * logit_at(logits, cut)[0]) for cut in cut_points]
    edges = np.stack([np.zeros(len(logits)), *below, np.ones(len(logits))], axis=1)
    return np.maximum(np.diff(edges, axis=1), 0.0)


def sigmoid(logits: Float64) -> Float64:
    """Logits to probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -LARGEST, LARGEST))))


def logit_at(logits: Float64, severity: float) -> tuple[Float64, Float64]:
    """The logit of the probability of at most this severity, and its slope, (n,) each.

    logits: (n, 4), as of `cumulative_logits`. severity: on the grader's scale.
    """
    steps = np.diff(logits, axis=1)
    below, above = severity - CUT_POINTS[0], severity - CUT_POINTS[-1]
    if below <= 0:
        return logits[:, 0] + below * steps[:, 0], steps[:, 0]
    if above >= 0:
        return logits[:, -1] + above * steps[:, -1], steps[:, -1]
    at = int(below)
    slopes = _slopes(steps)
    return _cubic(logits[:, at], steps[:, at], slopes[:, at], slopes[:, at + 1], below - at)


def _slopes(steps: Float64) -> Float64:
    """(n, 4) at the cut points: harmonic means of neighbouring steps; at the ends the outer steps."""
    inner = 2 * steps[:, :-1] * steps[:, 1:] / (steps[:, :-1] + steps[:, 1:])
    return np.concatenate([steps[:, :1], inner, steps[:, -1:]], axis=1)


def _cubic(
    start: Float64, step: Float64, first: Float64, last: Float64, share: float
) -> tuple[Float64, Float64]:
    """Hermite's cubic over one grade, and its slope. first, last: the slopes at its ends. share: 0 to 1."""
    quadratic, cubic = 3 * step - 2 * first - last, first + last - 2 * step
    value = start + share * (first + share * (quadratic + share * cubic))
    return value, first + share * (2 * quadratic + 3 * share * cubic)
