"""Perturbed films are films of the same knee: the same seed gives the same, and readings agree."""

from pathlib import Path

import numpy as np
import pytest
from evaluation.perturbations import perturbed, repeated_widths, spread
from evaluation.reading import read_one, without_grader

from kltool.intake import load
from kltool.values.length import NotMeasured
from kltool.values.reading import KneeReading
from kltool.values.spacing import NoSpacing
from kltool.weights import Models


def test_a_spread_needs_more_than_half_of_the_films() -> None:
    assert spread([1.0, 2.0, 3.0], repeats=5) == pytest.approx(1.0)
    assert isinstance(spread([1.0, 2.0], repeats=4), NotMeasured)


def test_the_same_seed_perturbs_alike_and_another_does_not(samples: Path) -> None:
    film = load(samples / "knee_right_normal.dcm")
    first, again, other = (perturbed(film, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)
    assert isinstance(first.spacing, NoSpacing)  # the scale is no longer known


def test_perturbed_films_of_one_knee_read_almost_alike(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    widths = repeated_widths(film, without_grader(models), (1,), repeats=4)
    assert widths == repeated_widths(film, without_grader(models), (1,), repeats=4)
    reading = read_one(film, models)
    assert isinstance(reading, KneeReading)
    for compartment, found in widths.items():
        minimum = reading.joint_space.of(compartment).minimum
        assert not isinstance(minimum, NotMeasured)
        assert len(found) == 4
        assert np.abs(np.array(found) - minimum.percent).max() < 1.0  # 0.76 mm of a 76 mm tibia
