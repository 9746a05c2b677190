"""One edge along a band of the film: the path of steepest change, to a fraction of a sample."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from kltool.geometry import Points

Float64 = npt.NDArray[np.float64]

FLOOR: Final = 0.02  # docs/choices.md#margin-cost


@dataclass(frozen=True, slots=True)
class Band:
    """A strip of the film along a guiding curve.

    values: (depths, stations) brightness. guide: (stations, 2) (row, column) pixels. down: (stations, 2)
    unit normals. depths: (depths,) pixels along the normal, from above the guide to below it.
    """

    values: Float64
    guide: Points
    down: Points
    depths: Float64

    def at(self, depth: Float64) -> Points:
        """(stations,) depths to points of the film."""
        return self.guide + depth[:, None] * self.down


def sample_band(
    film: npt.NDArray[np.float32], guide: Points, above: float, below: float, step: float
) -> Band:
    """Sample a film along the normals of a guide that runs with the columns, linear between pixels."""
    from scipy.ndimage import map_coordinates

    along = np.gradient(guide, axis=0)
    along /= np.hypot(*along.T)[:, None]
    down = np.column_stack([along[:, 1], -along[:, 0]])
    depths = np.arange(-above, below + step / 2, step)
    at = guide[None] + depths[:, None, None] * down[None]  # (depths, stations, 2)
    values = map_coordinates(film.astype(np.float64), np.moveaxis(at, 2, 0), order=1, mode="nearest")
    return Band(values, guide, down, depths)


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the edge is likely: a depth in pixels, and how dear it is to leave it for the band's end."""

    depth: float
    weight: float


def trace_edge(
    band: Band, blur: tuple[float, float], brightens: bool, expected: Expected
) -> tuple[Float64, float]:
    """The depth of the steepest brightening (or darkening) going down, at each station.

    blur: standard deviations of the smoothing before the slope is taken, in (depth, station) samples.
    Returns (stations,) depths in pixels, and the edge's strength: its mean slope over the mean slope of
    the band; 1 is no edge at all. The path costs most where the slope is least and far from where it is
    expected (Dijkstra, skimage.graph); then each station moves to the summit of a parabola through its
    three nearest slopes.
    """
    from scipy.ndimage import gaussian_filter
    from skimage.graph import route_through_array

    smooth = gaussian_filter(band.values, blur, mode="nearest")
    slope = np.gradient(smooth, axis=0) * (1 if brightens else -1)
    rising = np.maximum(slope, 0.0)
    reference = np.percentile(rising, 95) + 1e-9
    half_band = (band.depths[-1] - band.depths[0]) / 2
    unlikely = 1.0 + expected.weight * ((band.depths - expected.depth) / half_band) ** 2
    cost = unlikely[:, None] / (FLOOR + np.minimum(rising / reference, 1.5))
    free = np.full((cost.shape[0], 1), 1e-6)  # lets the path start and end at any depth
    padded = np.hstack([free, cost, free])
    path, _ = route_through_array(
        padded, (0, 0), (0, padded.shape[1] - 1), fully_connected=True, geometric=True
    )
    rows, columns = np.array(path).T
    inside = (columns > 0) & (columns < padded.shape[1] - 1)
    count = np.bincount(columns[inside] - 1, minlength=cost.shape[1])
    mean_row = np.bincount(columns[inside] - 1, rows[inside], minlength=cost.shape[1]) / np.maximum(count, 1)
    row = _summit(slope, np.round(mean_row).astype(int))
    step = band.depths[1] - band.depths[0]
    strength = float(_at(rising, row).mean() / (np.abs(slope).mean() + 1e-9))
    return band.depths[0] + row * step, strength


def smooth_along(depth: Float64, sigma: float) -> Float64:
    """A traced depth without the jitter of single stations; sigma in stations."""
    from scipy.ndimage import gaussian_filter1d

    smoothed: Float64 = gaussian_filter1d(depth, sigma, mode="nearest")
    return smoothed


def _summit(slope: Float64, rows: npt.NDArray[np.int_]) -> Float64:
    """The row of the parabola's summit through the slopes around each row, at most one row away."""
    column = np.arange(slope.shape[1])
    middle = np.clip(rows, 1, slope.shape[0] - 2)
    above, here, below = (slope[middle + shift, column] for shift in (-1, 0, 1))
    bend = above - 2 * here + below
    offset = np.where(bend < -1e-12, 0.5 * (above - below) / np.minimum(bend, -1e-12), 0.0)
    summit: Float64 = middle + np.clip(offset, -1.0, 1.0)
    return summit


def _at(values: Float64, row: Float64) -> Float64:
    nearest = np.clip(np.round(row).astype(int), 0, values.shape[0] - 1)
    picked: Float64 = values[nearest, np.arange(values.shape[1])]
    return picked
