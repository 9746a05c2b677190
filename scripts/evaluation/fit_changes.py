"""How large the errors of linked changes are: floor, gain, and what different positioning adds.

Fitted on drawn knees at two visits that neither training nor scoring sees, so that the stated 95% intervals
hold the true change as often as they say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.visits import KnownChange
from kltool.comparison.error import TIBIAL_WIDTH_MM
from kltool.typing import Float64
from kltool.values.length import NORMAL_95

TAILS: Final = 4  # degrees of freedom of Student's t: errors have tails
START: Final = (0.05, 0.5, 0.02, 0.005)  # mm, none, none, mm a degree


@dataclass(frozen=True, slots=True)
class ChangeFit:
    """As kltool.comparison.ErrorModel has them; count: of the changes they were fitted on."""

    linked_floor: float
    linked_gain: float
    per_imd: float
    per_degree: float
    count: int


def fit_changes(changes: Sequence[KnownChange]) -> ChangeFit:
    """changes: measured with a floor of 0 and a gain of 1. The likeliest four numbers for errors with tails,
    then all of them scaled until 95% of the errors lie within 1.96 deviations."""
    from scipy.optimize import minimize
    from scipy.stats import t

    errors, parts, known = _evidence(changes)

    def unlikely(law: Float64) -> float:
        scale = deviations(np.exp(law), parts, known)
        return float(-t.logpdf(errors / scale, TAILS).sum() + np.log(scale).sum())

    options = {"maxiter": 4000, "maxfev": 4000, "xatol": 1e-4, "fatol": 1e-4}
    law = np.exp(minimize(unlikely, np.log(START), method="Nelder-Mead", options=options).x)
    for _ in range(20):
        law = law * _needed(errors, deviations(law, parts, known))
    floor, gain, per_imd, per_degree = law.tolist()
    return ChangeFit(floor / TIBIAL_WIDTH_MM, gain, per_imd, per_degree, len(errors))


def stated(fit: ChangeFit, changes: Sequence[KnownChange]) -> Float64:
    """(n,) mm: the deviations that a fit gives linked changes."""
    law = np.array([fit.linked_floor * TIBIAL_WIDTH_MM, fit.linked_gain, fit.per_imd, fit.per_degree])
    _, parts, known = _evidence(changes)
    return deviations(law, parts, known)


def deviations(law: Float64, parts: Float64, known: Float64) -> Float64:
    """(n,) mm. law: (4,) as in START. parts: (n, 4) what each is multiplied with. known: (n,) variance."""
    return np.asarray(np.sqrt(parts**2 @ law**2 + known))


def _evidence(changes: Sequence[KnownChange]) -> tuple[Float64, Float64, Float64]:
    """Errors (n,), what the law's numbers are multiplied with (n, 4), variance that is known already (n,)."""
    linked = [one for one in changes if one.linked]
    rows = [
        (
            one.measured.change - one.true_mm,
            (1.0, one.measured.preferred.error.measurement, one.imd_mm, one.rotation_deg),
            one.measured.preferred.error.magnification**2,
        )
        for one in linked
    ]
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows]), np.array([r[2] for r in rows])


def _needed(errors: Float64, told: Float64) -> float:
    """By what factor deviations must grow for 95% of the errors to lie within 1.96 of them."""
    return float(np.quantile(np.abs(errors) / told, 0.95)) / NORMAL_95
