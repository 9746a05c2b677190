"""Curves and the areas under them equal those of scikit-learn."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from kltool.agreement.statistics.roc import Ranked, area_under_curve, roc
from kltool.typing import Float64

SCORED = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans(), st.integers(0, 4)),
    min_size=2,
    max_size=40,
)


def area(scores: Float64, positive: npt.NDArray[np.bool_], counts: Float64) -> float:
    return float(area_under_curve(counts[None], positive, Ranked.of(scores))[0])


@given(SCORED)
def test_the_area_equals_that_of_scikit_learn_with_ties_and_counts(
    knees: list[tuple[float, bool, int]],
) -> None:
    scores, positive, counts = (np.array(part) for part in zip(*knees, strict=True))
    sampled = counts > 0
    found = area(scores, positive, counts.astype(np.float64))
    if len(set(positive[sampled])) < 2:
        assert np.isnan(found)
        return
    expected = metrics.roc_auc_score(positive[sampled], scores[sampled], sample_weight=counts[sampled])
    assert found == pytest.approx(expected)


def test_areas_of_many_replicates_equal_those_of_each() -> None:
    random = np.random.default_rng(4)
    scores, positive = random.random(200), random.random(200) < 0.4
    counts = random.integers(0, 3, (5, 200)).astype(np.float64)
    found = area_under_curve(counts, positive, Ranked.of(scores))
    assert found == pytest.approx([area(scores, positive, one) for one in counts])


def test_the_curve_equals_that_of_scikit_learn_and_has_its_area() -> None:
    random = np.random.default_rng(5)
    scores = random.integers(0, 30, 300) / 30
    positive = random.random(300) < scores
    false, true = roc(scores, positive)
    expected_false, expected_true, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
    assert false == pytest.approx(expected_false)
    assert true == pytest.approx(expected_true)
    assert np.trapezoid(true, false) == pytest.approx(area(scores, positive, np.ones(300)))
