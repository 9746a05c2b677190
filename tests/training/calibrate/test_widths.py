"""Errors drawn from a known floor and gain give that floor and gain back."""

import numpy as np
import pytest

pytest.importorskip("numba")

from kltool.training.calibrate.widths import (
    Rotation,
    WidthError,
    coverage,
    fit,
    fit_kind,
    fit_rotation,
    inflation_factors,
)
from kltool.values.length import NORMAL_95
from kltool.values.reading import Quality


def random_errors(floor: float, gain: float, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    margins = random.uniform(0.0005, 0.01, count)
    return random.normal(0.0, np.hypot(floor, gain * margins)), margins


def test_the_known_floor_and_gain_are_found() -> None:
    found = fit(*random_errors(0.002, 0.7, 20_000))
    assert found.floor == pytest.approx(0.002, rel=0.12)
    assert found.gain == pytest.approx(0.7, rel=0.12)


def test_the_stated_intervals_have_their_coverage() -> None:
    errors, margins = random_errors(0.001, 1.3, 4_000)
    found = fit(errors, margins)
    fresh, margins = random_errors(0.001, 1.3, 20_000, seed=1)
    held = np.abs(fresh) <= NORMAL_95 * found.deviation(margins)
    assert held.mean() == pytest.approx(0.95, abs=0.012)


def test_errors_of_poor_films_twice_as_large_need_twice_the_deviation() -> None:
    parts = []
    for quality, factor, seed in ((Quality.GOOD, 0.8, 2), (Quality.USABLE, 1.0, 3), (Quality.POOR, 2.0, 4)):
        errors, margins = random_errors(0.001, 1.0, 8_000, seed)
        parts += [
            WidthError("minimum", quality, factor * error, margin)
            for error, margin in zip(errors.tolist(), margins.tolist(), strict=True)
        ]
    laws = {"minimum": fit_kind(parts, "minimum")}
    factors = inflation_factors(parts, laws)
    assert factors[Quality.POOR] == pytest.approx(2.0 * factors[Quality.USABLE], rel=0.1)
    assert factors[Quality.GOOD] == 1.0  # smaller errors never narrow an interval
    poor = [error for error in parts if error.quality is Quality.POOR]
    assert coverage(poor, laws, factors) == pytest.approx(0.95, abs=0.01)


def test_the_rotation_of_the_leg_is_found_from_where_the_spines_stand() -> None:
    random = np.random.default_rng(5)
    degrees = random.normal(0.0, 5.0, 4_000)
    offsets = 0.03 + 0.004 * degrees + random.normal(0.0, 0.002, 4_000)
    slope, neutral, residual = fit_rotation([Rotation(*pair) for pair in zip(degrees, offsets, strict=True)])
    assert neutral == pytest.approx(0.03, abs=0.001)
    assert 235 < slope < 255  # a little less than 250: the offset is uncertain
    assert residual == pytest.approx(0.5, abs=0.05)
