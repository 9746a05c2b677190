"""What a candidate is does not depend on the hand it shows, and its hand is exchanged in the mirror."""

from pathlib import Path

import numpy as np
import pytest

from kltool.intake import load
from kltool.localize.classify import asked, look, picture
from kltool.localize.detect import find_candidates
from kltool.localize.orient import quarter_turned
from kltool.values.radiograph import Calibration, Placement, Side, Spacing
from kltool.weights import Models


def test_a_mirror_image_has_the_other_hand_and_is_otherwise_the_same(samples: Path, models: Models) -> None:
    film = load(samples / "knee_left_moderate.dcm")
    (candidate,) = find_candidates(film.pixels, models.finder)[:1]
    across = candidate.ends[1] - candidate.ends[0]
    row, column = candidate.centre
    at = Placement((row, column), candidate.width, float(np.arctan2(*across)), mirrored=False)
    seen = picture(film.pixels, at)
    shown, mirrored = (asked(one, models.aspect) for one in (seen, np.ascontiguousarray(seen[:, ::-1])))
    assert shown.lateral_left == pytest.approx(mirrored.lateral_right, abs=1e-6)
    assert shown.replaced == pytest.approx(mirrored.replaced, abs=1e-6)
    assert shown.other == pytest.approx(mirrored.other, abs=1e-6)


@pytest.mark.parametrize("name", ["knee_right_normal", "knee_left_moderate", "knee_right_severe"])
def test_a_sound_knee_is_natural_and_of_its_own_side(name: str, samples: Path, models: Models) -> None:
    film = load(samples / f"{name}.dcm")
    aspect = look(film.pixels, find_candidates(film.pixels, models.finder)[0], models.aspect)
    assert aspect.natural > 0.9
    assert (aspect.left_share > 0.95) == (film.side is Side.RIGHT)


def test_spacing_turns_with_the_film(samples: Path) -> None:
    film = load(samples / "knee_right_normal.dcm")
    uneven = Spacing(0.1, 0.2, Calibration.DETECTOR)
    for turns, expected in ((1, (0.2, 0.1)), (2, (0.1, 0.2)), (3, (0.2, 0.1))):
        turned = quarter_turned(type(film)("f", film.pixels, uneven, film.side, film.side_source), turns)
        assert isinstance(turned.spacing, Spacing)
        assert (turned.spacing.row_mm, turned.spacing.column_mm) == expected
