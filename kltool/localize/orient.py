"""Rotation of films by quarter turns."""

from dataclasses import replace

import numpy as np

from kltool.values.radiograph import Radiograph
from kltool.values.spacing import Spacing


def rotate_quarter_turns(film: Radiograph, turns: int) -> Radiograph:
    """The film rotated counterclockwise, its spacing with it; its hashes remain those of the file."""
    spacing = film.spacing
    if isinstance(spacing, Spacing) and turns % 2:
        spacing = replace(spacing, row_mm=spacing.column_mm, column_mm=spacing.row_mm)
    pixels = np.ascontiguousarray(np.rot90(film.pixels, turns))
    return replace(film, image=pixels, spacing=spacing)
