"""Simulated knees as films that are read: the film, and a coarse crop of it as the OAI has them."""

from typing import Final

import numpy as np

from kltool.geometry.transform import transform_points
from kltool.geometry.window import CROP_SIZE, JOINT_ROW, TIBIAL_SHARE, film_to_crop
from kltool.localize.crop import sample_crop
from kltool.simulate.scene import KneeTruth, SimulatedFilm
from kltool.typing import Float32, Float64
from kltool.values.knee import Placement
from kltool.values.radiograph import Radiograph, SideSource
from kltool.values.spacing import Calibration, Spacing

COARSE_MM: Final = 0.46  # docs/choices.md#coarse-crops
COARSE_SHIFT: Final = 0.03  # of the crop's side; docs/choices.md#coarse-crops
COARSE_WINDOW: Final = (0.5, 99.5)  # percentiles shown as 0 and 255


def film_and_crop(
    simulated: SimulatedFilm, seed: int
) -> tuple[tuple[Radiograph, Float64], tuple[Radiograph, Float64]]:
    """A film of one knee and a coarse crop of it, each with (row, column) of the joint's centre."""
    (truth,) = simulated.truth
    pixels = simulated.pixels.astype(np.float32)
    crop, centre = coarse_crop(pixels, truth.centre, truth.spacing_mm, seed)
    return (
        (film_of(simulated), np.array(truth.centre)),
        (_film(crop, truth, COARSE_MM), centre),
    )


def film_of(simulated: SimulatedFilm) -> Radiograph:
    """A film of one knee, with its true millimetres."""
    (truth,) = simulated.truth
    return _film(simulated.pixels.astype(np.float32), truth, truth.spacing_mm)


def _film(pixels: Float32, truth: KneeTruth, spacing_mm: float) -> Radiograph:
    spacing = Spacing(spacing_mm, spacing_mm, Calibration.GEOMETRY)
    return Radiograph("simulated", pixels, spacing, truth.side, SideSource.TAG)


def coarse_crop(
    pixels: Float32, joint: tuple[float, float], spacing_mm: float, seed: int
) -> tuple[Float32, Float64]:
    """The knee as an OAI crop shows it: 224 x 224, 8 bit, 0.46 mm a pixel.

    joint: (row, column) of its centre on the film; returned, too, where it lies on the crop: about where it
    lies in OAI crops on average, unless the crop would reach beyond the film.
    """
    field_px = CROP_SIZE * COARSE_MM / spacing_mm
    shift = np.random.default_rng((seed, 46)).uniform(-COARSE_SHIFT, COARSE_SHIFT, 2)
    before = np.array([JOINT_ROW, 0.5]) * field_px  # of the joint, above and to the left
    middle = np.clip(np.array(joint) + shift * field_px, before, np.array(pixels.shape) + before - field_px)
    placement = Placement((float(middle[0]), float(middle[1])), TIBIAL_SHARE * field_px, 0.0, mirrored=False)
    crop = sample_crop(pixels, placement)
    low, high = np.percentile(crop, COARSE_WINDOW)
    eight = np.rint(np.clip((crop - low) / (high - low), 0, 1) * 255).astype(np.float32)
    return eight, transform_points(film_to_crop(placement), np.array([joint]))[0]
