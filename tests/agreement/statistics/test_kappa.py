"""Agreement of grades equals that of an independent library."""

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from kltool.agreement.statistics.kappa import (
    balanced_accuracy,
    exact_agreement,
    kappa,
    mean_absolute_error,
    sensitivities,
)

Labels = npt.NDArray[np.intp]
PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


def table(rater: Labels, reference: Labels) -> npt.NDArray[np.float64]:
    return np.asarray(metrics.confusion_matrix(reference, rater, labels=range(5)), np.float64)


@pytest.mark.parametrize(("power", "weights"), [(1, "linear"), (2, "quadratic")])
@given(pairs=PAIRS)
def test_kappa_equals_that_of_scikit_learn(pairs: list[tuple[int, int]], power: int, weights: str) -> None:
    rater, reference = np.array(pairs).T
    found = float(kappa(table(rater, reference), power))
    if len({*rater, *reference}) == 1:
        assert np.isnan(found)  # agreement by chance is certain, kappa undefined
    else:
        expected = metrics.cohen_kappa_score(rater, reference, weights=weights, labels=range(5))
        assert found == pytest.approx(expected)


@given(PAIRS)
def test_the_other_statistics_equal_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    rater, reference = np.array(pairs).T
    counts = table(rater, reference)
    assert exact_agreement(counts) == pytest.approx(metrics.accuracy_score(reference, rater))
    assert mean_absolute_error(counts) == pytest.approx(metrics.mean_absolute_error(reference, rater))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "y_pred contains classes not in y_true")
        warnings.filterwarnings("ignore", "A single label was found")
        balanced = metrics.balanced_accuracy_score(reference, rater)
    assert balanced_accuracy(counts) == pytest.approx(balanced)
    each = metrics.recall_score(reference, rater, labels=range(5), average=None, zero_division=np.nan)
    assert sensitivities(counts) == pytest.approx(each, nan_ok=True)


@given(PAIRS)
def test_kappa_is_symmetric(pairs: list[tuple[int, int]]) -> None:
    rater, reference = np.array(pairs).T
    one, other = kappa(table(rater, reference), 2), kappa(table(reference, rater), 2)
    assert one == pytest.approx(other, nan_ok=True)


@pytest.mark.parametrize(
    ("statistic", "best"),
    [
        (lambda counts: kappa(counts, 1), 1.0),
        (lambda counts: kappa(counts, 2), 1.0),
        (exact_agreement, 1.0),
        (balanced_accuracy, 1.0),
        (mean_absolute_error, 0.0),
    ],
)
def test_identical_grades_agree_perfectly(
    statistic: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], best: float
) -> None:
    grades = np.array([0, 1, 2, 3, 4, 2, 1])
    assert float(statistic(table(grades, grades))) == best


def test_many_tables_at_once_give_the_same_as_each() -> None:
    tables = np.random.default_rng(1).integers(0, 9, (7, 5, 5)).astype(np.float64)
    assert kappa(tables, 2) == pytest.approx([float(kappa(one, 2)) for one in tables])
    assert balanced_accuracy(tables) == pytest.approx([float(balanced_accuracy(one)) for one in tables])
