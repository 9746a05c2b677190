"""The class of a candidate does not depend on its orientation, which is exchanged by mirroring."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.intake import load
from kltool.localize.classify import classifier_input, classify, classify_picture
from kltool.localize.detect import detect_candidates
from kltool.localize.orient import rotate_quarter_turns
from kltool.values.knee import Placement
from kltool.values.radiograph import Side
from kltool.values.spacing import Calibration, Spacing
from kltool.weights import Models


def test_a_mirror_image_has_the_other_orientation_and_is_otherwise_the_same(
    samples: Path, models: Models
) -> None:
    film = load(samples / "knee_left_moderate.dcm")
    (candidate,) = detect_candidates(film.pixels, models.finder)[:1]
    across = candidate.ends[1] - candidate.ends[0]
    row, column = candidate.centre
    at = Placement((row, column), candidate.width, float(np.arctan2(*across)), mirrored=False)
    seen = classifier_input(film.pixels, at)
    shown, mirrored = (
        classify_picture(one, models.classifier) for one in (seen, np.ascontiguousarray(seen[:, ::-1]))
    )
    assert shown.lateral_left == pytest.approx(mirrored.lateral_right, abs=1e-6)
    assert shown.replaced == pytest.approx(mirrored.replaced, abs=1e-6)
    assert shown.other == pytest.approx(mirrored.other, abs=1e-6)


@pytest.mark.parametrize("name", ["knee_right_normal", "knee_left_moderate", "knee_right_severe"])
def test_a_natural_knee_is_classified_as_natural_and_of_its_side(
    name: str, samples: Path, models: Models
) -> None:
    film = load(samples / f"{name}.dcm")
    found = classify(film.pixels, detect_candidates(film.pixels, models.finder)[0], models.classifier)
    assert found.natural > 0.9
    assert (found.lateral_left_share > 0.95) == (film.side is Side.RIGHT)


def test_spacing_is_rotated_with_the_film(samples: Path) -> None:
    film = load(samples / "knee_right_normal.dcm")
    anisotropic, other = Spacing(0.1, 0.2, Calibration.DETECTOR), Spacing(0.1, 0.2, Calibration.UNKNOWN_PLANE)
    film = replace(film, spacing=anisotropic, other_spacings=(other,))
    for turns, expected in ((1, (0.2, 0.1)), (2, (0.1, 0.2)), (3, (0.2, 0.1))):
        rotated = rotate_quarter_turns(film, turns)
        assert rotated.spacing == Spacing(*expected, Calibration.DETECTOR)
        assert rotated.other_spacings == (Spacing(*expected, Calibration.UNKNOWN_PLANE),)
