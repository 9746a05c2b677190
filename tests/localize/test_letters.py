"""The letters R and L on a film, and what they say of the sides of its knees."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pytest

from kltool.intake import load
from kltool.localize import SideSettings, find_knees
from kltool.localize.detect import DEFAULT
from kltool.localize.letter_sides import CERTAIN, letters_of_knees, pair_is_reversed
from kltool.localize.letters import find_letters
from kltool.typing import Float32
from kltool.values.knee import Knee
from kltool.values.letter import Letter
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing
from kltool.weights import Models
from tests.messages import holds
from tests.unknown_side import like_its_mirror_image

FULL_FIELDS: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "full_field"
CORNER: Final = (0.12, 0.15)  # shares of rows and columns: beside the leg


def film_of(pixels: Float32, side: Side | None = None) -> Radiograph:
    source = SideSource.UNKNOWN if side is None else SideSource.TAG
    return Radiograph("drawn", pixels, NoSpacing("none"), side, source)


def with_letter(
    pixels: Float32,
    text: str,
    at: tuple[float, float] = CORNER,
    height: float = 0.06,
    turn: float = 0.0,
    mirrored: bool = False,
) -> Float32:
    """A film with a letter of lead; height and place as shares of the film, turn clockwise."""
    rows, columns = pixels.shape
    high = height * max(rows, columns)
    side = int(3 * high) + 1
    mask = np.zeros((side, side), np.uint8)
    scale, stroke = high / 21, max(round(0.16 * high), 1)
    (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, stroke)
    origin = ((side - wide) // 2, int(side / 2 + high / 2))
    cv2.putText(mask, text, origin, cv2.FONT_HERSHEY_DUPLEX, scale, 255, stroke, cv2.LINE_AA)
    if mirrored:
        mask = np.ascontiguousarray(mask[:, ::-1])
    rotation = cv2.getRotationMatrix2D((side / 2, side / 2), -turn, 1.0)
    mask = np.asarray(cv2.warpAffine(mask, rotation, (side, side)))
    shown = pixels.copy()
    top, left = int(at[0] * rows - side / 2), int(at[1] * columns - side / 2)
    rows_of, columns_of = slice(max(top, 0), top + side), slice(max(left, 0), left + side)
    under = shown[rows_of, columns_of]
    part = mask[max(-top, 0) :, max(-left, 0) :][: under.shape[0], : under.shape[1]]
    shown[rows_of, columns_of] = np.where(part > 127, pixels.max(), under)
    return shown


@pytest.fixture(scope="module")
def knee(samples: Path) -> Float32:
    """A right knee without letters."""
    return load(samples / "knee_right_normal.dcm").pixels


@pytest.fixture(scope="module")
def pair(samples: Path) -> Float32:
    return load(samples / "bilateral.dcm").pixels


@pytest.mark.parametrize("text", ["R", "L"])
@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0, 30.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_letter_is_read_where_it_stands_as_it_is_turned_and_mirrored(
    text: str, turn: float, mirrored: bool, knee: Float32, models: Models
) -> None:
    shown = with_letter(knee, text, turn=turn, mirrored=mirrored)
    (letter,) = find_letters(shown, models.letters)
    assert (letter.name, letter.mirrored) == (text, mirrored)
    height = 0.06 * max(knee.shape)
    place = CORNER[0] * knee.shape[0], CORNER[1] * knee.shape[1]
    assert np.hypot(letter.centre[0] - place[0], letter.centre[1] - place[1]) < 0.5 * height
    assert letter.height == pytest.approx(height, rel=0.35)
    assert abs((letter.turn_deg - turn + 180) % 360 - 180) <= 45


def test_a_seven_is_no_certain_letter_as_it_looks_like_an_l_upside_down(
    knee: Float32, models: Models
) -> None:
    found = find_letters(with_letter(knee, "7"), models.letters)
    assert all(letter.probability < CERTAIN for letter in found)


@pytest.mark.parametrize("text", ["A", "K", "O", "5"])
def test_other_signs_are_no_letters_of_a_side(text: str, knee: Float32, models: Models) -> None:
    assert find_letters(with_letter(knee, text), models.letters) == ()


@pytest.mark.parametrize(
    "name", ["knee_right_normal.dcm", "knee_left_moderate.dcm", "knee_right_severe.dcm", "bilateral.dcm"]
)
def test_no_letter_is_read_where_none_stands(name: str, samples: Path, models: Models) -> None:
    assert find_letters(load(samples / name).pixels, models.letters) == ()


@pytest.mark.parametrize("scale", [1e-3, 40.0])
def test_the_scale_of_brightness_changes_no_letter(scale: float, knee: Float32, models: Models) -> None:
    shown = with_letter(knee, "R")
    (letter,), (other,) = (
        find_letters(one, models.letters) for one in (shown, (shown * scale + 7 * scale).astype(np.float32))
    )
    assert letter.side is other.side
    assert letter.probability == pytest.approx(other.probability, abs=0.02)


@pytest.mark.parametrize("shape", [(2, 2), (9, 700), (64, 64)])
def test_a_picture_of_any_size_or_of_one_grey_has_no_letter(shape: tuple[int, int], models: Models) -> None:
    assert find_letters(np.full(shape, 5.0, np.float32), models.letters) == ()


def test_a_letter_states_the_side_of_a_knee_that_nothing_else_states(knee: Float32, models: Models) -> None:
    found = find_knees(film_of(with_letter(knee, "R")), models)
    (read,) = found.knees
    assert (read.side, read.side_source) == (Side.RIGHT, SideSource.LETTER)
    assert [letter.name for letter in read.letters] == ["R"]
    assert any(holds(note, "side by", "letter R", "probability") for note in found.notes)


def test_a_letter_outranks_the_anatomy_and_medial_stays_where_it_is(knee: Float32, models: Models) -> None:
    (read,) = find_knees(film_of(with_letter(knee, "L")), models).knees
    (plain,) = find_knees(film_of(knee), models).knees
    assert (read.side, read.side_source) == (Side.LEFT, SideSource.LETTER)
    assert read.placement.mirrored is plain.placement.mirrored
    assert read.side_probability < 0.05


def test_tags_outrank_a_letter_that_stays_known(knee: Float32, models: Models) -> None:
    found = find_knees(film_of(with_letter(knee, "L"), Side.RIGHT), models)
    (read,) = found.knees
    assert (read.side, read.side_source) == (Side.RIGHT, SideSource.TAG)
    assert [letter.side for letter in read.letters] == [Side.LEFT]


def test_a_letter_that_agrees_with_the_tags_is_a_note(knee: Float32, models: Models) -> None:
    found = find_knees(film_of(with_letter(knee, "R"), Side.RIGHT), models)
    assert any(holds(note, "by tag", "letter R") for note in found.notes)


def test_letters_contradicting_each_other_name_no_side(knee: Float32, models: Models) -> None:
    both = with_letter(with_letter(knee, "R"), "L", at=(0.88, 0.15))
    found = find_knees(film_of(both), models)
    (read,) = found.knees
    assert {letter.name for letter in read.letters} == {"R", "L"}
    assert read.side_source is not SideSource.LETTER
    assert any(holds(note, "letter R", "letter L", "contradict") for note in found.notes)


def test_a_letter_names_the_side_of_a_knee_like_its_own_mirror_image(knee: Float32, models: Models) -> None:
    symmetric = like_its_mirror_image(film_of(knee))
    assert [one.side for one in find_knees(symmetric, models).knees] == [Side.UNKNOWN]
    lettered = replace(symmetric, image=with_letter(symmetric.pixels, "L"))
    found = find_knees(lettered, models, DEFAULT, SideSettings(required=True))
    (read,) = found.knees
    assert (read.side, read.side_source, read.other) == (Side.LEFT, SideSource.LETTER, None)
    assert not any("unknown" in note for note in found.notes)


def test_both_letters_of_a_film_shown_mirrored_name_its_sides(pair: Float32, models: Models) -> None:
    lettered = with_letter(with_letter(pair, "R", (0.1, 0.08), 0.04), "L", (0.1, 0.92), 0.04)
    usual = find_knees(film_of(lettered), models)
    assert [(one.side, one.side_source) for one in usual.knees] == [
        (Side.RIGHT, SideSource.FILM),
        (Side.LEFT, SideSource.FILM),
    ]
    assert any(holds(note, "film order", "letter R", "letter L") for note in usual.notes)
    mirrored = find_knees(film_of(np.ascontiguousarray(lettered[:, ::-1])), models)
    assert [(one.side, one.side_source) for one in mirrored.knees] == [
        (Side.LEFT, SideSource.LETTER),
        (Side.RIGHT, SideSource.LETTER),
    ]
    medial = [one.placement.mirrored for one in mirrored.knees]
    assert medial == [False, True]  # as the bones are shown


@pytest.mark.parametrize(("mirrored", "reversed_"), [(True, True), (False, False)])
def test_one_letter_outranks_the_order_of_two_knees_only_if_it_is_mirrored(
    mirrored: bool, reversed_: bool
) -> None:
    letters = letters_of_knees([letter_at(Side.RIGHT, 900.0, mirrored)], [250.0, 750.0])
    assert letters[0] == ()
    assert pair_is_reversed(letters) is reversed_


def test_a_letter_between_two_knees_belongs_to_neither() -> None:
    assert letters_of_knees([letter_at(Side.RIGHT, 520.0)], [250.0, 750.0]) == ((), ())


def test_an_uncertain_letter_is_not_used() -> None:
    uncertain = replace(letter_at(Side.RIGHT, 100.0), probability=0.8)
    assert letters_of_knees([uncertain], [500.0]) == ((),)


def letter_at(side: Side, column: float, mirrored: bool = False) -> Letter:
    return Letter(side, mirrored, (100.0, column), 40.0, 0.0, 0.99)


@pytest.mark.skipif(not FULL_FIELDS.exists(), reason=f"no {FULL_FIELDS}")
@pytest.mark.parametrize("name", ["5791e972fc98.jpg", "631b103d0e05.jpg"])
def test_printed_letters_of_real_films_are_read(name: str, models: Models) -> None:
    """The letters of these films were read by eye: R alone, or R and L."""
    knees: tuple[Knee, ...] = find_knees(load(FULL_FIELDS / name), models).knees
    named = [letter.side for knee in knees for letter in knee.letters]
    assert named
    assert all(letter.side is knee.side for knee in knees for letter in knee.letters)
