"""A blurred step is found where it is, to a fraction of a pixel."""

import numpy as np
import pytest
from scipy.special import erf

from kltool.jointspace.edge import Expected, sample_band, trace_edge

ANYWHERE = Expected(0.0, 0.0)


def step_film(edge_row: float, slope: float, blur: float, noise: float, seed: int = 0) -> np.ndarray:
    rows, columns = np.mgrid[:80, :120].astype(float)
    away = (rows - edge_row - slope * (columns - 60)) / (blur * np.sqrt(2))
    film = 500 + 300 * erf(away) + np.random.default_rng(seed).normal(0, noise, away.shape)
    return film.astype(np.float32)


@pytest.mark.parametrize("edge_row", [38.0, 39.3, 40.5, 41.8])
@pytest.mark.parametrize("slope", [0.0, 0.15])
def test_a_brightening_edge_is_found_to_a_tenth_of_a_pixel(edge_row: float, slope: float) -> None:
    columns = np.arange(20.0, 100.0)
    guide = np.column_stack([np.full_like(columns, 40.0), columns])
    band = sample_band(step_film(edge_row, slope, 1.2, 5.0), guide, 12, 12, 0.25)
    depth, strength = trace_edge(band, (4.0, 2.0), brightens=True, expected=ANYWHERE)
    found = band.at(depth)
    expected = edge_row + slope * (found[:, 1] - 60)
    assert np.abs(found[:, 0] - expected).mean() < 0.1
    assert strength > 2.0


def test_a_darkening_edge_is_not_taken_for_a_brightening_one() -> None:
    columns = np.arange(20.0, 100.0)
    guide = np.column_stack([np.full_like(columns, 40.0), columns])
    band = sample_band(-step_film(40.0, 0.0, 1.2, 5.0), guide, 12, 12, 0.25)
    _, with_it = trace_edge(band, (4.0, 2.0), brightens=False, expected=ANYWHERE)
    _, against_it = trace_edge(band, (4.0, 2.0), brightens=True, expected=ANYWHERE)
    assert with_it > 2.0
    assert against_it < 1.0
