"""The change of the KL grade: joint probabilities of both films' grades as one reader would give them.

The errors of one reader's two grades of a knee are correlated. They are modelled by a Gaussian copula with
one common factor (Vasicek): conditional on it the grades are independent, each film keeps its own calibrated
probabilities, and the correlation is the share of the error variance that is common.
"""

from functools import cache
from typing import Final

import numpy as np

from kltool.typing import Float64
from kltool.values.grade import Grade
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.normal import normal_cdf, normal_quantile

CORRELATION: Final = 0.4  # docs/choices.md#grade-correlation
NODES: Final = 96  # of the quadrature over the factor: error below 1e-6 up to a correlation of 0.95


def grade_change(
    before: Grade | NotMeasured, after: Grade | NotMeasured, correlation: float = CORRELATION
) -> GradeChange | NotMeasured:
    """The joint probabilities of two grades. correlation: of their errors, 0 to below 1."""
    for when, grade in (("before", before), ("after", after)):
        if isinstance(grade, NotMeasured):
            return NotMeasured(f"{when}: {grade.reason}")
    assert isinstance(before, Grade)
    assert isinstance(after, Grade)
    factor, weight = _common_factor()
    conditional = [
        _conditional(np.array(grade.probabilities), factor, correlation) for grade in (before, after)
    ]
    cells = weight[:, None, None] * (conditional[0][:, :, None] * conditional[1][:, None, :])
    joint = cells.sum(axis=0)
    transition = tuple(tuple(row) for row in (joint / joint.sum()).tolist())
    return GradeChange(before, after, transition, correlation)


def unchanged_grade(grade: Grade | NotMeasured) -> GradeChange | NotMeasured:
    """Of one film given twice: its grade is uncertain, and the same."""
    if isinstance(grade, NotMeasured):
        return grade
    transition = tuple(tuple(row) for row in np.diag(grade.probabilities).tolist())
    return GradeChange(grade, grade, transition, 1.0)


@cache
def _common_factor() -> tuple[Float64, Float64]:
    """Nodes of a standard normal factor and their weights, which sum to 1."""
    factor, weight = np.polynomial.hermite_e.hermegauss(NODES)
    return factor, weight / weight.sum()


def _conditional(probabilities: Float64, factor: Float64, correlation: float) -> Float64:
    """(n, 5): probabilities of the grades conditional on the common factor, (n,)."""
    thresholds = normal_quantile(np.clip(np.cumsum(probabilities)[:-1], 0.0, 1.0))
    below = normal_cdf((thresholds - np.sqrt(correlation) * factor[:, None]) / np.sqrt(1.0 - correlation))
    edges = np.concatenate([np.zeros((len(factor), 1)), below, np.ones((len(factor), 1))], axis=1)
    return np.asarray(np.diff(edges, axis=1))
