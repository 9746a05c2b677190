"""Femur and tibia on a window of the film about the joint: their texture, and where each is seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.comparison.identity.texture import BoneView, texture_of
from kltool.geometry.joint_frame import JointFrame
from kltool.geometry.transform import transform_points
from kltool.geometry.window import CropWindow, film_to_crop
from kltool.localize.crop import sample_crop
from kltool.typing import Float32, Mask, Points
from kltool.values.knee import Knee, Landmarks, Placement

TIBIA: Final = 192  # pixels of the tibial width; docs/choices.md#same-knee
ABOVE, BELOW, BESIDE = 0.72, 0.58, 0.575  # of the joint's centre, tibial widths; docs/choices.md#same-knee
WINDOW: Final = CropWindow(
    round((ABOVE + BELOW) * TIBIA), round(2 * BESIDE * TIBIA), TIBIA, (ABOVE * TIBIA, BESIDE * TIBIA)
)
OFF_THE_JOINT: Final = 0.04 * TIBIA  # pixels; docs/choices.md#same-knee
OFF_THE_SIDES: Final = 0.06 * TIBIA  # pixels; docs/choices.md#same-knee
OFF_THE_EDGE: Final = 0.03  # of the film, tibial widths; docs/choices.md#same-knee
FEMUR_UP: Final = 0.55 * TIBIA  # pixels above its margin; docs/choices.md#same-knee
TIBIA_DOWN: Final = 0.46 * TIBIA  # pixels below its margin; docs/choices.md#same-knee
FEMUR_TAPER, TIBIA_TAPER = 0.10, 0.14  # of its width, to either side, from its margin to there; likewise


@dataclass(frozen=True, slots=True)
class OrientedKnee:
    """A knee and its film turned to one hand."""

    pixels: Float32
    landmarks: Landmarks


def oriented_knee(knee: Knee) -> OrientedKnee:
    return OrientedKnee(knee.pixels, knee.landmarks)


def bone_views(knee: OrientedKnee, femur: JointFrame, tibia: JointFrame) -> tuple[BoneView, BoneView]:
    """Femur and tibia, each on the window that its frame places."""
    places = _placement(femur), _placement(tibia)
    texture = _texture(knee, places[0])
    other = texture if femur == tibia else _texture(knee, places[1])
    return (
        BoneView(texture, _seen(knee, places[0], _femur(knee.landmarks, places[0]))),
        BoneView(other, _seen(knee, places[1], _tibia(knee.landmarks, places[1]))),
    )


def _placement(frame: JointFrame) -> Placement:
    """mirrored says what was done to the film, and nothing here asks again."""
    return Placement(frame.centre, frame.tibial_width_px, frame.tilt_rad, mirrored=False)


def _texture(knee: OrientedKnee, placement: Placement) -> Float32:
    return texture_of(sample_crop(knee.pixels, placement, WINDOW))


def _seen(knee: OrientedKnee, placement: Placement, bone: Points) -> Mask:
    return _within(bone) & _within(_film(knee.pixels.shape, placement))


def _femur(marks: Landmarks, placement: Placement) -> Points:
    """Corners of the femur on the window: over the condyles' margin, between its widest points."""
    to_window = film_to_crop(placement, WINDOW)
    margin = transform_points(to_window, marks.femur) - np.array([OFF_THE_JOINT, 0.0])
    ends = transform_points(to_window, marks.femoral_ends)[:, 1]
    return _between(margin, ends[0] + OFF_THE_SIDES, ends[1] - OFF_THE_SIDES, -FEMUR_UP, FEMUR_TAPER)


def _tibia(marks: Landmarks, placement: Placement) -> Points:
    """Corners of the tibia on the window: under the plateau, narrower further down."""
    margin = transform_points(film_to_crop(placement, WINDOW), marks.tibia) + np.array([OFF_THE_JOINT, 0.0])
    return _between(
        margin, margin[0, 1] + OFF_THE_SIDES, margin[-1, 1] - OFF_THE_SIDES, TIBIA_DOWN, TIBIA_TAPER
    )


def _between(margin: Points, left: float, right: float, reach: float, taper: float) -> Points:
    """The corners of a bone from its margin to so many rows beyond, between two columns."""
    inner = margin[(margin[:, 1] > left) & (margin[:, 1] < right)]
    far, narrower = margin[:, 0].mean() + reach, taper * (right - left)
    start, end = [margin[0, 0], left], [margin[-1, 0], right]
    return np.vstack([[far, left + narrower], start, inner, end, [far, right - narrower]])


def _film(shape: tuple[int, ...], placement: Placement) -> Points:
    """Corners, on the window, of the film without its edge."""
    edge = OFF_THE_EDGE * placement.tibial_width_px
    bottom, right = np.array(shape) - 1 - edge
    corners = np.array([[edge, edge], [edge, right], [bottom, right], [bottom, edge]])
    return transform_points(film_to_crop(placement, WINDOW), corners)


def _within(corners: Points) -> Mask:
    import cv2  # late, as every heavy library: docs/ARCHITECTURE.md

    filled = np.zeros((WINDOW.rows, WINDOW.columns), np.uint8)
    cv2.fillPoly(filled, [np.rint(corners[:, ::-1]).astype(np.int32)], 1)
    return np.asarray(filled > 0)
