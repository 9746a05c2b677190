"""Knees that training has few of, made of ordinary ones: subluxed, bone on bone, stretched, burnt out."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from kltool.training.sampling import Random
from kltool.typing import Float32
from kltool.values.knee import Placement

LARGEST_STRETCH: Final = float(np.log(1.4))  # of height against width, either way
SUBLUXATION_SD: Final = 0.05  # of the tibial width
LARGEST_CLOSING: Final = 0.05  # of the tibial width: about an ordinary joint space
TRANSITION: Final = 0.012  # of the tibial width, over which the shift sets in


def displaced(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """The tibia moved sideways and up against the femur: subluxed, and bone on bone."""
    aside = float(random.normal(0.0, SUBLUXATION_SD)) * at.tibial_width_px
    up = float(random.uniform(0.0, LARGEST_CLOSING)) * at.tibial_width_px
    rows, columns = np.indices(film.shape, np.float32)
    row, column = at.centre
    joint = row + np.tan(at.tilt_rad) * (columns - column)
    tibia = 1 / (1 + np.exp(-np.clip((rows - joint) / (TRANSITION * at.tibial_width_px), -30, 30)))
    moved = cv2.remap(
        film,
        (columns - aside * tibia).astype(np.float32),
        (rows + up * tibia).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.float32), replace(at, centre=(row - up / 2, column + aside / 2))


def stretched(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Height and width scaled against each other, as where the shape of pixels is wrong."""
    down = float(np.exp(random.uniform(-LARGEST_STRETCH, LARGEST_STRETCH) / 2))
    across = 1 / down
    rows, columns = film.shape
    size = (round(columns * across), round(rows * down))
    picture = cv2.resize(film, size, interpolation=cv2.INTER_LINEAR)
    along = np.array([np.sin(at.tilt_rad) * down, np.cos(at.tilt_rad) * across])
    centre = ((at.centre[0] + 0.5) * down - 0.5, (at.centre[1] + 0.5) * across - 0.5)
    return np.asarray(picture, np.float32), replace(
        at,
        centre=centre,
        tibial_width_px=at.tibial_width_px * float(np.hypot(*along)),
        tilt_rad=float(np.arctan2(*along)),
    )


def burnt_out(film: Float32, shown: Float32, random: Random) -> Float32:
    """A window so narrow that much of the bone is white, as on films that are printed too bright.

    shown: the part of the film whose brightness decides the window.
    """
    dark, bright = np.percentile(shown, (2.0, random.uniform(55.0, 92.0)))
    unit = np.clip((film - dark) / max(float(bright - dark), 1e-6), 0.0, 1.0)
    return np.asarray(255 * unit, np.float32)
