"""The graded crops of the Osteoarthritis Initiative, turned to one hand."""

from pathlib import Path

import numpy as np

from kltool.intake import load
from kltool.typing import Float32
from kltool.values.knee import right_knee_orientation
from kltool.values.radiograph import Side


def load_crop(path: Path) -> Float32:
    """(224, 224), bone bright, lateral on the left; through the same intake as reading."""
    side = side_of(path)
    return np.ascontiguousarray(
        right_knee_orientation(load(path, side=side).pixels, mirrored=side is Side.LEFT)
    )


def side_of(path: Path) -> Side:
    """The side that the last letter of an OAI file name gives."""
    return Side.LEFT if path.stem.endswith("L") else Side.RIGHT
