"""The standard normal distribution, against SciPy's."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from kltool.values.normal import normal_cdf, normal_quantile


@given(st.lists(st.floats(-8, 8), min_size=1, max_size=20))
def test_the_distribution_function_is_that_of_scipy(deviations: list[float]) -> None:
    assert np.allclose(normal_cdf(deviations), ndtr(deviations), rtol=0, atol=1e-15)


@given(st.lists(st.floats(1e-12, 1 - 1e-12), min_size=1, max_size=20))
def test_the_quantile_is_that_of_scipy(probabilities: list[float]) -> None:
    assert np.allclose(normal_quantile(probabilities), ndtri(probabilities), rtol=1e-12, atol=1e-12)


def test_beyond_the_ends_it_is_infinite() -> None:
    assert normal_quantile([0.0, 1.0]).tolist() == [-np.inf, np.inf]
