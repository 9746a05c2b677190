"""Rotation of films by quarter turns."""

from dataclasses import replace

import numpy as np

from kltool.values.radiograph import Radiograph
from kltool.values.spacing import NoSpacing, Spacing


def rotate_quarter_turns(film: Radiograph, turns: int) -> Radiograph:
    """The film rotated counterclockwise, its spacing with it; its hashes remain those of the file."""
    rotated = replace(film, image=np.ascontiguousarray(np.rot90(film.pixels, turns)))
    if turns % 2 == 0:
        return rotated
    spacing = film.spacing if isinstance(film.spacing, NoSpacing) else _transposed(film.spacing)
    return replace(rotated, spacing=spacing, other_spacings=tuple(map(_transposed, film.other_spacings)))


def _transposed(spacing: Spacing) -> Spacing:
    return replace(spacing, row_mm=spacing.column_mm, column_mm=spacing.row_mm)
