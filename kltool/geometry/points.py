"""Points and polylines; numpy only.

Points are (n, 2) float64, (row, column), pixel centres, origin at the centre of the top left pixel.
"""

import numpy as np
import numpy.typing as npt

from kltool.typing import Points


def mirror(points_px: Points, columns: int) -> Points:
    """The points in the mirror image of a picture with this number of columns; its own inverse."""
    mirrored: Points = points_px * np.array([1.0, -1.0]) + np.array([0.0, columns - 1.0])
    return mirrored


def resample(polyline: Points, count: int) -> Points:
    """This number of points at equal steps along a polyline."""
    along = arc_length(polyline)
    at = np.linspace(0.0, along[-1], count)
    return np.column_stack([np.interp(at, along, polyline[:, axis]) for axis in (0, 1)])


def bilinear(image: npt.NDArray[np.float64], points: Points) -> npt.NDArray[np.float64]:
    """The values of an image at points inside it, (..., 2) (row, column), by bilinear interpolation."""
    low = np.clip(np.floor(points).astype(np.intp), 0, np.array(image.shape) - 2)
    row, column = np.moveaxis(low, -1, 0)
    down, right = np.moveaxis(points - low, -1, 0)
    upper = (1 - right) * image[row, column] + right * image[row, column + 1]
    lower = (1 - right) * image[row + 1, column] + right * image[row + 1, column + 1]
    values: npt.NDArray[np.float64] = (1 - down) * upper + down * lower
    return values


def arc_length(polyline: Points) -> npt.NDArray[np.float64]:
    """The length from the first point to each, (n,)."""
    steps = np.hypot(*np.diff(polyline, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def nearest(points: Points, polyline: Points) -> tuple[npt.NDArray[np.float64], Points]:
    """The distance from each point to a polyline (to its segments), and the nearest point on it.

    points (n, 2), polyline (m, 2) with m >= 2; returns (n,) and (n, 2).
    """
    start, step = polyline[:-1], np.diff(polyline, axis=0)
    length2 = np.maximum((step**2).sum(1), 1e-12)
    share = ((points[:, None] - start) * step).sum(2) / length2  # (n, m - 1)
    feet = start + np.clip(share, 0.0, 1.0)[..., None] * step
    distance = np.hypot(*np.moveaxis(points[:, None] - feet, 2, 0))
    best = distance.argmin(1)
    row = np.arange(len(points))
    return distance[row, best], feet[row, best]
