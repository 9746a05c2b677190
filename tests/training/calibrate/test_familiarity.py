"""The out-of-distribution score grows with distance from the training films and seldom alarms on others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kltool.training.calibrate.familiarity import BEYOND, Familiarity, fit
from kltool.typing import Float64

COUNT, FEATURES = 400, 30


def films(seed: int, count: int = COUNT) -> Float64:
    """Features that vary along a few directions of the space and hardly along the others."""
    random = np.random.default_rng(seed)
    spread = np.geomspace(3.0, 0.1, FEATURES)
    return np.asarray(1.0 + spread * random.normal(size=(count, FEATURES)))


@pytest.fixture(scope="module")
def law() -> Familiarity:
    return fit(films(1), films(2), axes=8)


def test_held_out_films_pass_the_limit_as_seldom_as_promised(law: Familiarity) -> None:
    assert (law.scores(films(2)) > 1).mean() <= BEYOND
    assert (law.scores(films(3, 20_000)) > 1).mean() == pytest.approx(BEYOND, abs=0.025)


@settings(deadline=None)
@given(seed=st.integers(0, 1000), near=st.floats(0.1, 10.0), factor=st.floats(1.01, 10.0))
def test_farther_features_along_any_direction_have_a_higher_score(
    seed: int, near: float, factor: float, law: Familiarity
) -> None:
    direction = np.random.default_rng(seed).normal(size=FEATURES)
    close, far = (law.scores((law.mean + reach * direction)[None])[0] for reach in (near, near * factor))
    assert far > close


def test_a_direction_in_which_training_films_hardly_vary_counts_more(law: Familiarity) -> None:
    """The last one, which is none of the axes."""
    step = np.eye(FEATURES)
    much, little = law.scores(law.mean + 2.0 * step[[0, -1]])
    assert little > 3 * much


def test_the_limit_is_that_of_held_out_films_where_training_films_lie_closer_together() -> None:
    """As they do in a network that learned them."""
    closer = 1.0 + 0.5 * (films(1) - 1.0)
    law = fit(closer, films(2), axes=8)
    assert (law.scores(films(3, 20_000)) > 1).mean() == pytest.approx(BEYOND, abs=0.025)
    assert law.scores(closer).max() < 1
