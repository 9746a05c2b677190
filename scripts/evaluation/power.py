"""How large a change must be to be called: the share of known changes that are called, by their size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.visits import KnownChange
from kltool.typing import Float64
from kltool.values.length import NORMAL_95

POWER: Final = 0.80
DRAWS: Final = 200
SEED: Final = 3


@dataclass(frozen=True, slots=True)
class Called:
    """Of each pair: the true change, what was measured, and its standard error with a site's own repeats.

    All (n,) mm. knees: whose pair it is.
    """

    true: Float64
    found: Float64
    error: Float64
    knees: npt.NDArray[np.str_]

    @property
    def called(self) -> npt.NDArray[np.bool_]:
        return np.asarray(np.abs(self.found) > NORMAL_95 * self.error)

    @property
    def off(self) -> Float64:
        return self.found - self.true

    @property
    def covered(self) -> float:
        """Share of 95% intervals that hold the true change."""
        return float((np.abs(self.off) <= NORMAL_95 * self.error).mean())

    def only(self, which: npt.NDArray[np.bool_]) -> "Called":
        return Called(self.true[which], self.found[which], self.error[which], self.knees[which])


def called_of(changes: Sequence[KnownChange], linked: bool, repositioning_mm: float) -> Called:
    """Changes as one method measured them, with a repositioning error added."""
    differences = [one.measured.preferred if linked else one.measured.independent for one in changes]
    return Called(
        np.array([one.true_mm for one in changes]),
        np.array([difference.change for difference in differences]),
        np.sqrt(np.array([d.standard_error for d in differences]) ** 2 + 2 * repositioning_mm**2),
        np.array([str(one.seed) for one in changes]),
    )


def smallest_called(pairs: Called) -> float:
    """The size of a true change, mm, of which POWER are called.

    By the likeliest law of a measurement with normal errors that is called beyond a limit, either way.
    """
    from scipy.optimize import brentq, minimize
    from scipy.special import ndtr, xlogy

    size, called = np.abs(pairs.true), pairs.called.astype(float)

    def share(mm: Float64, law: Float64) -> Float64:
        limit, error = np.exp(law)
        return np.asarray(ndtr((mm - limit) / error) + ndtr((-mm - limit) / error))

    def unlikely(law: Float64) -> float:
        said = np.clip(share(size, law), 1e-9, 1 - 1e-9)
        return float(-(xlogy(called, said) + xlogy(1 - called, 1 - said)).sum())

    law = minimize(unlikely, np.log([0.5, 0.25]), method="Nelder-Mead").x
    return float(brentq(lambda mm: float(share(np.array(mm), law)) - POWER, 0.0, 20.0))


def ratio_95(linked: Called, independent: Called) -> tuple[float, float]:
    """The 95% interval of the ratio of both smallest changes, knees drawn with replacement."""
    random = np.random.default_rng(SEED)
    knees = np.unique(linked.knees)
    of_knee = {knee: np.flatnonzero(linked.knees == knee) for knee in knees}
    ratios = []
    for _ in range(DRAWS):
        drawn = np.concatenate([of_knee[knee] for knee in random.choice(knees, len(knees))])
        ratios.append(smallest_called(_at(linked, drawn)) / smallest_called(_at(independent, drawn)))
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)


def _at(pairs: Called, drawn: npt.NDArray[np.intp]) -> Called:
    return Called(pairs.true[drawn], pairs.found[drawn], pairs.error[drawn], pairs.knees[drawn])
