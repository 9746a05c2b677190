"""Intraclass correlations equal those of the publication and of an independent library."""

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.agreement.statistics.icc import correlations, rater_sums

SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def icc(values: npt.ArrayLike) -> tuple[float, float]:
    random_raters, fixed_raters = correlations(rater_sums(np.asarray(values, np.float64)).sum(axis=0))
    return float(random_raters), float(fixed_raters)


def test_the_example_of_shrout_and_fleiss() -> None:
    """Six targets, four judges: ICC(2,1) = 0.29, ICC(3,1) = 0.71 (table 4 of the paper)."""
    assert icc(SHROUT_FLEISS) == pytest.approx((0.29, 0.71), abs=5e-3)


def test_it_equals_that_of_pingouin() -> None:
    pingouin = pytest.importorskip("pingouin")
    import pandas

    values = np.random.default_rng(2).normal(4, 1, (30, 1)) + np.random.default_rng(3).normal(0, 0.4, (30, 3))
    values += np.array([0.0, 0.3, -0.2])
    long = pandas.DataFrame(
        [(knee, rater, width) for (knee, rater), width in np.ndenumerate(values)],
        columns=["knee", "rater", "width"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own use of pandas
        table = pingouin.intraclass_corr(long, targets="knee", raters="rater", ratings="width")
    expected = table.set_index("Type")["ICC"]
    names = ("ICC2", "ICC3") if "ICC2" in expected else ("ICC(A,1)", "ICC(C,1)")
    assert icc(values) == pytest.approx([expected[name] for name in names])


@given(st.floats(-5, 5))
def test_a_systematic_difference_lowers_only_the_icc_of_random_raters(wider: float) -> None:
    widths = np.random.default_rng(5).normal(4, 1, 40)
    random_raters, fixed_raters = icc(np.stack([widths, widths + wider], axis=1))
    assert fixed_raters == pytest.approx(1.0)
    assert random_raters == pytest.approx(1 / (1 + wider**2 / 2 / widths.var(ddof=1)))


def test_it_is_undefined_for_one_knee_and_for_constant_widths() -> None:
    assert np.isnan(icc([[3.1, 3.2]])).all()
    assert np.isnan(icc(np.zeros((9, 2)))).all()
