"""Probabilities come true as often as they state, and sets contain the label as often as they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from mapie.classification import SplitConformalClassifier
from scipy.special import softmax as softmax_over
from sklearn.base import BaseEstimator, ClassifierMixin

from kltool.grading.prediction_set import prediction_sets
from kltool.training.calibrate.grades import (
    INTERVAL_COVERAGE,
    SET_COVERAGE,
    calibration_error,
    cross_fitted,
    errors_by_chance,
    fit,
    moments,
    thresholds,
)

SHARES = (0.4, 0.18, 0.26, 0.13, 0.03)


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.asarray(softmax_over(logits, axis=1))


def knees(count: int, seed: int, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits that are right for a network that is overconfident by 1/slope, labels, people of two knees."""
    random = np.random.default_rng(seed)
    graded = random.choice(5, count, p=SHARES)
    logits = -0.8 * np.abs(np.arange(5) - graded[:, None]) + random.normal(0, 0.6, (count, 5))
    true = softmax(logits)
    labels = np.array([random.choice(5, p=row) for row in true])
    return logits / slope, labels, np.repeat(np.arange(count // 2 + 1), 2)[:count].astype(str)


def test_an_overconfident_network_is_brought_down_to_the_truth() -> None:
    logits, labels, _ = knees(8_000, 0, slope=0.5)
    found = fit(logits, labels)
    assert found.slope == pytest.approx(0.5, rel=0.06)
    assert np.abs(found.shifts).max() < 0.12
    fresh, answers, _ = knees(8_000, 1, slope=0.5)
    probabilities = found.probabilities(fresh)
    before = softmax(fresh)
    right = probabilities.argmax(1) == answers
    assert calibration_error(probabilities.max(1), right) < 0.02
    assert calibration_error(before.max(1), before.argmax(1) == answers) > 0.1


def test_a_grade_that_is_given_too_seldom_is_shifted_up() -> None:
    logits, labels, _ = knees(8_000, 2)
    found = fit(logits - np.array([0.0, 0.9, 0.0, 0.0, 0.0]), labels)
    assert found.shifts[1] - np.delete(found.shifts, 1).mean() == pytest.approx(0.9, abs=0.15)


def test_sets_cover_every_grade_as_often_as_they_promise() -> None:
    logits, labels, people = knees(12_000, 3)
    covered = cross_fitted(logits, labels, people).covered
    assert covered.mean() >= SET_COVERAGE - 0.01
    for grade in range(5):
        own = covered[labels == grade]
        assert own.mean() >= SET_COVERAGE - 3 * np.sqrt(0.09 / len(own))


def test_intervals_cover_the_grade_as_often_as_they_promise_and_are_wider_for_unsure_knees() -> None:
    logits, labels, people = knees(12_000, 3)
    calibrated = cross_fitted(logits, labels, people)
    low, high = calibrated.intervals.T
    assert ((low <= labels) & (labels <= high)).mean() == pytest.approx(INTERVAL_COVERAGE, abs=0.01)
    assert low.min() >= 0.0
    assert high.max() <= 4.0
    sure = calibrated.probabilities.max(1) > 0.8
    unsure = calibrated.probabilities.max(1) < 0.4
    assert (high - low)[sure].mean() < 0.6 * (high - low)[unsure].mean()


def test_mean_and_deviation_of_a_grade() -> None:
    expected, sd = moments(np.array([[0.5, 0.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]))
    assert expected == pytest.approx([1.0, 4.0])
    assert sd == pytest.approx([1.0, 0.0], abs=1e-5)


class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose probabilities are its input."""

    def __init__(self) -> None:
        self.classes_, self.is_fitted_ = np.arange(5), True

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        return rows

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(rows.argmax(axis=1))


@pytest.mark.filterwarnings("ignore:.*conformalization dataset has less labels")
def test_before_gaps_are_filled_the_sets_are_those_of_an_independent_library() -> None:
    """MAPIE's, conformalized on the knees of each grade alone."""
    logits, labels, _ = knees(3_000, 5)
    fresh, _, _ = knees(400, 6)
    known, new = softmax(logits), softmax(fresh)
    ours = new >= np.array(thresholds(known, labels))
    for grade in range(5):
        own = labels == grade
        oracle = SplitConformalClassifier(Given(), confidence_level=SET_COVERAGE, conformity_score="lac")
        _, sets = oracle.conformalize(known[own], labels[own]).predict_set(new)
        assert np.array_equal(ours[:, grade], sets[:, grade, 0])


def test_nobody_is_calibrated_by_a_fit_on_their_own_knees() -> None:
    """Labels that no logit can tell: whoever fits on the knee itself would do better than chance."""
    random = np.random.default_rng(4)
    logits, labels = random.normal(size=(60, 5)), random.integers(0, 5, 60)
    people = np.arange(60).astype(str)
    one = cross_fitted(logits, labels, people)
    changed = labels.copy()
    changed[7] = (labels[7] + 2) % 5
    other = cross_fitted(logits, changed, people)
    assert np.array_equal(one.probabilities[7], other.probabilities[7])
    assert np.array_equal(one.intervals[7], other.intervals[7])
    assert not np.array_equal(one.probabilities, other.probabilities)


PROBABILITIES = arrays(float, (6, 5), elements=st.floats(0.01, 1.0)).map(
    lambda rows: rows / rows.sum(axis=1, keepdims=True)
)


@given(PROBABILITIES, arrays(float, 5, elements=st.floats(0.0, 1.0)))
def test_a_set_has_no_gap_holds_the_median_and_all_that_reach_their_threshold(
    probabilities: np.ndarray, least: np.ndarray
) -> None:
    likely = prediction_sets(probabilities, least)
    for row, found in zip(probabilities, likely, strict=True):
        grades = np.flatnonzero(found)
        assert np.array_equal(grades, np.arange(grades[0], grades[-1] + 1))
        assert found[int((row.cumsum() < 0.5).sum())]
        assert found[row >= least].all()


def test_too_few_knees_of_a_grade_exclude_it_never() -> None:
    probabilities = np.full((8, 5), 0.2)
    assert thresholds(probabilities, np.full(8, 4))[4] == 0.0
    assert thresholds(np.full((9, 5), 0.2), np.full(9, 4))[4] == 0.2


def test_the_calibration_error_of_answers_half_as_often_right_as_predicted() -> None:
    sure = np.full(1000, 0.8)
    assert calibration_error(sure, np.arange(1000) % 5 < 2) == pytest.approx(0.4)


def test_right_probabilities_err_by_chance_alone_and_less_with_more_knees() -> None:
    few, many = (errors_by_chance(np.tile([0.6, 0.4, 0.0, 0.0, 0.0], (n, 1))) for n in (100, 10_000))
    assert few.mean() == pytest.approx(np.sqrt(2 / np.pi * 0.24 / 100), rel=0.1)
    assert many.mean() == pytest.approx(np.sqrt(2 / np.pi * 0.24 / 10_000), rel=0.1)
