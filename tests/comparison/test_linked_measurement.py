"""Bones that move without changing shape are found to have moved by so much, whatever the tracing jitters."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.comparison.linked_measurement import Joint, LinkedFilm, Moved, joint_of
from kltool.geometry.joint_axes import Axes
from kltool.values.length import NotMeasured
from kltool.values.reading import Compartment, Margins, TracedJoint
from kltool.values.scale import Ruler
from tests.messages import absent

LENGTH = 800.0  # pixels of the femoral width
MM = 0.1
ABSENT = NotMeasured("no clear edge")
MEDIAL = Compartment.MEDIAL
SMALL = st.floats(-10.0, 10.0)


def film(gap: float, turn: float = 0.0, jitter: float = 0.0, seed: int = 0, reach: float = 0.4) -> LinkedFilm:
    """A round condyle over a hollow plateau, the tibia lower by a gap in pixels and turned by a slope."""
    x = np.arange(0.06 * LENGTH, reach * LENGTH)
    random = np.random.default_rng(seed)
    femur = -((x / LENGTH - 0.22) ** 2) * 900 + jitter * random.normal(size=len(x))
    tibia = gap + turn * (x - 0.23 * LENGTH) + 0.2 * np.sin(x / 40) + jitter * random.normal(size=len(x))
    sd = np.full(len(x), 2.0)
    medial = Margins(np.column_stack([femur, x]), np.column_stack([tibia, x]), sd, sd)
    axes = Axes(np.zeros(2), np.array([0.0, 1.0]), np.array([1.0, 0.0]), LENGTH)
    ruler = Ruler(np.ones(2), 800.0, MM)
    return LinkedFilm(TracedJoint(medial, ABSENT, ABSENT), axes, ruler, MM)


def linked(before: LinkedFilm, after: LinkedFilm) -> Joint:
    joint = joint_of(before, after, MEDIAL)
    assert isinstance(joint, Joint)
    return joint


def at(joint: Joint, x: float) -> Moved:
    found = joint.at(x)
    assert isinstance(found, Moved)
    return found


@given(SMALL)
def test_a_tibia_that_sank_by_so_much_is_so_much_wider_everywhere(sunk: float) -> None:
    joint = linked(film(30.0), film(30.0 + sunk))
    for x in (0.15, 0.225, 0.3):
        assert at(joint, x).change == pytest.approx(sunk * MM, abs=1e-9)
    assert joint.narrowest((0.13, 0.32)).change == pytest.approx(sunk * MM, abs=0.02)


def test_a_tibia_that_turned_is_wider_on_one_side_and_narrower_on_the_other() -> None:
    joint = linked(film(30.0), film(30.0, turn=0.05))
    assert at(joint, 0.15).change == pytest.approx(0.05 * (0.15 - 0.23) * LENGTH * MM, abs=0.02)
    assert at(joint, 0.30).change == pytest.approx(0.05 * (0.30 - 0.23) * LENGTH * MM, abs=0.02)


def test_jitter_of_the_tracing_moves_the_linked_change_less_than_the_independent_one() -> None:
    """The independent minimum is the smallest of many jittering distances."""
    errors = []
    for seed in range(40):
        before, after = film(30.0, jitter=1.5, seed=2 * seed), film(34.0, jitter=1.5, seed=2 * seed + 1)
        own = [film_minimum(one) for one in (before, after)]
        errors.append(((own[1] - own[0]) - 0.4, linked(before, after).narrowest((0.13, 0.32)).change - 0.4))
    alone, together = np.sqrt((np.array(errors) ** 2).mean(axis=0))
    assert together < 0.7 * alone


def film_minimum(one: LinkedFilm) -> float:
    profiles = one.profiles(MEDIAL)
    assert not isinstance(profiles, NotMeasured)
    femur, tibia = profiles
    inside = (femur.x >= 0.13) & (femur.x <= 0.32)
    return float((tibia.depth - femur.depth)[inside].min())


@given(SMALL, st.floats(-0.05, 0.05), st.integers(0, 1000))
def test_exchanging_the_films_turns_every_sign_exactly(sunk: float, turn: float, seed: int) -> None:
    one, other = film(30.0, jitter=1.0, seed=seed), film(30.0 + sunk, turn, 1.0, seed + 1)
    there, back = linked(one, other), linked(other, one)
    for x in (0.15, 0.25, 0.3):
        assert at(back, x).change == -at(there, x).change
        assert at(back, x).sd == at(there, x).sd
    span = (0.13, 0.32)
    assert back.narrowest(span).change == -there.narrowest(span).change


@given(st.integers(0, 1000))
def test_a_film_with_itself_has_not_moved_at_all(seed: int) -> None:
    one = film(20.0, 0.01, 2.0, seed)
    joint = linked(one, one)
    assert joint.narrowest((0.13, 0.32)).change == 0.0
    assert all(at(joint, x).change == 0.0 for x in (0.15, 0.2, 0.3))


def test_bone_on_bone_is_a_width_of_0_in_both_films() -> None:
    moved = linked(film(-5.0), film(-8.0)).narrowest((0.13, 0.32))
    assert (moved.change, moved.width) == (0.0, 0.0)


def test_a_margin_that_is_missing_or_short_is_a_reason_and_no_number() -> None:
    whole, short = film(30.0), film(30.0, reach=0.25)
    assert absent(joint_of(whole, short, MEDIAL), "0.10 to 0.36")
    none = replace(whole, traced=TracedJoint(ABSENT, ABSENT, ABSENT))
    assert absent(joint_of(whole, none, MEDIAL), "after", ABSENT.reason)
    assert absent(joint_of(none, whole, MEDIAL), "before", ABSENT.reason)


def test_a_place_beyond_what_both_films_show_is_not_measured() -> None:
    joint = linked(film(30.0, reach=0.33), film(30.0))
    assert absent(joint.at(0.35), "0.350")
