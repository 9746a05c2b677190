"""A reader's cut points are found again; few films change little; cut points keep in order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kltool.grading.severity import CUT_POINTS, cumulative_logits, logit_at, reader_probabilities
from kltool.sites.cross_fit import SiteFilms, probabilities_by
from kltool.sites.fit import ReaderLaw, fitted
from kltool.typing import Float64, Indices
from tests.sites.simulated import LENIENT, NO_KL_1, STRICT, site

SHARES = arrays(np.float64, (3, 5), elements=st.floats(0, 1)).map(
    lambda raw: (raw + 1e-4) / (raw + 1e-4).sum(axis=1, keepdims=True)
)


def law_of(films: SiteFilms) -> ReaderLaw:
    return fitted(cumulative_logits(films.probabilities), films.grades)


def log_loss(probabilities: Float64, grades: Indices) -> float:
    return float(-np.log(probabilities[np.arange(len(grades)), grades]).mean())


@pytest.mark.parametrize("cut_points", [CUT_POINTS, STRICT, LENIENT, (0.3, 1.8, 2.3, 3.9)])
def test_the_cut_points_of_a_reader_are_found_from_many_films(cut_points: tuple[float, ...]) -> None:
    law = law_of(site(3000, cut_points))
    assert law.cut_points == pytest.approx(cut_points, abs=0.12)
    assert law.scale == pytest.approx(1.0, abs=0.1)


def test_a_reader_who_never_gives_kl_1_leaves_no_room_for_it() -> None:
    films = site(1000, NO_KL_1)
    law = law_of(films)
    assert law.cut_points[1] - law.cut_points[0] < 0.15
    found = probabilities_by(law, films.probabilities)
    assert found[:, 1].max() < 0.1


def test_without_films_the_calibration_is_the_shipped_one() -> None:
    law = fitted(np.zeros((0, 4)), np.zeros(0, np.intp))
    assert law == ReaderLaw(CUT_POINTS, 1.0)


@given(SHARES)
def test_the_shipped_cut_points_give_the_shipped_probabilities(probabilities: Float64) -> None:
    found = reader_probabilities(cumulative_logits(probabilities), CUT_POINTS, 1.0)
    assert np.allclose(found, probabilities, atol=1e-12)


@given(SHARES, st.lists(st.floats(-2, 6), min_size=4, max_size=4).map(sorted), st.floats(0.2, 5))
def test_probabilities_are_shares_wherever_the_cut_points_lie(
    probabilities: Float64, cut_points: list[float], scale: float
) -> None:
    found = reader_probabilities(cumulative_logits(probabilities), cut_points, scale)
    assert (found >= 0).all()
    assert np.allclose(found.sum(axis=1), 1.0)


@given(SHARES, st.floats(-2, 6), st.floats(0, 3))
def test_a_stricter_reader_gives_no_higher_grade(
    probabilities: Float64, severity: float, stricter: float
) -> None:
    logits = cumulative_logits(probabilities)
    assert (logit_at(logits, severity + stricter)[0] >= logit_at(logits, severity)[0] - 1e-9).all()


@given(st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_cut_points_are_in_order_whatever_was_graded(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    films = SiteFilms(
        random.dirichlet(np.full(5, 0.2), count), random.integers(0, 5, count), np.arange(count)
    )
    law = law_of(films)
    assert list(law.cut_points) == sorted(law.cut_points)
    assert 0 < law.scale < np.inf
    assert np.isfinite(law.cut_points).all()


@pytest.mark.parametrize("cut_points", [CUT_POINTS, STRICT, LENIENT])
def test_twenty_films_do_no_harm_and_help_where_the_reader_differs(cut_points: tuple[float, ...]) -> None:
    """On the mean of 20 sites, each judged by a thousand other films."""
    judged = site(1000, cut_points, seed=1000)
    before = log_loss(judged.probabilities, judged.grades)
    after = [
        log_loss(probabilities_by(law_of(site(20, cut_points, seed)), judged.probabilities), judged.grades)
        for seed in range(20)
    ]
    assert np.mean(after) < before + (0.015 if cut_points is CUT_POINTS else -0.015)


def test_more_films_are_better() -> None:
    judged = site(1000, STRICT, seed=1000)

    def loss(count: int) -> float:
        laws = [law_of(site(count, STRICT, seed)) for seed in range(12)]
        return float(
            np.mean([log_loss(probabilities_by(law, judged.probabilities), judged.grades) for law in laws])
        )

    losses = [loss(count) for count in (10, 40, 200)]
    assert losses == sorted(losses, reverse=True)
