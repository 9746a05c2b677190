"""Curves carried back from several framings: what a network sees rightly is where it is."""

from types import SimpleNamespace

import numpy as np
import pytest

from kltool.geometry.joint_frame import COLUMNS, HEIGHT, ROWS, JointFrame
from kltool.jointspace.margin_network import TARGET_SPREAD, trace_curves
from kltool.weights import Network
from tests.jointspace.test_joint_patch import edge_film


class EdgeFinder:
    """A stand-in for the network: every curve is where a column brightens through the middle."""

    def __init__(self, error_rows: float = 0.0) -> None:
        self.error_rows, self.spread_rows = error_rows, float(np.hypot(TARGET_SPREAD, 0.5))

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        patches = inputs["image"][:, 0]
        rows = np.empty((len(patches), 4, COLUMNS // 2), np.float32)
        for number, patch in enumerate(patches):
            profiles = patch.reshape(ROWS, COLUMNS // 2, 2).mean(axis=2)
            off = self.error_rows * (-1) ** number
            for column, profile in enumerate(profiles.T):
                rows[number, :, column] = np.interp(0.0, profile, np.arange(ROWS)) + off
        spreads = np.full_like(rows, self.spread_rows)
        return [rows, spreads]


def network(error_rows: float = 0.0) -> Network:
    return Network(SimpleNamespace(input_size=0), EdgeFinder(error_rows))  # type: ignore[arg-type]


@pytest.mark.parametrize("tilt_deg", [-5.0, 4.0])
def test_a_straight_edge_is_found_to_a_tenth_of_a_pixel(tilt_deg: float) -> None:
    film = edge_film((640, 680), 300.0, 0.02, 3.0)
    curves = trace_curves(film, JointFrame((300.0, 330.0), 400.0, np.deg2rad(tilt_deg)), network())
    inner = curves.at[:, 3:-3]
    assert np.abs(inner[..., 0] - 300.0 - 0.02 * inner[..., 1]).max() < 0.1


def test_the_deviation_includes_that_of_the_network_and_that_between_framings() -> None:
    film, frame = edge_film((640, 680), 300.0, 0.0, 3.0), JointFrame((300.0, 330.0), 400.0, 0.0)
    row_px = HEIGHT / ROWS * 400.0
    sure, unsure = (trace_curves(film, frame, network(rows)) for rows in (0.0, 2.0))
    assert np.median(sure.sd) == pytest.approx(0.5 * row_px, rel=0.1)
    assert np.median(unsure.sd) == pytest.approx(np.hypot(0.5, 2.0) * row_px, rel=0.1)
    assert np.abs(np.median(unsure.at[..., 0]) - 300.0) < 0.3  # opposite errors cancel


def test_a_spread_below_that_of_the_training_targets_is_a_deviation_of_0() -> None:
    film, frame = edge_film((640, 680), 300.0, 0.0, 3.0), JointFrame((300.0, 330.0), 400.0, 0.0)
    stand_in = EdgeFinder()
    stand_in.spread_rows = 0.5 * TARGET_SPREAD
    found = trace_curves(film, frame, Network(SimpleNamespace(input_size=0), stand_in))  # type: ignore[arg-type]
    assert np.median(found.sd) < 0.05 * HEIGHT / ROWS * 400.0


def test_places_along_the_plateau_run_from_lateral_to_medial() -> None:
    film, frame = edge_film((640, 680), 300.0, 0.0, 3.0), JointFrame((300.0, 330.0), 400.0, 0.0)
    curves = trace_curves(film, frame, network())
    assert np.all(np.diff(curves.position) > 0)
    assert np.allclose(curves.at[0, :, 1], 330.0 + curves.position * 400.0, atol=1e-6)
