"""Scores are those of an independent calculation; two knees of a participant are not independent."""

import numpy as np
import pytest
from evaluation.statistics import agreement, area_under_curve, bootstrap_95, coverage, error_score, thirds
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from kltool.agreement.bootstrap import Resampling, Sample, bootstrap_weights, resampled_knees

SCORED = st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=4, max_size=60)


def test_errors_known_by_hand_have_their_bias_mean_and_percentile() -> None:
    score = error_score(np.array([-1.0, 0.0, 0.5, 1.5]))
    assert score.count == 4
    assert score.bias == pytest.approx(0.25)
    assert score.mean_absolute == pytest.approx(0.75)
    assert score.p95 == pytest.approx(1.0 + 0.85 * 0.5)  # the 2.85th of 0, 0.5, 1.0, 1.5


def test_a_constant_offset_is_bias_and_leaves_no_spread() -> None:
    reference = np.array([1.0, 2.0, 4.0, 5.5])
    found = agreement(reference - 0.7, reference, np.array(["a", "b", "c", "d"]))
    assert found.offset == pytest.approx(-0.7)
    assert found.bias == pytest.approx(-0.7)
    assert found.sd == pytest.approx(0.0, abs=1e-12)
    assert found.limits == pytest.approx((-0.7, -0.7))
    assert found.correlation == pytest.approx(1.0)


def test_limits_of_agreement_hold_95_per_cent_of_normal_differences() -> None:
    random = np.random.default_rng(2)
    reference = random.uniform(1, 6, 4000)
    measured = reference + random.normal(0.3, 0.5, 4000)
    found = agreement(measured, reference, np.arange(4000).astype(str))
    low, high = found.limits
    assert np.isclose(np.mean((measured - reference > low) & (measured - reference < high)), 0.95, atol=0.01)
    assert found.correlation == pytest.approx(np.corrcoef(measured, reference)[0, 1])
    assert found.correlation_95[0] < found.correlation < found.correlation_95[1]


def test_the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    values = np.random.default_rng(3).normal(0, 1, 400)
    low, high = bootstrap_95(lambda drawn: float(values[drawn].mean()), np.arange(400).astype(str))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_two_knees_of_one_person_count_as_one_in_the_bootstrap() -> None:
    values = np.random.default_rng(3).normal(0, 1, 400)
    twice, people = np.repeat(values, 2), np.repeat(np.arange(400).astype(str), 2)
    once = bootstrap_95(lambda drawn: float(values[drawn].mean()), np.arange(400).astype(str))
    assert bootstrap_95(lambda drawn: float(twice[drawn].mean()), people) == pytest.approx(once)


def test_a_replicate_has_a_knee_as_often_as_its_participant_is_weighted() -> None:
    sample, resampling = Sample.of(np.random.default_rng(6).integers(0, 40, 70)), Resampling(100, seed=2)
    weights = np.concatenate(list(bootstrap_weights(sample, resampling)))
    for weight, knees in zip(weights, resampled_knees(sample, resampling), strict=True):
        assert np.array_equal(np.bincount(knees, minlength=70), weight[sample.participant_ids])


def test_honest_deviations_cover_95_per_cent_and_halved_ones_two_thirds() -> None:
    random = np.random.default_rng(4)
    sds = random.uniform(0.1, 0.5, 20000)
    errors = random.normal(0, sds)
    assert coverage(errors, sds) == pytest.approx(0.95, abs=0.005)
    assert coverage(errors, sds / 2) == pytest.approx(0.673, abs=0.01)


@given(SCORED)
def test_the_area_under_the_curve_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    scores, positive = np.array([s for s, _ in pairs]), np.array([p for _, p in pairs])
    if positive.all() or not positive.any():
        assert np.isnan(area_under_curve(scores, positive))
    else:
        assert area_under_curve(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_thirds_hold_as_many_each() -> None:
    values = np.random.default_rng(5).normal(size=300)
    assert [int(((values >= low) & (values <= high)).sum()) for low, high in thirds(values)] == [100] * 3
