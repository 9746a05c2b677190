"""A knee whose side nothing states is found, in the orientation that its anatomy rather shows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.errors import NoKnee, SideUnknown, UsageError
from kltool.intake import load
from kltool.localize import SideSettings, find_knees
from kltool.localize.classify import ClassifiedCandidate, KneeClass
from kltool.localize.detect import DEFAULT, Candidate
from kltool.localize.sides import assign_sides, sides_named
from kltool.training.data.implants import with_prosthesis
from kltool.values.knee import Knee
from kltool.values.radiograph import KNOWN_SIDES, Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing
from kltool.weights import Models
from tests.messages import guides, holds
from tests.unknown_side import BELIEVING_NO_ANATOMY, in_the_mirror, like_its_mirror_image, without_a_side

NAMES = ("knee_right_normal", "knee_left_moderate", "knee_right_severe")
REQUIRED = SideSettings(required=True)


def found_without_side(film: Radiograph, models: Models) -> Knee:
    (knee,) = find_knees(without_a_side(film), models, DEFAULT, BELIEVING_NO_ANATOMY).knees
    return knee


@pytest.mark.parametrize("name", NAMES)
def test_a_knee_like_its_own_mirror_image_is_found_and_its_side_is_unknown(
    name: str, samples: Path, models: Models
) -> None:
    film = like_its_mirror_image(load(samples / f"{name}.dcm"))
    found = find_knees(film, models)
    (knee,) = found.knees
    assert (knee.side, knee.side_source) == (Side.UNKNOWN, SideSource.UNKNOWN)
    assert 0.5 <= knee.side_probability < 0.95
    (note,) = found.notes
    assert holds(note, "side of the knee is unknown", f"{knee.side_probability:.2f}", "--side")


@pytest.mark.parametrize("name", NAMES)
def test_where_a_side_is_required_such_a_knee_is_refused(name: str, samples: Path, models: Models) -> None:
    film = like_its_mirror_image(load(samples / f"{name}.dcm"))
    with pytest.raises(SideUnknown) as refused:
        find_knees(film, models, DEFAULT, REQUIRED)
    assert guides(str(refused.value))
    assert holds(str(refused.value), "side is unknown", "--side")


@pytest.mark.parametrize("side", KNOWN_SIDES)
def test_a_side_that_is_given_settles_it(side: Side, samples: Path, models: Models) -> None:
    film = like_its_mirror_image(load(samples / "knee_right_normal.dcm"))
    given = replace(film, side=side, side_source=SideSource.USER)
    (knee,) = find_knees(given, models, DEFAULT, REQUIRED).knees
    assert knee.side is side
    assert knee.other is None


@pytest.mark.parametrize("name", NAMES)
def test_without_a_side_a_knee_is_placed_as_with_it(name: str, samples: Path, models: Models) -> None:
    film = load(samples / f"{name}.dcm")
    (known,) = find_knees(film, models).knees
    knee = found_without_side(film, models)
    assert knee.side is Side.UNKNOWN
    assert knee.placement == known.placement
    assert knee.side_probability == known.side_probability
    own, turned_over = knee.orientations
    assert own == knee
    assert turned_over.placement.mirrored is not knee.placement.mirrored
    assert turned_over.side_probability == pytest.approx(1 - knee.side_probability)
    assert turned_over.orientations[1].placement == knee.placement


@pytest.mark.parametrize("name", NAMES)
def test_the_film_in_the_mirror_has_its_knee_placed_in_the_mirror(
    name: str, samples: Path, models: Models
) -> None:
    film = load(samples / f"{name}.dcm")
    knee, other = (found_without_side(one, models) for one in (film, in_the_mirror(film)))
    assert other.placement.mirrored is not knee.placement.mirrored
    assert other.side_probability == pytest.approx(knee.side_probability, abs=0.02)
    near = 0.02 * knee.placement.tibial_width_px
    assert np.hypot(*(other.landmarks.tibia - knee.landmarks.tibia).T).max() < near
    assert knee.hangs_as_left is not other.hangs_as_left


def test_a_replaced_knee_is_refused_as_replaced_whatever_its_side(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    (knee,) = find_knees(film, models).knees
    metal = with_prosthesis(film.pixels, knee.placement, np.random.default_rng(3))
    found = find_knees(without_a_side(replace(film, image=metal)), models)
    assert found.knees == ()
    assert [refused.code for refused in found.refused] == ["replaced"]
    assert found.notes == ()


def candidate(*, left: float, right: float, replaced: float, other: float) -> ClassifiedCandidate:
    place = Candidate(np.array([50.0, 50.0]), np.array([[50.0, 0.0], [50.0, 100.0]]), 0.4)
    return ClassifiedCandidate(place, KneeClass(left, right, replaced, other))


FILM = Radiograph("drawn", np.zeros((100, 100), np.float32), NoSpacing("drawn"), None, SideSource.UNKNOWN)


def test_what_shows_no_side_and_is_no_certain_knee_is_refused_as_no_knee() -> None:
    doubtful = candidate(left=0.35, right=0.3, replaced=0.1, other=0.25)
    with pytest.raises(NoKnee) as refused:
        assign_sides(FILM, [doubtful], SideSettings())
    assert guides(str(refused.value))
    assert holds(str(refused.value), "no side", "0.75", "0.9")
    tagged = replace(FILM, side=Side.LEFT, side_source=SideSource.TAG)
    assert assign_sides(tagged, [doubtful], SideSettings()).sides == (Side.LEFT,)


def test_a_letter_makes_no_knee_of_what_is_none() -> None:
    doubtful = candidate(left=0.35, right=0.3, replaced=0.1, other=0.25)
    with pytest.raises(NoKnee) as refused:
        sides_named(FILM, [doubtful], (Side.LEFT,), SideSettings())
    assert holds(str(refused.value), "no side", "0.75", "0.9")
    for knee in (
        candidate(left=0.6, right=0.38, replaced=0.0, other=0.02),
        candidate(left=0.78, right=0.02, replaced=0.0, other=0.2),
    ):
        found = sides_named(FILM, [knee], (Side.LEFT,), SideSettings())
        assert (found.sides, found.source) == ((Side.LEFT,), SideSource.LETTER)


def test_letters_of_two_knees_that_reverse_the_order_are_told_with_the_tag_that_says_one_side() -> None:
    knees = [candidate(left=0.98, right=0.02, replaced=0.0, other=0.0)] * 2
    tagged = replace(FILM, side=Side.LEFT, side_source=SideSource.TAG)
    found = sides_named(tagged, knees, (Side.LEFT, Side.RIGHT), SideSettings())
    assert holds(found.notes[0], "tags say left", "letters")


def test_a_certain_knee_that_shows_no_side_has_none_and_a_note_with_the_more_probable_one() -> None:
    natural = candidate(left=0.6, right=0.38, replaced=0.0, other=0.02)
    found = assign_sides(FILM, [natural], SideSettings())
    assert found.sides == (Side.UNKNOWN,)
    assert holds(found.notes[0], "right knee", "0.61")
    stored = assign_sides(replace(FILM, stored_mirrored=True), [natural], SideSettings())
    assert holds(stored.notes[0], "left knee", "0.61")


def test_the_least_probability_decides_and_is_a_probability() -> None:
    knee = candidate(left=0.9, right=0.1, replaced=0.0, other=0.0)
    sides = [assign_sides(FILM, [knee], SideSettings(least)).sides for least in (0.89, 0.91)]
    assert sides == [(Side.RIGHT,), (Side.UNKNOWN,)]
    for impossible in (0.4, 1.1, float("nan")):
        with pytest.raises(UsageError, match=r"0\.5 to 1"):
            SideSettings(impossible)


def test_a_user_states_right_or_left() -> None:
    assert [Side.given(text) for text in ("right", "left")] == list(KNOWN_SIDES)
    for text in ("unknown", Side.UNKNOWN, "both", ""):
        with pytest.raises(UsageError, match="'right' or 'left' expected"):
            Side.given(text)


def test_the_other_side_of_an_unknown_one_is_unknown() -> None:
    assert [side.other for side in (Side.RIGHT, Side.LEFT, Side.UNKNOWN)] == [
        Side.LEFT,
        Side.RIGHT,
        Side.UNKNOWN,
    ]
