"""The cut points and the scale of a site's reader, by partial pooling towards the shipped ones.

The likelihood of the reader's grades, and normal distributions of readers about the shipped calibration.
How far the readers of sites differ from it is not known: the law is the mean over several spreads, each
weighted by how probable it makes the grades (Laplace's approximation). Films of a reader like the shipped
one leave it nearly as it was; films of another reader pull it as far as they can tell. Without films it is
the shipped one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.grading.severity import CUT_POINTS, logit_at, sigmoid
from kltool.typing import Float64, Indices
from kltool.values.grade import GRADES

MIDDLE: Final = float(np.mean(CUT_POINTS))
MOST_STEPS: Final = 60  # of Fisher scoring; five to ten suffice
MOST_HALVINGS: Final = 30  # of a step that goes too far
CONVERGED: Final = 1e-7  # gain of the log posterior density
IMPROBABLE: Final = 1e-12  # of a grade; keeps logarithms finite


@dataclass(frozen=True, slots=True)
class Pooling:
    """Standard deviations of readers about the shipped calibration; docs/choices.md#site-pooling.

    scale: of the logarithm of the scale. shift: of the mean of the cut points, in grades. gap: of the
    logarithm of the distance between neighbouring cut points. spreads: by which all three are multiplied,
    each as probable as the others before any film.
    """

    scale: float = 0.25
    shift: float = 0.5
    gap: float = 0.5
    spreads: tuple[float, ...] = (0.05, 0.2, 0.6, 1.5)

    def precisions(self) -> Iterator[Float64]:
        """(5,), of the elements of a law, for each spread."""
        deviations = np.array([self.scale, self.shift, self.gap, self.gap, self.gap])
        yield from (1 / (spread * deviations) ** 2 for spread in self.spreads)


POOLING: Final = Pooling()


@dataclass(frozen=True, slots=True)
class ReaderLaw:
    """How a reader's grades lie on the grader's scale: cut_points, rising; scale of the logits, above 0."""

    cut_points: tuple[float, float, float, float] = CUT_POINTS
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class _Posterior:
    """At one law: log density, its gradient, (5,), and Fisher's information, (5, 5), pooling included."""

    law: Float64
    density: float
    gradient: Float64
    information: Float64


def fitted(logits: Float64, grades: Indices, pooling: Pooling = POOLING) -> ReaderLaw:
    """logits: (n, 4), as of `cumulative_logits`. grades: (n,), 0 to 4, by the reader."""
    laws, evidences = [], []
    law = np.zeros(len(CUT_POINTS) + 1)
    for precisions in pooling.precisions():
        found = _most_probable(law, logits, grades, precisions)
        law = found.law
        laws.append(law)
        evidences.append(_evidence(found, precisions))
    weights = np.exp(np.array(evidences) - max(evidences))
    mean = weights @ np.array(laws) / weights.sum()
    c0, c1, c2, c3 = _cut_points(mean)[0].tolist()
    return ReaderLaw((c0, c1, c2, c3), float(np.exp(mean[0])))


def _evidence(found: _Posterior, precisions: Float64) -> float:
    """The logarithm of how probable a spread makes the grades, but for a constant."""
    volume = np.log(precisions).sum() - np.linalg.slogdet(found.information).logabsdet
    return float(found.density + 0.5 * volume)


def _most_probable(law: Float64, logits: Float64, grades: Indices, precisions: Float64) -> _Posterior:
    """By Fisher scoring from a law on, each step halved until the density rises."""
    found = _posterior(law, logits, grades, precisions)
    for _ in range(MOST_STEPS):
        better = _better(found, logits, grades, precisions)
        if better is None:
            break
        gain, found = better.density - found.density, better
        if gain < CONVERGED:
            break
    return found


def _better(found: _Posterior, logits: Float64, grades: Indices, precisions: Float64) -> _Posterior | None:
    step = np.linalg.solve(found.information, found.gradient)
    for halving in range(MOST_HALVINGS):
        tried = _posterior(found.law + step / 2**halving, logits, grades, precisions)
        if tried.density > found.density:
            return tried
    return None


def _posterior(law: Float64, logits: Float64, grades: Indices, precisions: Float64) -> _Posterior:
    """law: logarithm of the scale, shift of the cut points, logarithms of the three gaps between them."""
    probabilities, derivatives = _probabilities(law, logits)
    own = np.arange(len(grades)), grades
    density = np.log(probabilities[own]).sum() - 0.5 * (precisions * law**2).sum()
    gradient = (derivatives[own] / probabilities[own][:, None]).sum(axis=0) - precisions * law
    scores = derivatives / np.sqrt(probabilities)[:, :, None]
    information = np.einsum("nki,nkj->ij", scores, scores) + np.diag(precisions)
    return _Posterior(law, float(density), gradient, information)


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
