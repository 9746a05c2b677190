"""How large the errors of linked changes are: floor, gain, and what different positioning adds.

Fitted on simulated knees at two visits that neither training nor scoring sees, so that the stated 95%
intervals contain the true change as often as they state.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t

from evaluation.comparison.visits import KnownChange
from kltool.comparison.error import TIBIAL_WIDTH_MM
from kltool.training.calibrate.widths import growth_to_cover
from kltool.typing import Float64

TAILS: Final = 4  # degrees of freedom of Student's t: errors have tails
START: Final = (0.05, 0.5, 0.02, 0.005)  # mm, none, none, mm a degree


@dataclass(frozen=True, slots=True)
class ChangeErrorLaw:
    """As kltool.comparison.ErrorModel has them; count: of the changes they were fitted on."""

    linked_floor: float
    linked_gain: float
    per_imd: float
    per_degree: float
    count: int


def fit_changes(changes: Sequence[KnownChange]) -> ChangeErrorLaw:
    """changes: measured with a floor of 0 and a gain of 1. By maximum likelihood for errors with heavy
    tails, then all four scaled until 95% of the errors lie within 1.96 deviations."""
    errors, parts, known = _errors_and_parts(changes)

    def negative_log_likelihood(law: Float64) -> float:
        scale = deviations(np.exp(law), parts, known)
        return float(-t.logpdf(errors / scale, TAILS).sum() + np.log(scale).sum())

    options = {"maxiter": 4000, "maxfev": 4000, "xatol": 1e-4, "fatol": 1e-4}
    law = np.exp(minimize(negative_log_likelihood, np.log(START), method="Nelder-Mead", options=options).x)
    for _ in range(20):
        law = law * growth_to_cover(errors, deviations(law, parts, known))
    floor, gain, per_imd, per_degree = law.tolist()
    return ChangeErrorLaw(floor / TIBIAL_WIDTH_MM, gain, per_imd, per_degree, len(errors))


def stated(fit: ChangeErrorLaw, changes: Sequence[KnownChange]) -> Float64:
    """(n,) mm: the deviations that a fit gives linked changes."""
    law = np.array([fit.linked_floor * TIBIAL_WIDTH_MM, fit.linked_gain, fit.per_imd, fit.per_degree])
    _, parts, known = _errors_and_parts(changes)
    return deviations(law, parts, known)


def deviations(law: Float64, parts: Float64, known: Float64) -> Float64:
    """(n,) mm. law: (4,) as in START. parts: (n, 4) what each is multiplied with. known: (n,) variance."""
    return np.asarray(np.sqrt(parts**2 @ law**2 + known))


def _errors_and_parts(changes: Sequence[KnownChange]) -> tuple[Float64, Float64, Float64]:
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
