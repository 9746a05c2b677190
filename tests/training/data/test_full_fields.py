"""Parts of real films: every knee stays where the film shows it, and the testing share is never seen."""

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from kltool.training.data.full_fields import (
    FullField,
    MarkedKnee,
    is_for_training,
    knees_seen,
    load_full_fields,
    part_of,
)

ROOT = Path(__file__).resolve().parents[3]
MARKS = ROOT / "tests" / "localize" / "full_fields.csv"
FILMS = ROOT.parent / "shared" / "data" / "full_field"


def test_two_fifths_of_the_films_are_learned_from() -> None:
    with MARKS.open(encoding="utf-8", newline="") as table:
        names = {row["image"] for row in csv.DictReader(table)}
    assert sum(map(is_for_training, names)) == 31
    assert len(names) == 86


@pytest.mark.parametrize("seed", range(20))
def test_a_knee_stays_where_the_part_shows_it(seed: int) -> None:
    film = np.zeros((400, 600), np.float32)
    film[190:211, 390:411] = 1.0  # a sixth of the plateau
    knee = MarkedKnee(np.array([200.0, 400.0]), np.array([[200.0, 340.0], [200.0, 460.0]]))
    seen, knees = part_of(FullField("drawn", film, (knee,)), 160, np.random.default_rng(seed))
    if not knees:
        pytest.skip("the part does not show the knee")
    (found,) = knees
    row, column = np.round(found.centre).astype(int)
    away = np.hypot(*(np.indices(seen.shape) - found.centre[:, None, None]))
    around = (away > 0.15 * np.hypot(*(found.ends[1] - found.ends[0]))) & (away < 40)
    assert seen[row, column] > np.percentile(seen[around], 90)
    assert found.ends[0, 1] < found.ends[1, 1]


def test_films_of_the_training_share_alone_are_loaded() -> None:
    if not FILMS.is_dir():
        pytest.skip(f"{FILMS} is not here")
    fields = load_full_fields(FILMS, MARKS)
    assert len(fields) == 31
    assert all(is_for_training(field.name) for field in fields)
    assert all(max(field.film.shape) <= 720 for field in fields)
    assert all(field.film.mean() < 0.6 for field in fields)  # bone is bright, and most of a film is none


def test_knees_seen_are_natural_ones_of_the_training_share_in_right_knee_orientation() -> None:
    if not FILMS.is_dir():
        pytest.skip(f"{FILMS} is not here")
    knees = knees_seen(FILMS, MARKS)
    with MARKS.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if is_for_training(row["image"])]
    assert len(knees) == sum(row["implant"] == "none" for row in rows)
    for knee in knees:
        (row, column), width = knee.placement.centre, knee.placement.tibial_width_px
        assert 0 < row < knee.film.shape[0]
        assert 0 < column < knee.film.shape[1]
        assert 0.5 * width < min(column, knee.film.shape[1] - column)
        assert 0 <= knee.film.min() < knee.film.max() <= 255
