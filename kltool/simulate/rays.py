"""Rays from a point source through closed surfaces to the film: path lengths and outlines.

Path length: along a ray, the depth of every face where it enters counts negatively, of every face where it
leaves positively; the sum is the length inside. It is exact for any closed surface, hollow or folded. Every
pixel is summed in the order of the faces, on one thread, so that the result is reproducible to the last bit.
Corners are rounded to 1/1024 pixel and compared as integers, so that a ray through a shared edge meets
exactly one of the two faces.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kltool.errors import InstallationError
from kltool.typing import Float64

try:
    from numba import njit
except ImportError as error:
    raise InstallationError(
        "numba is not installed; simulation needs it: pip install 'kltool[simulate]'"
    ) from error

Int32 = npt.NDArray[np.int32]
Corners = npt.NDArray[np.int64]  # 1/1024 pixel

SUBPIXELS = 1024


@dataclass(frozen=True, slots=True)
class Camera:
    """A point source opposite the middle of the film.

    World frame, mm: x along the rows to the right of the picture, y from film to source, z up; the
    origin lies in the plane of the joint. Depth is counted from the source towards the film.
    pixel_mm: width of a pixel seen in the plane of the joint (pitch of the detector over magnification).
    shift: (rows, columns) pixels from the middle of the film to where the central ray meets it, which is
    where the world's origin is shown.
    """

    rows: int
    columns: int
    pixel_mm: float
    distance_mm: float  # source to the plane of the joint
    shift: tuple[float, float] = (0.0, 0.0)

    @property
    def middle(self) -> tuple[float, float]:
        """(row, column) of the central ray."""
        return (self.rows - 1) / 2 + self.shift[0], (self.columns - 1) / 2 + self.shift[1]

    def project(self, points: Float64) -> tuple[Float64, Float64, Float64]:
        """(n, 3) mm to rows (n,), columns (n,) in pixels and depths (n,) in mm from the source."""
        depth = self.distance_mm - points[:, 1]
        scale = self.distance_mm / (depth * self.pixel_mm)
        row, column = self.middle
        return row - points[:, 2] * scale, column + points[:, 0] * scale, depth


@lru_cache(maxsize=2)
def obliquity(camera: Camera) -> Float64:
    """(rows, columns): length of a ray per unit of depth; cached, since every surface needs it."""
    row, column = camera.middle
    down = (np.arange(camera.rows) - row) * camera.pixel_mm / camera.distance_mm
    across = (np.arange(camera.columns) - column) * camera.pixel_mm / camera.distance_mm
    lengths = np.sqrt(1.0 + down[:, None] ** 2 + across[None, :] ** 2)
    lengths.setflags(write=False)
    return np.asarray(lengths)


def path_length(vertices: Float64, faces: Int32, camera: Camera) -> Float64:
    """(rows, columns) mm of every ray inside the closed surface; faces counter-clockwise from outside."""
    rows, columns, depths = camera.project(vertices)
    total = np.zeros((camera.rows, camera.columns))
    _add_depths(total, _snapped(rows), _snapped(columns), 1.0 / depths, faces)
    total *= obliquity(camera)
    return total


def lower_outline(vertices: Float64, faces: Int32, camera: Camera) -> Float64:
    """(columns,) row of the lowest point of the projected surface in every column; -inf where none."""
    rows, columns, _ = camera.project(vertices)
    outline = np.full(camera.columns, -np.inf)
    _lower_envelope(outline, rows, columns, faces)
    return outline


def profile_rows(vertices: Float64, faces: Int32, camera: Camera, step_mm: float) -> tuple[float, Float64]:
    """The nearest depth (mm), and the row of an open surface seen from above, (columns, depths); NaN outside.

    Every column of the film is a plane of rays; the surface cuts it in a curve, sampled every step_mm along
    the rays from the nearest depth.
    """
    used = np.unique(faces)
    rows, columns, depths = camera.project(vertices[used])
    faces = np.searchsorted(used, faces).astype(np.int32)
    nearest = float(depths.min())
    bins = int((depths.max() - nearest) / step_mm) + 2
    heights = np.full((camera.columns, bins), np.nan)
    _fill_heights(heights, columns, (depths - nearest) / step_mm, rows, faces)
    return nearest, heights


def _snapped(pixels: Float64) -> Corners:
    return np.rint(pixels * SUBPIXELS).astype(np.int64)


@njit(cache=True)
def _add_depths(total: Float64, rows: Corners, columns: Corners, nearness: Float64, faces: Int32) -> None:
    """Add to every pixel the signed depth of every face that covers its centre."""
    height, width = total.shape
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        area = (columns[b] - columns[a]) * (rows[c] - rows[a]) - (rows[b] - rows[a]) * (
            columns[c] - columns[a]
        )
        if area == 0:
            continue
        sign = -1.0  # counter-clockwise from the source, rows counted downwards: the ray enters
        if area < 0:
            b, c, area, sign = c, b, -area, 1.0
        top = max(0, (min(rows[a], rows[b], rows[c]) + SUBPIXELS - 1) // SUBPIXELS)
        bottom = min(height - 1, max(rows[a], rows[b], rows[c]) // SUBPIXELS)
        left = max(0, (min(columns[a], columns[b], columns[c]) + SUBPIXELS - 1) // SUBPIXELS)
        right = min(width - 1, max(columns[a], columns[b], columns[c]) // SUBPIXELS)
        if top > bottom or left > right:
            continue
        ax, ay = columns[c] - columns[b], rows[c] - rows[b]  # the edge opposite a
        bx, by = columns[a] - columns[c], rows[a] - rows[c]
        cx, cy = columns[b] - columns[a], rows[b] - rows[a]
        a_least = 0 if (ay < 0 or (ay == 0 and ax > 0)) else 1  # a pixel on an edge belongs to one face
        b_least = 0 if (by < 0 or (by == 0 and bx > 0)) else 1
        c_least = 0 if (cy < 0 or (cy == 0 and cx > 0)) else 1
        for row in range(top, bottom + 1):
            y = row * SUBPIXELS
            for column in range(left, right + 1):
                x = column * SUBPIXELS
                at_a = ax * (y - rows[b]) - ay * (x - columns[b])
                at_b = bx * (y - rows[c]) - by * (x - columns[c])
                at_c = cx * (y - rows[a]) - cy * (x - columns[a])
                if at_a >= a_least and at_b >= b_least and at_c >= c_least:
                    near = (at_a * nearness[a] + at_b * nearness[b] + at_c * nearness[c]) / area
                    total[row, column] += sign / near


@njit(cache=True)
def _lower_envelope(outline: Float64, rows: Float64, columns: Float64, faces: Int32) -> None:
    """Largest row of any edge in every column."""
    width = outline.shape[0]
    for face in range(faces.shape[0]):
        for corner in range(3):
            a, b = faces[face, corner], faces[face, (corner + 1) % 3]
            if columns[a] > columns[b]:
                a, b = b, a
            run = columns[b] - columns[a]
            first, last = max(0, int(np.ceil(columns[a]))), min(width - 1, int(np.floor(columns[b])))
            for column in range(first, last + 1):
                along = (column - columns[a]) / run if run > 0 else 0.0
                outline[column] = max(outline[column], rows[a] + along * (rows[b] - rows[a]))


@njit(cache=True)
def _fill_heights(heights: Float64, columns: Float64, depths: Float64, rows: Float64, faces: Int32) -> None:
    """Rasterise faces seen from above; of overlapping faces the upper one (smallest row) is kept."""
    width, bins = heights.shape
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        ux, uy = columns[b] - columns[a], depths[b] - depths[a]
        vx, vy = columns[c] - columns[a], depths[c] - depths[a]
        area = ux * vy - uy * vx
        if abs(area) < 1e-12:
            continue
        first = max(0, int(np.ceil(min(columns[a], columns[b], columns[c]))))
        last = min(width - 1, int(np.floor(max(columns[a], columns[b], columns[c]))))
        low = max(0, int(np.ceil(min(depths[a], depths[b], depths[c]))))
        high = min(bins - 1, int(np.floor(max(depths[a], depths[b], depths[c]))))
        for column in range(first, last + 1):
            for depth in range(low, high + 1):
                x, y = column - columns[a], depth - depths[a]
                along_u, along_v = (x * vy - y * vx) / area, (ux * y - uy * x) / area
                if along_u >= -1e-9 and along_v >= -1e-9 and along_u + along_v <= 1.0 + 1e-9:
                    row = rows[a] + along_u * (rows[b] - rows[a]) + along_v * (rows[c] - rows[a])
                    if not heights[column, depth] <= row:
                        heights[column, depth] = row
