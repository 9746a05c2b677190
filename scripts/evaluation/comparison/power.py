"""How large a change must be to be detected: the share of known changes that are detected, by size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize
from scipy.special import ndtr, xlogy

from evaluation.comparison.visits import KnownChange
from evaluation.statistics import bootstrap_95
from kltool.agreement.bootstrap import Resampling
from kltool.typing import Float64, Indices
from kltool.values.length import NORMAL_95

POWER: Final = 0.80
REPLICATES: Final = Resampling(replicates=200, seed=3)


@dataclass(frozen=True, slots=True)
class MeasuredChanges:
    """Of each pair: the true change, the measured one, and its standard error with a site's own repeats.

    All (n,) mm. knees: whose pair it is.
    """

    true: Float64
    measured: Float64
    standard_error: Float64
    knees: npt.NDArray[np.str_]

    @property
    def detected(self) -> npt.NDArray[np.bool_]:
        return np.asarray(np.abs(self.measured) > NORMAL_95 * self.standard_error)

    @property
    def errors(self) -> Float64:
        return self.measured - self.true

    @property
    def coverage(self) -> float:
        """Share of 95% intervals that contain the true change."""
        return float((np.abs(self.errors) <= NORMAL_95 * self.standard_error).mean())

    def only(self, which: Indices) -> "MeasuredChanges":
        return MeasuredChanges(
            self.true[which], self.measured[which], self.standard_error[which], self.knees[which]
        )


def measured_changes(
    changes: Sequence[KnownChange], linked: bool, repositioning_mm: float
) -> MeasuredChanges:
    """Changes as one method measured them, with a repositioning error added."""
    differences = [one.measured.preferred if linked else one.measured.independent for one in changes]
    return MeasuredChanges(
        np.array([one.true_mm for one in changes]),
        np.array([difference.change for difference in differences]),
        np.sqrt(np.array([d.standard_error for d in differences]) ** 2 + 2 * repositioning_mm**2),
        np.array([str(one.seed) for one in changes]),
    )


def smallest_detected(pairs: MeasuredChanges) -> float:
    """The size of a true change, mm, of which POWER are detected.

    From a model, fitted by maximum likelihood, in which the measurement has normal errors and is detected
    beyond a limit in either direction.
    """
    size, detected = np.abs(pairs.true), pairs.detected.astype(float)

    def share(mm: Float64, law: Float64) -> Float64:
        limit, error = np.exp(law)
        return np.asarray(ndtr((mm - limit) / error) + ndtr((-mm - limit) / error))

    def negative_log_likelihood(law: Float64) -> float:
        predicted = np.clip(share(size, law), 1e-9, 1 - 1e-9)
        return float(-(xlogy(detected, predicted) + xlogy(1 - detected, 1 - predicted)).sum())

    law = minimize(negative_log_likelihood, np.log([0.5, 0.25]), method="Nelder-Mead").x
    return float(brentq(lambda mm: float(share(np.array(mm), law)) - POWER, 0.0, 20.0))


def ratio_95(linked: MeasuredChanges, independent: MeasuredChanges) -> tuple[float, float]:
    """The 95% interval of the ratio of both smallest changes, knees resampled with replacement."""

    def ratio(indices: Indices) -> float:
        return smallest_detected(linked.only(indices)) / smallest_detected(independent.only(indices))

    return bootstrap_95(ratio, linked.knees, REPLICATES)
