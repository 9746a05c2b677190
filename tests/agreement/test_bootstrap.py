"""Intervals are over participants, not knees; the same seed gives the same; too few data give none."""

import numpy as np
import numpy.typing as npt
import pytest

from kltool.agreement import bootstrap, estimators
from kltool.agreement.bootstrap import (
    EstimatorGroup,
    Resampling,
    Sample,
    bootstrap_weights,
    intervals,
    unit_weights,
)
from kltool.errors import UsageError
from kltool.typing import Float64
from kltool.values.length import Interval, NotMeasured


def mean_of(values: Float64, participants: npt.ArrayLike) -> EstimatorGroup:
    return estimators.differences(values, Sample.of(np.asarray(participants)))


def interval(group: EstimatorGroup, name: str = "bias_mm", replicates: int = 2000) -> Interval:
    found = intervals(group, Resampling(replicates))[name]
    assert not isinstance(found, NotMeasured)
    return found


def width(ends: Interval) -> float:
    return ends[1] - ends[0]


def test_two_identical_knees_count_as_one() -> None:
    """Two identical knees of a person are one observation: the interval is that of half as many knees."""
    values = np.random.default_rng(1).normal(0, 1, 300)
    alone = interval(mean_of(values, np.arange(300)))
    both = interval(mean_of(np.repeat(values, 2), np.repeat(np.arange(300), 2)))
    by_knee = interval(mean_of(np.repeat(values, 2), np.arange(600)))
    assert both == pytest.approx(alone)
    assert width(both) == pytest.approx(2 * 1.96 * values.std() / np.sqrt(300), rel=0.06)
    assert width(by_knee) == pytest.approx(width(both) / np.sqrt(2), rel=0.06)


def test_two_independent_knees_count_twice() -> None:
    values = np.random.default_rng(2).normal(0, 1, 600)
    paired, single = mean_of(values, np.repeat(np.arange(300), 2)), mean_of(values, np.arange(600))
    assert width(interval(paired)) == pytest.approx(width(interval(single)), rel=0.08)


def test_intervals_cover_the_true_value_where_knees_of_a_person_are_correlated() -> None:
    random = np.random.default_rng(3)
    participants = np.repeat(np.arange(80), 2)
    covered = {"participants": 0, "knees": 0}
    for _ in range(300):
        values = random.normal(0, 0.9, 80)[participants] + random.normal(0, 0.3, 160)
        for unit, groups in (("participants", participants), ("knees", np.arange(160))):
            low, high = interval(mean_of(values, groups), replicates=200)
            covered[unit] += low <= 0 <= high
    assert covered["participants"] / 300 >= 0.90
    assert covered["knees"] / 300 <= 0.90  # resampling knees gives intervals that are too narrow


def test_the_same_seed_gives_the_same_interval_whatever_the_size_of_a_chunk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group = mean_of(np.random.default_rng(4).normal(0, 1, 90), np.arange(90) // 2)
    first = intervals(group, Resampling(500, 7))
    monkeypatch.setattr(bootstrap, "MOST_CELLS", 1000)
    assert intervals(group, Resampling(500, 7)) == first
    assert intervals(group, Resampling(500, 8)) != first


def test_a_replicate_has_as_many_participants_as_the_sample() -> None:
    sample = Sample.of(np.array([5, 5, 9, 2, 2, 2]))
    weights = np.concatenate(list(bootstrap_weights(sample, Resampling(100))))
    assert weights.shape == (100, 3)
    assert (weights.sum(axis=1) == 3).all()
    assert weights.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.3)


def test_a_weight_does_what_repeating_the_knees_does() -> None:
    """A weight of two is the same as having the participant's knees twice."""
    random = np.random.default_rng(5)
    participants = np.repeat(np.arange(20), 2)
    rater, reference = random.integers(0, 5, 40), random.integers(0, 5, 40)
    group = estimators.grades(rater, reference, Sample(participants))
    (weights,) = bootstrap_weights(group.sample, Resampling(100))
    for row in range(0, 100, 20):
        again = np.repeat(np.arange(40), weights[row, participants].astype(int))
        repeated = estimators.grades(rater[again], reference[again], Sample.of(np.arange(len(again))))
        expected = repeated.values_of(unit_weights(repeated.sample))
        found = group.values_of(weights[row : row + 1])
        for name in group.reasons:
            assert found[name] == pytest.approx(expected[name], nan_ok=True)


def test_too_few_participants_give_no_interval_and_the_reason() -> None:
    found = intervals(mean_of(np.arange(18.0), np.arange(18) // 2), Resampling())["bias_mm"]
    assert found == NotMeasured("9 participants: at least 10 are needed for a bootstrap")


def test_an_estimate_that_many_replicates_do_not_define_has_no_interval() -> None:
    """A grade that one participant of forty has occurs in no more than two thirds of the replicates."""
    grades = np.zeros(40, np.intp)
    grades[0] = 4
    found = intervals(estimators.grades(grades, grades, Sample.of(np.arange(40))), Resampling())[
        "sensitivity_kl4"
    ]
    assert isinstance(found, NotMeasured)
    assert "of the bootstrap replicates, at least 90% expected" in found.reason


def test_replicates_that_never_differ_give_no_interval() -> None:
    grades = np.arange(50) % 5
    found = intervals(estimators.grades(grades, grades, Sample.of(np.arange(50))), Resampling())["accuracy"]
    assert isinstance(found, NotMeasured)
    assert "all bootstrap replicates give the same value" in found.reason


@pytest.mark.parametrize(
    ("replicates", "seed", "message"), [(99, 1, "99 bootstrap replicates found"), (100, -1, "seed -1 found")]
)
def test_too_few_replicates_or_a_negative_seed_are_bad_usage(
    replicates: int, seed: int, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        Resampling(replicates, seed)
