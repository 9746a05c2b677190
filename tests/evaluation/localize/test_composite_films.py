"""Composite films have the knees that they state; metal is drawn where the joint is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from evaluation.localize.composite_films import LONGEST, composite_film, set_into_film

from kltool.training.data.annotated import AnnotatedKnee, load_annotated
from kltool.training.data.implants import with_hardware, with_prosthesis
from kltool.training.sampling import Random
from kltool.typing import Float32
from kltool.values.knee import Placement
from kltool.values.radiograph import Side

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
AT = Placement((120.0, 110.0), 160.0, 0.1, mirrored=False)


@pytest.fixture(scope="module")
def knees() -> list[AnnotatedKnee]:
    if not DATA.exists():
        pytest.skip("../shared/data is not here")
    return load_annotated(DATA, "val")


def test_knees_of_a_film_lie_in_it_and_of_two_the_right_one_is_on_the_left(
    knees: list[AnnotatedKnee],
) -> None:
    kinds = set()
    for seed in range(40):
        made = composite_film(knees, np.random.default_rng(seed))
        kinds.add(made.kind)
        assert max(made.pixels.shape) <= LONGEST + 1
        assert np.isfinite(made.pixels).all()
        for knee in made.knees:
            assert (knee.centre > 0).all()
            assert (knee.centre < np.array(made.pixels.shape)).all()
        if len(made.knees) == 2:
            right, left = made.knees
            assert (right.side, left.side) == (Side.RIGHT, Side.LEFT)
            assert right.centre[1] + 0.8 * right.width < left.centre[1]
    assert len(kinds) == 4


def test_a_crop_in_a_film_keeps_its_brightness() -> None:
    """But for what a cubic overshoots at an edge."""
    crop = np.tile(np.linspace(20, 200, 224, dtype=np.float32), (224, 1))
    film = set_into_film(crop, np.random.default_rng(1))
    assert min(film.shape) >= 224
    assert film.min() == pytest.approx(20, abs=25)
    assert film.max() == pytest.approx(200, abs=25)


def hardware(film: Float32, at: Placement, random: Random) -> Float32:
    return with_hardware(film, at, random)[0]


@pytest.mark.parametrize("draw", [with_prosthesis, hardware])
def test_metal_is_bright_and_near_the_joint(draw: Callable[[Float32, Placement, Random], Float32]) -> None:
    film = np.random.default_rng(0).uniform(50, 100, (224, 224)).astype(np.float32)
    for seed in range(20):
        changed = draw(film, AT, np.random.default_rng(seed)) - film
        assert changed.max() > 0
        assert changed.min() >= -1e-3
        rows, columns = np.nonzero(changed > 5)
        assert np.abs(columns.mean() - AT.centre[1]) < 0.6 * AT.tibial_width_px
        assert np.abs(rows.mean() - AT.centre[0]) < 0.9 * AT.tibial_width_px
