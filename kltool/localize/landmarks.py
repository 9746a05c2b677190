"""The landmarks of one knee, and its placement refined by them."""

from typing import Final

import numpy as np

from kltool.geometry.transform import transform_points
from kltool.geometry.window import crop_to_film, square_window
from kltool.localize.crop import sample_crop
from kltool.localize.normalise import standardize
from kltool.typing import Float32, Points
from kltool.values.knee import Landmarks, Placement
from kltool.weights import Network

TIBIAL_POINTS: Final = 9
MARGIN_POINTS: Final = 16
ROUNDS: Final = 3  # docs/choices.md#landmarks


def refine_placement(film: Float32, placement: Placement, network: Network) -> tuple[Placement, Landmarks]:
    """Landmarks are predicted in the crop of the placement, which is updated by them, in several rounds.

    film: in right-knee orientation. Returns the last placement, and the landmarks in pixels of the film.
    """
    for _ in range(ROUNDS):
        landmarks = _predict(film, placement, network)
        placement = placement_of(landmarks.tibia, landmarks.femur, placement.mirrored)
    return placement, landmarks


def placement_of(tibia: Points, femur: Points, mirrored: bool) -> Placement:
    """The placement defined by nine tibial and seven femoral points.

    The centre lies halfway along the plateau, at the mean height of the points of both compartments;
    the width and the tilt are those of the line between the plateau's outermost points.
    """
    across = tibia[-1] - tibia[0]
    middle = (tibia[0] + tibia[-1]) / 2
    weight_bearing = np.vstack([tibia[[0, 1, 2, 6, 7, 8]], femur[[0, 1, 5, 6]]])
    along = across / np.hypot(*across)
    normal = np.array([along[1], -along[0]])
    centre = middle + normal * float(((weight_bearing - middle) @ normal).mean())
    tilt = float(np.arctan2(across[0], across[1]))
    return Placement((float(centre[0]), float(centre[1])), float(np.hypot(*across)), tilt, mirrored)


def _predict(film: Float32, placement: Placement, network: Network) -> Landmarks:
    size = network.entry.input_size
    crop = standardize(sample_crop(film, placement, square_window(size)))
    positions, spread = network(crop[None, None])  # shares of the crop
    points = transform_points(
        crop_to_film(placement, square_window(size)), positions[0].astype(np.float64) * size - 0.5
    )
    tibia, femur, ends = np.split(points, (TIBIAL_POINTS, MARGIN_POINTS))
    return Landmarks(tibia, femur, float(spread[:, :MARGIN_POINTS].mean()), ends)
