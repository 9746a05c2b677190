"""Joints with known margins, to learn from: a piece of film and the curves or points that are known on it.

A joint carries curves (simulated knees: dense, exact) or points (annotated knees: few, along the bright rim);
the network learns from both.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.geometry.joint_frame import JointFrame, joint_frame_of
from kltool.training.data.annotated import AnnotatedKnee
from kltool.typing import Float32, Float64, Points
from kltool.values.knee import Placement

CURVES: Final = ("femur", "tibia", "upper_plateau_margin", "lower_plateau_margin")
REACH_UP, REACH_DOWN, REACH_ACROSS = 0.42, 0.36, 0.80  # of the tibial width, around the joint's centre


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """A piece of film around one joint, in right-knee orientation, and what is known of it.

    film: bone bright. placement: as the landmarks would give it. mm_per_px: of the film, in the plane
    of the joint. curves: name and compartment to (n, 2) (row, column). points: (16, 2) annotated margin
    points, tibia first, or none.
    """

    film: Float32
    placement: Placement
    mm_per_px: float
    curves: dict[str, list[Points]]
    points: Points | None

    @property
    def frame(self) -> JointFrame:
        return joint_frame_of(self.placement)


def joint_of_annotation(knee: AnnotatedKnee) -> Joint:
    return Joint(knee.crop, knee.placement, knee.mm_per_px, {}, np.vstack([knee.tibia, knee.femur]))


def cropped(joint: Joint) -> Joint:
    """The part of the film that any framing of the joint may touch."""
    width, (row, column) = joint.placement.tibial_width_px, joint.placement.centre
    top, bottom = int(max(row - REACH_UP * width, 0)), int(row + REACH_DOWN * width)
    left, right = int(max(column - REACH_ACROSS * width, 0)), int(column + REACH_ACROSS * width)
    film = np.ascontiguousarray(joint.film[top : bottom + 1, left : right + 1])
    return moved_to(replace(joint, film=film), np.array([top, left], float), 1.0)


def moved_to(joint: Joint, corner: Points, zoom: float) -> Joint:
    """The joint's points in a film that starts at `corner` and is resampled by `zoom`."""

    def moved(points: Points) -> Points:
        return (points - corner + 0.5) * zoom - 0.5

    old = joint.placement
    centre = moved(np.array([old.centre]))[0]
    return replace(
        joint,
        placement=replace(
            old, centre=(float(centre[0]), float(centre[1])), tibial_width_px=old.tibial_width_px * zoom
        ),
        mm_per_px=joint.mm_per_px / zoom,
        curves={name: [moved(curve) for curve in both] for name, both in joint.curves.items()},
        points=None if joint.points is None else moved(joint.points),
    )


def by_column(curve: Points) -> tuple[Float64, Float64]:
    """Columns in rising order, and their rows; curve: (n, 2) (row, column)."""
    order = np.argsort(curve[:, 1], kind="stable")
    return curve[order, 1], curve[order, 0]
