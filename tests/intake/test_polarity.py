"""Bone is bright, whatever was stored: measured on every real radiograph there is."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from kltool.intake import load
from kltool.intake.polarity import INVERTED, contrast, film_contrast, invert, is_inverted
from kltool.typing import Float32
from tests.intake.films import REAL_DATA, knee

real = pytest.mark.skipif(not REAL_DATA.is_dir(), reason="no real radiographs at ../shared/data")


def grey(path: Path) -> Float32:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture is not None, path
    return picture.astype(np.float32) if picture.ndim == 2 else picture.astype(np.float32).mean(axis=2)


def oai() -> list[tuple[Path, bool]]:
    """Every crop of the OAI and whether its index says that it is stored inverted."""
    folder = REAL_DATA / "oai_kl"
    with (folder / "index.csv").open() as index:
        return [
            (folder / row["split"] / row["kl"] / f"{row['id']}.png", float(row["centre_minus_edge"]) < 0)
            for row in csv.DictReader(index)
        ]


def two_knees(gap: int, white_border: int) -> Float32:
    """Both knees on one film: air between them, wider than a knee is the centre of the film."""
    one = knee().astype(np.float32)
    air = np.full((len(one), gap), 150, np.float32)
    film = np.hstack((air[:, :20], one, air, one[:, ::-1], air[:, :20]))
    return np.pad(film, white_border, constant_values=4095)


@real
@pytest.mark.slow
def test_every_oai_crop_is_judged_as_its_index_says() -> None:
    wrong = [path.name for path, inverted in oai() if is_inverted(grey(path)) is not inverted]
    assert wrong == []


@real
def test_the_rule_for_films_agrees_on_the_crops_of_the_oai() -> None:
    """Every eighth crop and every inverted one; none is near the boundary."""
    crops = oai()
    sample = crops[::8] + [crop for crop in crops if crop[1]]
    margins = [film_contrast(grey(path)) * (-1 if inverted else 1) for path, inverted in sample]
    assert min(margins) > 0.2


@real
@pytest.mark.parametrize("folder", ["single", "bilateral"])
def test_the_other_hospitals_films_are_bone_bright_and_their_inversions_are_not(folder: str) -> None:
    films = [grey(path) for path in sorted((REAL_DATA / "external" / folder).glob("*.png"))]
    assert films
    assert [is_inverted(film) for film in films] == [False] * len(films)
    assert [is_inverted(invert(film)) for film in films] == [True] * len(films)


@real
def test_whole_films_of_the_web_are_bone_bright_and_their_inversions_are_not() -> None:
    """Pictures to be refused for other reasons: whole films, collimated, with markers and implants."""
    films = [cv2.imread(str(path), cv2.IMREAD_UNCHANGED) for path in (REAL_DATA / "refuse").glob("*.jpg")]
    grey_films = [film.astype(np.float32) for film in films if film is not None and film.ndim == 2]
    assert grey_films
    assert not any(is_inverted(film) for film in grey_films)
    assert all(is_inverted(invert(film)) for film in grey_films)


@real
def test_crops_of_the_oai_are_loaded_as_the_training_reads_them() -> None:
    """Bit for bit, float32 arithmetic included; the mirror for left knees is not part of it."""
    crops = oai()
    for path, inverted in crops[::200] + [crop for crop in crops if crop[1]]:
        stored = grey(path)
        expected = stored.min() + stored.max() - stored if inverted else stored
        film = load(path)
        assert film.pixels.dtype == np.float32
        assert film.pixels.tobytes() == expected.tobytes()
        assert (INVERTED in film.notes) is inverted


def test_a_small_square_crop_is_judged_by_its_outer_columns() -> None:
    crop = knee(224, 224).astype(np.float32)
    assert contrast(crop) > 0
    assert not is_inverted(crop)
    assert is_inverted(invert(crop))


@pytest.mark.parametrize("gap", [20, 100, 250])
@pytest.mark.parametrize("white_border", [0, 30])
def test_air_between_two_knees_and_white_collimation_do_not_mislead(gap: int, white_border: int) -> None:
    film = two_knees(gap, white_border)
    assert not is_inverted(film)
    assert is_inverted(invert(film))


def test_a_tall_film_of_one_knee_with_a_white_border() -> None:
    film = np.pad(knee(900, 400).astype(np.float32), ((0, 80), (60, 0)), constant_values=4095)
    assert not is_inverted(film)
    assert is_inverted(invert(film))


def test_inverting_twice_gives_the_same_film() -> None:
    film = knee().astype(np.float32)
    assert np.array_equal(invert(invert(film)), film)
