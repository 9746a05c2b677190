"""Closed surfaces whose chords are known."""

import numpy as np
import numpy.typing as npt

from kltool.typing import Float64

Int32 = npt.NDArray[np.int32]


def cube(side_mm: float) -> tuple[Float64, Int32]:
    """Around the origin, faces along the axes; counter-clockwise from outside."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) - 0.5
    quads = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return corners * side_mm, np.array(faces, np.int32)


def sphere(radius_mm: float, rings: int = 120) -> tuple[Float64, Int32]:
    """A sphere of 2 * rings meridians, poles up and down; counter-clockwise from outside."""
    polar = np.linspace(0.0, np.pi, rings + 1)[1:-1]
    around = np.linspace(0.0, 2.0 * np.pi, 2 * rings, endpoint=False)
    level = np.ones_like(around)
    x, y = np.outer(np.sin(polar), np.cos(around)), np.outer(np.sin(polar), np.sin(around))
    grid = np.stack([x, y, np.outer(np.cos(polar), level)], axis=2).reshape(-1, 3)
    count = len(around)
    here = np.arange(count)
    after = (here + 1) % count
    faces = []
    for ring in range(len(polar) - 1):
        upper, lower = ring * count, (ring + 1) * count
        faces += [np.stack([upper + here, lower + here, lower + after], 1)]
        faces += [np.stack([upper + here, lower + after, upper + after], 1)]
    north, south, last = len(grid), len(grid) + 1, (len(polar) - 1) * count
    faces += [np.stack([np.full(count, north), here, after], 1)]
    faces += [np.stack([np.full(count, south), last + after, last + here], 1)]
    vertices = np.concatenate([grid, [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0]]]) * radius_mm
    return vertices, np.concatenate(faces).astype(np.int32)
