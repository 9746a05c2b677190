"""Where brightness misleads, the knees of a film say whether bone is bright."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.errors import NoKnee
from kltool.intake import load
from kltool.intake.polarity import INVERTED, invert
from kltool.localize import find_knees
from kltool.localize.polarity import negative
from kltool.weights import Models
from tests.messages import holds

ROOT = Path(__file__).resolve().parents[2]
FIELDS = ROOT.parent / "shared" / "data" / "full_field"
MARKS = ROOT / "tests" / "localize" / "full_fields.csv"
MISLEADING = ("37e39035adc3", "8201c341648c", "8608ed794a54", "90ce0e296fc2")  # stored with bright bone


def test_a_negative_of_a_negative_is_the_film(samples: Path) -> None:
    film = load(samples / "knee_right_normal.dcm")
    assert INVERTED in negative(film).notes
    twice = negative(negative(film))
    assert twice.notes == film.notes
    assert np.allclose(twice.pixels, film.pixels)


@pytest.mark.parametrize("name", ["025b0ff6c97f", "2173176058cc", "2fba3a078a96", "b10fbbf0fadd"])
def test_a_film_whose_bone_is_dark_is_inverted_and_says_so(name: str, models: Models) -> None:
    path = FIELDS / f"{name}.jpg"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    film = load(path)
    stored = replace(film, image=invert(film.pixels))
    plain, righted = find_knees(film, models), find_knees(stored, models)
    assert INVERTED not in plain.film.notes
    assert INVERTED in righted.film.notes
    assert len(righted.knees) == len(plain.knees) > 0
    assert np.allclose(righted.film.pixels, film.pixels)


def test_a_film_that_shows_no_knee_either_way_is_refused(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    grain = np.random.default_rng(3).normal(100, 20, (400, 400)).astype(np.float32)
    with pytest.raises(NoKnee) as refusal:
        find_knees(replace(film, image=grain), models)
    assert holds(str(refusal.value), "no knee joint was found")


@pytest.mark.parametrize("name", MISLEADING)
def test_films_of_people_on_which_brightness_misleads_are_read_as_stored(name: str, models: Models) -> None:
    """A leg beside a wide black field, and two knees in a square frame."""
    path = FIELDS / f"{name}.jpg"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    film = load(path)
    assert INVERTED in film.notes
    assert INVERTED not in find_knees(film, models).film.notes


@pytest.mark.slow
def test_every_marked_knee_of_every_full_field_is_found_and_no_other(models: Models) -> None:
    if not FIELDS.is_dir():
        pytest.skip(f"{FIELDS} is not here")
    with MARKS.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    known: dict[str, list[float]] = {}
    for row in rows:
        middle = (float(row["plateau_from_column"]) + float(row["plateau_to_column"])) / 2
        known.setdefault(row["image"], []).append(middle)
    for name, middles in known.items():
        found = find_knees(load(FIELDS / name), models)
        assert len(found.knees) == len(middles), name
        for knee in found.knees:
            column, width = knee.placement.centre[1], knee.placement.tibial_width_px
            shown = knee.film.pixels.shape[1] - 1 - column if knee.placement.mirrored else column
            assert min(abs(shown - middle) for middle in middles) < 0.15 * width, name
