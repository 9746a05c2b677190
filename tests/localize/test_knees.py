"""A knee is found at any position and size; a picture without a knee is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from kltool.errors import NoKnee, TooCoarse
from kltool.geometry.points import mirror
from kltool.intake import load
from kltool.localize import find_knees
from kltool.training.data.implants import with_prosthesis
from kltool.values.knee import Knee, Placement
from kltool.values.radiograph import KNOWN_SIDES, Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing
from kltool.weights import Models
from tests.messages import guides, holds

ONE_KNEE = ("knee_right_normal", "knee_left_moderate", "knee_right_severe")
Pixels = npt.NDArray[np.float32]


def film_of(pixels: Pixels, side: Side | None = None) -> Radiograph:
    source = SideSource.UNKNOWN if side is None else SideSource.TAG
    return Radiograph("drawn", pixels, NoSpacing("drawn"), side, source)


def truth_of(samples: Path, name: str) -> list[dict[str, Any]]:
    knees: list[dict[str, Any]] = json.loads((samples / f"{name}.truth.json").read_text())["knees"]
    return knees


def pasted(pixels: Pixels, seed: int) -> tuple[Pixels, float, npt.NDArray[np.float64]]:
    """The film at a random scale in a random place of a larger black field; the scale and the place."""
    chance = np.random.default_rng(seed)
    scale = float(chance.uniform(0.5, 1.6))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    rows, columns = small.shape
    field = np.full(
        (round(rows * chance.uniform(1.0, 1.7)), round(columns * chance.uniform(1.0, 1.7))), pixels.min()
    )
    top, left = (int(chance.integers(0, room + 1)) for room in np.subtract(field.shape, small.shape))
    field[top : top + rows, left : left + columns] = small
    return field.astype(np.float32), scale, np.array([top, left], float)


def centre_in_film(knee: Knee) -> npt.NDArray[np.float64]:
    centre = np.array([knee.placement.centre])
    columns = knee.film.pixels.shape[1]
    row, column = (mirror(centre, columns) if knee.placement.mirrored else centre)[0]
    return np.array([row, column])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ONE_KNEE)
def test_a_knee_in_a_black_field_is_found_to_a_twentieth_of_its_width(
    name: str, seed: int, samples: Path, models: Models
) -> None:
    film = load(samples / f"{name}.dcm")
    (truth,) = truth_of(samples, name)
    field, scale, corner = pasted(film.pixels, seed)
    (found,) = find_knees(film_of(field, film.side), models).knees
    expected = (np.array(truth["centre"]) + 0.5) * scale - 0.5 + corner
    width = scale * truth["tibial_width_px"]
    assert np.hypot(*(centre_in_film(found) - expected)) < 0.05 * width
    assert found.placement.tibial_width_px == pytest.approx(width, rel=0.15)
    assert found.side is film.side


@pytest.mark.parametrize("seed", range(3))
def test_two_knees_are_found_right_then_left(seed: int, samples: Path, models: Models) -> None:
    film = load(samples / "bilateral.dcm")
    truths = truth_of(samples, "bilateral")
    field, scale, corner = pasted(film.pixels, seed)
    found = find_knees(film_of(field), models)
    assert [knee.side for knee in found.knees] == [Side.RIGHT, Side.LEFT]
    assert {knee.side_source for knee in found.knees} == {SideSource.FILM}
    for knee, truth in zip(found.knees, truths, strict=True):
        assert str(knee.side) == truth["side"]
        expected = (np.array(truth["centre"]) + 0.5) * scale - 0.5 + corner
        assert np.hypot(*(centre_in_film(knee) - expected)) < 0.05 * scale * truth["tibial_width_px"]


def test_only_the_knee_of_the_side_given_by_the_user_is_read(samples: Path, models: Models) -> None:
    for side in KNOWN_SIDES:
        film = load(samples / "bilateral.dcm", side=side)
        assert [knee.side for knee in find_knees(film, models).knees] == [side]


def test_a_tag_that_names_one_side_of_two_knees_is_overruled_by_the_film_and_noted(
    samples: Path, models: Models
) -> None:
    film = film_of(load(samples / "bilateral.dcm").pixels, Side.LEFT)
    found = find_knees(film, models)
    assert [knee.side for knee in found.knees] == [Side.RIGHT, Side.LEFT]
    (note,) = found.notes
    assert holds(note, "tags", "left", "two knees")


CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
def test_two_exposures_of_one_knee_are_no_pair(models: Models) -> None:
    """Tags and anatomy of both say right: no left knee is invented."""
    found = find_knees(load(CASES / "two-exposures-of-one-knee" / "film.dcm"), models)
    assert [knee.side for knee in found.knees] == [Side.RIGHT]
    assert [refused.code for refused in found.refused] == ["second_exposure"]


@pytest.mark.parametrize("name", ONE_KNEE)
def test_one_knee_without_a_side_takes_that_of_its_anatomy(name: str, samples: Path, models: Models) -> None:
    film = load(samples / f"{name}.dcm")
    found = find_knees(film_of(film.pixels), models)
    (knee,) = found.knees
    assert knee.side is film.side
    assert knee.side_source is SideSource.ANATOMY
    assert knee.side_probability >= 0.95
    (note,) = found.notes
    assert holds(note, "side", str(film.side), "patient's right is on the viewer's left")


def test_the_anatomy_of_a_film_that_its_tags_call_mirrored_names_the_other_side(
    samples: Path, models: Models
) -> None:
    film = load(samples / "knee_right_normal.dcm")
    pixels = np.ascontiguousarray(film.pixels[:, ::-1])
    stored = replace(film_of(pixels), stored_mirrored=True)
    (knee,), (upright,) = find_knees(stored, models).knees, find_knees(film, models).knees
    assert knee.side is Side.RIGHT
    assert knee.placement.mirrored
    medial, expected = knee.landmarks.tibia[-1], upright.landmarks.tibia[-1]
    assert np.hypot(*(medial - expected)) < 0.02 * upright.placement.tibial_width_px


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_rotated_film_is_read_as_if_it_were_upright(turns: int, samples: Path, models: Models) -> None:
    upright = load(samples / "knee_right_normal.dcm")
    rotated = replace(upright, image=np.ascontiguousarray(np.rot90(upright.pixels, turns)))
    found, expected = find_knees(rotated, models), find_knees(upright, models)
    assert np.array_equal(found.film.pixels, upright.pixels)
    assert found.knees[0].placement == expected.knees[0].placement
    (note,) = found.notes
    assert holds(note, f"{90 * (4 - turns)} degrees", "counterclockwise")


@pytest.mark.parametrize("which", [0, 1])
def test_of_a_natural_and_a_replaced_knee_one_is_read_and_the_other_refused(
    which: int, samples: Path, models: Models
) -> None:
    film = load(samples / "bilateral.dcm")
    truth = truth_of(samples, "bilateral")[which]
    row, column = truth["centre"]
    place = Placement((row, column), truth["tibial_width_px"], 0.0, mirrored=False)
    metal = replace(film, image=with_prosthesis(film.pixels, place, np.random.default_rng(3)))
    found = find_knees(metal, models)
    assert [str(knee.side) for knee in found.knees] == [truth_of(samples, "bilateral")[1 - which]["side"]]
    assert [refused.code for refused in found.refused] == ["replaced"]


def test_a_mirrored_film_of_two_knees_cannot_be_recognized_by_the_anatomy(
    samples: Path, models: Models
) -> None:
    """Each knee has changed its place and its orientation: only tags and markers show it."""
    film = load(samples / "bilateral.dcm")
    mirrored = replace(film, image=np.ascontiguousarray(film.pixels[:, ::-1]))
    for shown in (film, mirrored):
        assert all(knee.side_probability > 0.95 for knee in find_knees(shown, models).knees)


def test_a_mirrored_film_keeps_medial_and_lateral_and_lowers_the_side_probability(
    samples: Path, models: Models
) -> None:
    film = load(samples / "knee_right_normal.dcm")
    mirrored = replace(film, image=np.ascontiguousarray(film.pixels[:, ::-1]))
    (knee,), (turned_over,) = find_knees(film, models).knees, find_knees(mirrored, models).knees
    assert turned_over.side is film.side
    assert turned_over.side_probability <= 0.01
    medial, medial_mirrored = knee.landmarks.tibia[-1], turned_over.landmarks.tibia[-1]
    assert np.hypot(*(medial - medial_mirrored)) < 0.02 * knee.placement.tibial_width_px


def test_a_knee_of_few_pixels_is_refused_and_one_of_more_is_found(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    (knee,) = find_knees(film, models).knees
    for pixels, coarse in ((45, True), (90, False)):
        scale = pixels / knee.placement.tibial_width_px
        small = cv2.resize(film.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        shrunk = film_of(np.asarray(small, np.float32), film.side)
        if coarse:
            with pytest.raises(TooCoarse, match="60"):
                find_knees(shrunk, models)
        else:
            assert len(find_knees(shrunk, models).knees) == 1


def ramp() -> Pixels:
    return np.tile(np.linspace(0, 4000, 400, dtype=np.float32), (500, 1))


def noise() -> Pixels:
    return np.random.default_rng(3).normal(2000, 400, (500, 400)).astype(np.float32)


def clouds() -> Pixels:
    return np.asarray(cv2.GaussianBlur(noise(), (0, 0), 12), np.float32)


def shaft() -> Pixels:
    """One long bone without a joint."""
    film = np.full((600, 300), 400.0, np.float32)
    film[:, 40:260] = 1500
    film[:, 110:190] = 3000
    film[:, 125:175] = 2300
    return film


@pytest.mark.parametrize("draw", [ramp, noise, clouds, shaft])
def test_what_shows_no_knee_is_refused(draw: Any, models: Models) -> None:
    with pytest.raises(NoKnee) as refused:
        find_knees(film_of(draw(), Side.RIGHT), models)
    assert guides(str(refused.value))
    assert holds(str(refused.value), "no knee", "frontal")


def test_a_blank_picture_shows_no_knee(models: Models) -> None:
    with pytest.raises(NoKnee):
        find_knees(film_of(np.zeros((400, 300), np.float32), Side.RIGHT), models)
