"""Similarities of the plane as (2, 3) maps of (row, column); numpy only."""

import numpy as np

from kltool.typing import Float64, Points


def similarity_matrix(
    centre_from: tuple[float, float], centre_to: tuple[float, float], scale: float, turn_rad: float
) -> Float64:
    """A (2, 3) map of (row, column): rotate about one centre, scale, move to the other.

    turn_rad: positive from the column axis towards the row axis.
    """
    cos, sin = scale * np.cos(turn_rad), scale * np.sin(turn_rad)
    linear = np.array([[cos, sin], [-sin, cos]])
    return np.column_stack([linear, np.asarray(centre_to) - linear @ np.asarray(centre_from)])


def transform_points(matrix: Float64, points: Points) -> Points:
    """A (2, 3) map applied to (n, 2) points."""
    moved: Points = points @ matrix[:, :2].T + matrix[:, 2]
    return moved
