"""Variants of a joint: as another film, another processing and another framing would show it."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS, JointFrame
from kltool.jointspace.joint_patch import sample_patch
from kltool.training.data.augment import processed
from kltool.training.data.joints import CURVES, Joint, by_column, moved_to
from kltool.training.sampling import Random
from kltool.typing import Float32, Float64

COARSEST_MM: Final = 0.50
OAI_MM: Final = 0.46

Framing = tuple[float, float, float, float]  # of JointFrame.perturbed: down, across, growth, turn in radians


def variant(joint: Joint, framing: Framing, random: Random) -> tuple[Float32, JointFrame, Joint]:
    """A patch of the joint, its frame, and the joint with its points in the pixels of the film it is of."""
    seen = _resampled(joint, random)
    seen, frame = _around(seen, seen.frame.perturbed(*framing))
    return sample_patch(processed(seen.film, random), frame), frame, seen


def _around(joint: Joint, frame: JointFrame) -> tuple[Joint, JointFrame]:
    """The part of the film that a frame touches and a little more, for the sake of speed."""
    corners = np.array([[0, 0], [0, COLUMNS], [ROWS, 0], [ROWS, COLUMNS]], float)
    touched, slack = frame.to_film(corners), 0.03 * frame.tibial_width_px + 4
    low = np.maximum(np.floor(touched.min(axis=0) - slack), 0).astype(int)
    high = np.ceil(touched.max(axis=0) + slack).astype(int)
    part = np.ascontiguousarray(joint.film[low[0] : high[0], low[1] : high[1]])
    row, column = frame.centre
    near = replace(frame, centre=(row - float(low[0]), column - float(low[1])))
    return moved_to(replace(joint, film=part), low.astype(float), 1.0), near


def _resampled(joint: Joint, random: Random) -> Joint:
    """At its own resolution, or at a coarser one down to half a millimetre; a third at that of the OAI."""
    film = joint.film.astype(np.float32)
    kind = random.random()
    target = joint.mm_per_px
    if kind < 0.35:
        target = OAI_MM * float(np.exp(random.normal(0.0, 0.08)))
    elif kind < 0.6 and joint.mm_per_px < COARSEST_MM:
        target = float(np.exp(random.uniform(np.log(joint.mm_per_px), np.log(COARSEST_MM))))
    if target < 1.15 * joint.mm_per_px:
        return replace(joint, film=film)
    corner = random.integers(0, int(np.ceil(target / joint.mm_per_px)) + 1, 2)
    part = film[corner[0] :, corner[1] :]
    zoom = joint.mm_per_px / target
    size = (max(int(part.shape[1] * zoom), 8), max(int(part.shape[0] * zoom), 8))
    part = np.ascontiguousarray(part[: int(size[1] / zoom), : int(size[0] / zoom)])
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return moved_to(replace(joint, film=np.asarray(small, np.float32)), corner.astype(float), zoom)


def framing(random: Random) -> Framing:
    """As far off as the landmarks may place the knee; docs/choices.md#joint-patch."""
    return (
        float(random.normal(0.0, 0.012)),
        float(random.normal(0.0, 0.018)),
        float(np.exp(random.normal(0.0, 0.045))),
        float(random.normal(0.0, np.deg2rad(2.2))),
    )


def target_rows(joint: Joint, frame: JointFrame, columns: Float64) -> Float64:
    """(4, n) rows of the curves in the patch at its columns; not a number where a curve is not known."""
    rows = np.full((len(CURVES), len(columns)), np.nan)
    for index, name in enumerate(CURVES):
        for curve in joint.curves.get(name, []):
            across, down = by_column(frame.to_patch(curve))
            inside = (columns >= across[0]) & (columns <= across[-1])
            rows[index, inside] = np.interp(columns[inside], across, down)
    return rows
