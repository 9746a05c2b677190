"""A film that shows a second knee never passes without a word about it."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from kltool.intake import load
from kltool.localize import find_knees
from kltool.localize.detect import Candidate, detect_candidates
from kltool.localize.second_knee import has_room_beside, second_knee_note
from kltool.weights import Models


def test_the_mirror_image_of_a_knee_beside_it_is_told(samples: Path, models: Models) -> None:
    film = load(samples / "bilateral.dcm").pixels
    first, second = detect_candidates(film, models.finder)[:2]
    (note,) = second_knee_note(film, first, ())
    side = "left" if second.centre[1] < first.centre[1] else "right"
    assert note.startswith(f"the mirror image of the knee is shown on the {side} of the picture")


def test_a_weak_candidate_is_told_before_the_mirror_image(samples: Path, models: Models) -> None:
    film = load(samples / "bilateral.dcm").pixels
    first, second = detect_candidates(film, models.finder)[:2]
    (note,) = second_knee_note(film, first, [second])
    assert note.startswith("a second knee may be shown on the")


def test_a_knee_alone_in_a_wide_field_is_not_doubled(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    wide = np.full((film.pixels.shape[0], 3 * film.pixels.shape[1]), film.pixels.min(), np.float32)
    wide[:, : film.pixels.shape[1]] = film.pixels
    found = find_knees(replace(film, image=wide), models)
    assert len(found.knees) == 1
    assert not [note for note in found.notes if "knee" in note and "not read" in note]


def test_a_tight_crop_has_no_room_for_a_second_knee() -> None:
    knee = Candidate(np.array([50.0, 50.0]), np.array([[50.0, 20.0], [50.0, 80.0]]), 0.9)
    assert not has_room_beside(np.zeros((100, 100), np.float32), knee)
    assert has_room_beside(np.zeros((100, 200), np.float32), knee)
