"""The bones in the grader's view: what lies on them or between them, and not beside them."""

from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from kltool.geometry.transform import transform_points
from kltool.geometry.window import film_to_crop
from kltool.grading.view import VIEW
from kltool.typing import Float32, Float64, Indices, Mask
from kltool.values.knee import Knee

SMOOTHED: Final = 0.02  # tibial widths, and twice that along a column; docs/choices.md#bone-outline
SEARCHED: Final = (-0.04, 0.16)  # beyond the outermost landmark of the plateau, tibial widths
ALLOWANCE: Final = 0.01  # beyond the edge found, tibial widths
THINNED: Final = 4  # of so many rows, one is searched
STEEPEST: Final = 8  # columns from one row searched to the next
BENDING: Final = 0.01  # cost of a step of one column, by its square; the clearest edges gain 1 a row
CLEAREST: Final = 95  # percentile of the steps in brightness


def bones_in_view(view: Float32, knee: Knee) -> Mask:
    """Which pixels of the grader's view of a knee lie on its bones or between them, (rows, columns)."""
    sigma = SMOOTHED * VIEW.tibia
    smooth = cv2.GaussianBlur(view, (0, 0), sigmaX=sigma, sigmaY=2 * sigma)
    rise = np.gradient(smooth[::THINNED], axis=1)
    plateau = transform_points(film_to_crop(knee.placement, VIEW), knee.landmarks.tibia[[0, -1]])
    lateral, medial = np.clip(plateau[:, 1], 0, VIEW.columns - 1)
    column = np.arange(VIEW.columns)
    left, right = _outer_edge(rise, lateral - column), _outer_edge(-rise, column - medial)
    allowance = ALLOWANCE * VIEW.tibia
    return np.asarray((column >= left[:, None] - allowance) & (column <= right[:, None] + allowance))


def _outer_edge(fall: Float64, beyond: Float64) -> Float64:
    """(VIEW.rows,) columns of the smooth line along which the brightness falls outwards most.

    fall: (rows searched, columns). beyond: (columns,) pixels outwards of the plateau's outermost landmark.
    """
    low, high = (share * VIEW.tibia for share in SEARCHED)
    searched = np.flatnonzero((beyond >= low) & (beyond <= high))
    falls = np.clip(fall[:, searched], 0.0, None)
    clearest = max(float(np.percentile(falls, CLEAREST)), 1e-9)
    path = searched[_cheapest_path(-np.minimum(falls / clearest, 1.0))]
    return np.interp(np.arange(VIEW.rows), np.arange(0, VIEW.rows, THINNED), path)


def _cheapest_path(cost: Float64) -> Indices:
    """(rows,) columns from top to bottom whose cost, with that of bending, is least; dynamic programming."""
    bending = BENDING * np.arange(-STEEPEST, STEEPEST + 1) ** 2
    total, steps = cost[0], []
    for row in cost[1:]:
        before = sliding_window_view(np.pad(total, STEEPEST, constant_values=np.inf), len(bending)) + bending
        steps.append(before.argmin(axis=1) - STEEPEST)
        total = row + before.min(axis=1)
    path = [int(total.argmin())]
    for step in reversed(steps):
        path.append(path[-1] + int(step[path[-1]]))
    return np.array(path[::-1])
