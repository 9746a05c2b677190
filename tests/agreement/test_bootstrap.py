"""Intervals are of people, not of knees; the same seed gives the same ones; too little gives none."""

import numpy as np
import numpy.typing as npt
import pytest

from kltool.agreement import bootstrap
from kltool.agreement.bootstrap import Family, Resampling, Sample, drawn, intervals, once
from kltool.agreement.estimators import of_differences, of_grades
from kltool.errors import UsageError
from kltool.typing import Float64
from kltool.values.length import Interval, NotMeasured
from tests.messages import absent


def mean_of(values: Float64, people: npt.ArrayLike) -> Family:
    return of_differences(values, Sample.of(np.asarray(people)))


def interval(family: Family, name: str = "bias_mm", draws: int = 2000) -> Interval:
    found = intervals(family, Resampling(draws))[name]
    assert not isinstance(found, NotMeasured)
    return found


def width(ends: Interval) -> float:
    return ends[1] - ends[0]


def test_two_knees_that_are_alike_say_no_more_than_one() -> None:
    """Knees of one person that agree perfectly are one observation: the interval is that of half as many."""
    values = np.random.default_rng(1).normal(0, 1, 300)
    alone = interval(mean_of(values, np.arange(300)))
    both = interval(mean_of(np.repeat(values, 2), np.repeat(np.arange(300), 2)))
    by_knee = interval(mean_of(np.repeat(values, 2), np.arange(600)))
    assert both == pytest.approx(alone)
    assert width(both) == pytest.approx(2 * 1.96 * values.std() / np.sqrt(300), rel=0.06)
    assert width(by_knee) == pytest.approx(width(both) / np.sqrt(2), rel=0.06)


def test_two_knees_that_have_nothing_in_common_say_twice_as_much() -> None:
    values = np.random.default_rng(2).normal(0, 1, 600)
    paired, single = mean_of(values, np.repeat(np.arange(300), 2)), mean_of(values, np.arange(600))
    assert width(interval(paired)) == pytest.approx(width(interval(single)), rel=0.08)


def test_intervals_hold_the_truth_where_knees_of_a_person_are_alike() -> None:
    random = np.random.default_rng(3)
    people = np.repeat(np.arange(80), 2)
    held = {"people": 0, "knees": 0}
    for _ in range(300):
        values = random.normal(0, 0.9, 80)[people] + random.normal(0, 0.3, 160)
        for unit, groups in (("people", people), ("knees", np.arange(160))):
            low, high = interval(mean_of(values, groups), draws=200)
            held[unit] += low <= 0 <= high
    assert held["people"] / 300 >= 0.90
    assert held["knees"] / 300 <= 0.90  # knees drawn one by one promise too much


def test_the_same_seed_draws_the_same_people_however_many_fit_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = mean_of(np.random.default_rng(4).normal(0, 1, 90), np.arange(90) // 2)
    first = intervals(family, Resampling(500, 7))
    monkeypatch.setattr(bootstrap, "MOST_CELLS", 1000)
    assert intervals(family, Resampling(500, 7)) == first
    assert intervals(family, Resampling(500, 8)) != first


def test_a_draw_has_as_many_people_as_there_are() -> None:
    sample = Sample.of(np.array([5, 5, 9, 2, 2, 2]))
    weights = np.concatenate(list(drawn(sample, Resampling(100))))
    assert weights.shape == (100, 3)
    assert (weights.sum(axis=1) == 3).all()
    assert weights.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.3)


def test_weighted_sums_are_those_of_knees_drawn_with_their_people() -> None:
    """What a weight does is what repeating the person's knees does."""
    random = np.random.default_rng(5)
    people = np.repeat(np.arange(20), 2)
    judged, reference = random.integers(0, 5, 40), random.integers(0, 5, 40)
    family = of_grades(judged, reference, Sample(people))
    (weights,) = drawn(family.sample, Resampling(100))
    for row in range(0, 100, 20):
        again = np.repeat(np.arange(40), weights[row, people].astype(int))
        repeated = of_grades(judged[again], reference[again], Sample.of(np.arange(len(again))))
        expected = repeated.of(once(repeated.sample))
        found = family.of(weights[row : row + 1])
        for name in family.reasons:
            assert found[name] == pytest.approx(expected[name], nan_ok=True)


def test_too_few_people_have_no_interval_and_say_so() -> None:
    found = intervals(mean_of(np.arange(18.0), np.arange(18) // 2), Resampling())["bias_mm"]
    assert absent(found, "9 participants", "10")


def test_a_figure_that_many_draws_do_not_define_has_no_interval() -> None:
    """A grade that one person of forty has is in no more than two thirds of the draws."""
    grades = np.zeros(40, np.intp)
    grades[0] = 4
    found = intervals(of_grades(grades, grades, Sample.of(np.arange(40))), Resampling())["sensitivity_kl4"]
    assert absent(found, "90%")


def test_draws_that_never_differ_say_nothing() -> None:
    grades = np.arange(50) % 5
    found = intervals(of_grades(grades, grades, Sample.of(np.arange(50))), Resampling())["accuracy"]
    assert absent(found, "the same")


@pytest.mark.parametrize(("draws", "seed", "told"), [(99, 1, "99.*100"), (100, -1, "seed -1")])
def test_a_resampling_that_makes_no_sense_is_bad_usage(draws: int, seed: int, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Resampling(draws, seed)
