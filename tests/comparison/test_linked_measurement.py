"""The relative motion of rigid bones is measured despite tracing jitter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.comparison.linked_measurement import AlignedJoint, LinkedChange, LinkedFilm, align_joint
from kltool.geometry.joint_axes import JointAxes
from kltool.values.joint_space import Margins, TracedJoint
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.scale import Scale

LENGTH = 800.0  # pixels of the femoral width
MM = 0.1
ABSENT = NotMeasured("no clear edge")
MEDIAL = Compartment.MEDIAL
SMALL = st.floats(-10.0, 10.0)


def film(gap: float, turn: float = 0.0, jitter: float = 0.0, seed: int = 0, reach: float = 0.4) -> LinkedFilm:
    """A round condyle over a hollow plateau, the tibia lower by a gap in pixels and rotated by a slope."""
    x = np.arange(0.06 * LENGTH, reach * LENGTH)
    random = np.random.default_rng(seed)
    femur = -((x / LENGTH - 0.22) ** 2) * 900 + jitter * random.normal(size=len(x))
    tibia = gap + turn * (x - 0.23 * LENGTH) + 0.2 * np.sin(x / 40) + jitter * random.normal(size=len(x))
    sd = np.full(len(x), 2.0)
    medial = Margins(np.column_stack([femur, x]), np.column_stack([tibia, x]), sd, sd)
    axes = JointAxes(np.zeros(2), np.array([0.0, 1.0]), np.array([1.0, 0.0]), LENGTH)
    scale = Scale(np.ones(2), 800.0, MM)
    return LinkedFilm(TracedJoint(medial, ABSENT, ABSENT), axes, scale, MM)


def linked(before: LinkedFilm, after: LinkedFilm) -> AlignedJoint:
    joint = align_joint(before, after, MEDIAL)
    assert isinstance(joint, AlignedJoint)
    return joint


def at(joint: AlignedJoint, x: float) -> LinkedChange:
    found = joint.change_at(x)
    assert isinstance(found, LinkedChange)
    return found


@given(SMALL)
def test_a_tibia_shifted_down_widens_the_joint_space_everywhere_by_the_shift(sunk: float) -> None:
    joint = linked(film(30.0), film(30.0 + sunk))
    for x in (0.15, 0.225, 0.3):
        assert at(joint, x).change == pytest.approx(sunk * MM, abs=1e-9)
    assert joint.minimum_change((0.13, 0.32)).change == pytest.approx(sunk * MM, abs=0.02)


def test_a_rotated_tibia_widens_one_side_and_narrows_the_other() -> None:
    joint = linked(film(30.0), film(30.0, turn=0.05))
    assert at(joint, 0.15).change == pytest.approx(0.05 * (0.15 - 0.23) * LENGTH * MM, abs=0.02)
    assert at(joint, 0.30).change == pytest.approx(0.05 * (0.30 - 0.23) * LENGTH * MM, abs=0.02)


def test_tracing_jitter_affects_the_linked_change_less_than_the_independent_one() -> None:
    """The independent minimum is the smallest of many jittering distances."""
    errors = []
    for seed in range(40):
        before, after = film(30.0, jitter=1.5, seed=2 * seed), film(34.0, jitter=1.5, seed=2 * seed + 1)
        own = [film_minimum(one) for one in (before, after)]
        errors.append(
            ((own[1] - own[0]) - 0.4, linked(before, after).minimum_change((0.13, 0.32)).change - 0.4)
        )
    alone, together = np.sqrt((np.array(errors) ** 2).mean(axis=0))
    assert together < 0.7 * alone


def film_minimum(one: LinkedFilm) -> float:
    profiles = one.profiles(MEDIAL)
    assert not isinstance(profiles, NotMeasured)
    femur, tibia = profiles
    inside = (femur.x >= 0.13) & (femur.x <= 0.32)
    return float((tibia.depth - femur.depth)[inside].min())


@given(SMALL, st.floats(-0.05, 0.05), st.integers(0, 1000))
def test_exchanging_the_films_reverses_every_sign_exactly(sunk: float, turn: float, seed: int) -> None:
    one, other = film(30.0, jitter=1.0, seed=seed), film(30.0 + sunk, turn, 1.0, seed + 1)
    there, back = linked(one, other), linked(other, one)
    for x in (0.15, 0.25, 0.3):
        assert at(back, x).change == -at(there, x).change
        assert at(back, x).sd == at(there, x).sd
    span = (0.13, 0.32)
    assert back.minimum_change(span).change == -there.minimum_change(span).change


@given(st.integers(0, 1000))
def test_a_film_compared_with_itself_has_no_change_at_all(seed: int) -> None:
    one = film(20.0, 0.01, 2.0, seed)
    joint = linked(one, one)
    assert joint.minimum_change((0.13, 0.32)).change == 0.0
    assert all(at(joint, x).change == 0.0 for x in (0.15, 0.2, 0.3))


def test_bone_on_bone_is_a_width_of_0_in_both_films() -> None:
    moved = linked(film(-5.0), film(-8.0)).minimum_change((0.13, 0.32))
    assert (moved.change, moved.width) == (0.0, 0.0)


def test_a_margin_that_is_missing_or_short_is_a_reason_and_no_number() -> None:
    whole, short = film(30.0), film(30.0, reach=0.25)
    assert align_joint(whole, short, MEDIAL) == NotMeasured("the films share too little of x = 0.10 to 0.36")
    none = replace(whole, traced=TracedJoint(ABSENT, ABSENT, ABSENT))
    assert align_joint(whole, none, MEDIAL) == NotMeasured("after: no clear edge")
    assert align_joint(none, whole, MEDIAL) == NotMeasured("before: no clear edge")


def test_a_location_beyond_the_shared_margins_is_not_measured() -> None:
    joint = linked(film(30.0, reach=0.33), film(30.0))
    assert joint.change_at(0.35) == NotMeasured("the margins of both films do not reach x = 0.350")
