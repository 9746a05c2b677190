"""The cut points and the scale of a site's reader, by partial pooling towards the shipped ones.

Maximum a posteriori: the likelihood of the reader's grades, and normal distributions of readers about the
shipped calibration. Without films it is the shipped calibration; the more films, the more they count.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.grading.severity import CUT_POINTS, logit_at, sigmoid
from kltool.typing import Float64, Indices
from kltool.values.grade import GRADES

MIDDLE: Final = float(np.mean(CUT_POINTS))
MOST_STEPS: Final = 60  # of Fisher scoring; five to ten suffice
MOST_HALVINGS: Final = 30  # of a step that goes too far
CONVERGED: Final = 1e-9  # gain of the log posterior density
IMPROBABLE: Final = 1e-12  # of a grade; keeps logarithms finite


@dataclass(frozen=True, slots=True)
class Spread:
    """Standard deviations of readers about the shipped calibration; docs/choices.md#site-pooling.

    scale: of the logarithm of the scale. shift: of the mean of the cut points, in grades. gap: of the
    logarithm of the distance between neighbouring cut points.
    """

    scale: float = 0.25
    shift: float = 0.5
    gap: float = 0.5

    @property
    def precisions(self) -> Float64:
        """(5,), of the elements of a law."""
        return 1 / np.array([self.scale, self.shift, self.gap, self.gap, self.gap]) ** 2


POOLING: Final = Spread()


@dataclass(frozen=True, slots=True)
class ReaderLaw:
    """How a reader's grades lie on the grader's scale: cut_points, rising; scale of the logits, above 0."""

    cut_points: tuple[float, float, float, float] = CUT_POINTS
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class _Posterior:
    """At one law: log density, its gradient, (5,), and Fisher's information, (5, 5), pooling included."""

    density: float
    gradient: Float64
    information: Float64


def fitted(logits: Float64, grades: Indices, spread: Spread = POOLING) -> ReaderLaw:
    """The reader's law by Fisher scoring, each step halved until the density rises.

    logits: (n, 4), as of `cumulative_logits`. grades: (n,), 0 to 4, by the reader.
    """
    law = np.zeros(5)
    found = _posterior(law, logits, grades, spread)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(found.information, found.gradient)
        for halving in range(MOST_HALVINGS):
            tried = law + step / 2**halving
            better = _posterior(tried, logits, grades, spread)
            if better.density > found.density:
                break
        else:
            break
        gain, law, found = better.density - found.density, tried, better
        if gain < CONVERGED:
            break
    c0, c1, c2, c3 = _cut_points(law)[0].tolist()
    return ReaderLaw((c0, c1, c2, c3), float(np.exp(law[0])))


def _posterior(law: Float64, logits: Float64, grades: Indices, spread: Spread) -> _Posterior:
    """law: logarithm of the scale, shift of the cut points, logarithms of the three gaps between them."""
    probabilities, derivatives = _probabilities(law, logits)
    own = np.arange(len(grades)), grades
    precisions = spread.precisions
    density = np.log(probabilities[own]).sum() - 0.5 * (precisions * law**2).sum()
    gradient = (derivatives[own] / probabilities[own][:, None]).sum(axis=0) - precisions * law
    scores = derivatives / np.sqrt(probabilities)[:, :, None]
    information = np.einsum("nki,nkj->ij", scores, scores) + np.diag(precisions)
    return _Posterior(float(density), gradient, information)


def _probabilities(law: Float64, logits: Float64) -> tuple[Float64, Float64]:
    """(n, 5) of the grades, and their derivatives by the law, (n, 5, 5)."""
    scale, (cuts, of_cuts) = float(np.exp(law[0])), _cut_points(law)
    edges = np.zeros((len(logits), len(GRADES) + 1))
    edges[:, -1] = 1.0
    of_edges = np.zeros((*edges.shape, len(law)))
    for kl, (cut, of_cut) in enumerate(zip(cuts, of_cuts, strict=True), 1):
        value, slope = logit_at(logits, cut)
        edges[:, kl] = sigmoid(scale * value)
        density = scale * edges[:, kl] * (1 - edges[:, kl])
        of_edges[:, kl, 0] = density * value
        of_edges[:, kl, 1:] = (density * slope)[:, None] * of_cut
    return np.maximum(np.diff(edges, axis=1), IMPROBABLE), np.diff(of_edges, axis=1)


def _cut_points(law: Float64) -> tuple[Float64, Float64]:
    """(4,), rising whatever the law, and their derivatives by shift and logarithms of the gaps, (4, 4)."""
    gaps = np.exp(law[2:])
    above = np.tril(np.ones((4, 3)), -1)
    centred = above - above.mean(axis=0)
    cuts = MIDDLE + law[1] + centred @ gaps
    return cuts, np.concatenate([np.ones((4, 1)), centred * gaps], axis=1)
