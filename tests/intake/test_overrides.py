"""What the user states takes the place of what the file states, and the difference is noted."""

import math
from typing import Any

import pytest

from kltool.errors import SpacingError
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import Calibration, NoSpacing, Spacing, user_spacing
from tests.intake.films import as_bytes, data_set, grey8, png


def read(side: Side | None = None, **tags: Any) -> Radiograph:
    return load(ImageSource.in_memory("film", as_bytes(data_set(**tags))), side=side)


@pytest.mark.parametrize(
    "nonsense", [0, -0.2, math.nan, math.inf, 5, 0.001, (0.2,), (0.2, 0.2, 0.2), "wide", ()]
)
def test_nonsense_given_by_the_user_is_an_error(nonsense: Any) -> None:
    with pytest.raises(SpacingError, match=r"0\.02 to 1\.0 mm expected"):
        user_spacing(nonsense)


def test_the_users_spacing_is_recorded_as_such_and_what_the_tags_state_too() -> None:
    data = as_bytes(data_set(PixelSpacing=[0.143, 0.143], ImagerPixelSpacing=[0.15, 0.15]))
    film = load(ImageSource.in_memory("film", data), spacing_mm=(0.2, 0.201))
    assert film.spacing == Spacing(0.2, 0.201, Calibration.USER)
    assert film.other_spacings == ()
    assert film.notes == (
        "spacing given by the user, 0.2 x 0.201 mm, in place of 0.143 x 0.143 mm by the tags (corrected)",
    )


def test_a_picture_has_no_spacing_unless_the_user_gives_one() -> None:
    source = ImageSource.in_memory("film.png", png(grey8()))
    assert load(source).spacing == NoSpacing("a plain picture carries no pixel spacing")
    assert load(source, spacing_mm=0.2).spacing == Spacing(0.2, 0.2, Calibration.USER)


def test_the_users_side_counts_and_the_contradiction_is_noted() -> None:
    film = read(Side.RIGHT, ImageLaterality="L")
    assert (film.side, film.side_source) == (Side.RIGHT, SideSource.USER)
    assert film.notes == ("side given by the user, right, in place of left by the tags",)
    assert read(Side.LEFT, ImageLaterality="L").notes == ()


def test_the_users_side_counts_where_the_tags_name_both_knees() -> None:
    film = read(Side.RIGHT, ImageLaterality="B")
    assert (film.side, film.side_source) == (Side.RIGHT, SideSource.USER)
    assert film.notes == (
        "both knees by the tags: ImageLaterality = both",
        "side given by the user, right, in place of both by the tags",
    )
