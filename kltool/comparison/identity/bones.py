"""Femur and tibia on a window of the film around the joint: their texture, and where each is visible."""

from typing import Final

import cv2
import numpy as np

from kltool.comparison.identity.texture import BoneView, texture_of
from kltool.geometry.joint_frame import JointFrame
from kltool.geometry.transform import transform_points
from kltool.geometry.window import CropWindow, film_to_crop
from kltool.localize.crop import sample_crop
from kltool.typing import Float32, Mask, Points
from kltool.values.knee import Knee, Landmarks, Placement

TIBIAL_WIDTH: Final = 192  # pixels of the window; docs/choices.md#identity-match
ABOVE, BELOW, BESIDE = (
    0.72,
    0.58,
    0.575,
)  # extent from the joint's centre, tibial widths; docs/choices.md#identity-match
WINDOW: Final = CropWindow(
    round((ABOVE + BELOW) * TIBIAL_WIDTH),
    round(2 * BESIDE * TIBIAL_WIDTH),
    TIBIAL_WIDTH,
    (ABOVE * TIBIAL_WIDTH, BESIDE * TIBIAL_WIDTH),
)
MARGIN_DISTANCE: Final = 0.04 * TIBIAL_WIDTH  # from the joint margins, pixels; docs/choices.md#identity-match
SIDE_DISTANCE: Final = 0.06 * TIBIAL_WIDTH  # from the bone's sides, pixels; docs/choices.md#identity-match
EDGE_DISTANCE: Final = 0.03  # from the edge of the film, tibial widths; docs/choices.md#identity-match
FEMUR_HEIGHT: Final = 0.55 * TIBIAL_WIDTH  # pixels above its margin; docs/choices.md#identity-match
TIBIA_HEIGHT: Final = 0.46 * TIBIAL_WIDTH  # pixels below its margin; docs/choices.md#identity-match
FEMUR_TAPER, TIBIA_TAPER = (
    0.10,
    0.14,
)  # narrowing on each side, shares of the width; docs/choices.md#identity-match


def bone_views(knee: Knee, femur: JointFrame, tibia: JointFrame) -> tuple[BoneView, BoneView]:
    """Femur and tibia, each on the window at its joint frame."""
    at_femur, at_tibia = _placement(femur), _placement(tibia)
    texture = _texture(knee, at_femur)
    tibial_texture = texture if femur == tibia else _texture(knee, at_tibia)
    return (
        BoneView(texture, _visible(knee, at_femur, _femur_polygon(knee.landmarks, at_femur))),
        BoneView(tibial_texture, _visible(knee, at_tibia, _tibia_polygon(knee.landmarks, at_tibia))),
    )


def _placement(frame: JointFrame) -> Placement:
    """Not mirrored: the pixels are in right-knee orientation already."""
    return Placement(frame.centre, frame.tibial_width_px, frame.tilt_rad, mirrored=False)


def _texture(knee: Knee, placement: Placement) -> Float32:
    return texture_of(sample_crop(knee.pixels, placement, WINDOW))


def _visible(knee: Knee, placement: Placement, bone: Points) -> Mask:
    return _polygon_mask(bone) & _polygon_mask(_film_corners(knee.pixels.shape, placement))


def _femur_polygon(marks: Landmarks, placement: Placement) -> Points:
    """The femur on the window: above the condylar margin, between its widest points."""
    to_window = film_to_crop(placement, WINDOW)
    margin = transform_points(to_window, marks.femur) - np.array([MARGIN_DISTANCE, 0.0])
    ends = transform_points(to_window, marks.femoral_ends)[:, 1]
    return _bone_polygon(margin, ends[0] + SIDE_DISTANCE, ends[1] - SIDE_DISTANCE, -FEMUR_HEIGHT, FEMUR_TAPER)


def _tibia_polygon(marks: Landmarks, placement: Placement) -> Points:
    """The tibia on the window: below the plateau, narrowing distally."""
    margin = transform_points(film_to_crop(placement, WINDOW), marks.tibia) + np.array([MARGIN_DISTANCE, 0.0])
    return _bone_polygon(
        margin, margin[0, 1] + SIDE_DISTANCE, margin[-1, 1] - SIDE_DISTANCE, TIBIA_HEIGHT, TIBIA_TAPER
    )


def _bone_polygon(margin: Points, left: float, right: float, reach: float, taper: float) -> Points:
    """From a bone's margin to `reach` rows beyond it (negative: upwards), between two columns."""
    inner = margin[(margin[:, 1] > left) & (margin[:, 1] < right)]
    far, inset = margin[:, 0].mean() + reach, taper * (right - left)
    start, end = [margin[0, 0], left], [margin[-1, 0], right]
    return np.vstack([[far, left + inset], start, inner, end, [far, right - inset]])


def _film_corners(shape: tuple[int, ...], placement: Placement) -> Points:
    """The film without its edge, on the window."""
    edge = EDGE_DISTANCE * placement.tibial_width_px
    bottom, right = np.array(shape) - 1 - edge
    corners = np.array([[edge, edge], [edge, right], [bottom, right], [bottom, edge]])
    return transform_points(film_to_crop(placement, WINDOW), corners)


def _polygon_mask(corners: Points) -> Mask:
    filled = np.zeros((WINDOW.rows, WINDOW.columns), np.uint8)
    cv2.fillPoly(filled, [np.rint(corners[:, ::-1]).astype(np.int32)], 1)
    return np.asarray(filled > 0)
