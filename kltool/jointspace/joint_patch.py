"""Sampling of a patch of the joint from the film at full resolution, in training and in reading."""

from typing import Final

import cv2
import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS, JointFrame
from kltool.localize.normalise import standardize
from kltool.typing import Float32, Points

SAMPLES_A_COLUMN: Final = 4  # docs/choices.md#joint-patch


def sample_patch(film: Float32, frame: JointFrame) -> Float32:
    """(ROWS, COLUMNS) of a film in right-knee orientation, brightness standardized; its edges are repeated.

    Rows are sampled about as finely as by detectors; a column is the mean of several, since a margin
    changes little along its course.
    """
    fine = COLUMNS * SAMPLES_A_COLUMN
    # Three corners of the fine grid define its affine map to the film.
    grid = np.array([[0.0, 0.0], [0.0, fine - 1.0], [ROWS - 1.0, 0.0]])
    in_patch = grid.copy()
    in_patch[:, 1] = (grid[:, 1] + 0.5) / SAMPLES_A_COLUMN - 0.5
    in_film = frame.to_film(in_patch)
    region, corner = _covered_region(film, frame)
    by_column = cv2.getAffineTransform(
        grid[:, ::-1].astype(np.float32).copy(), (in_film - corner)[:, ::-1].astype(np.float32).copy()
    )
    sampled = cv2.warpAffine(
        region,
        by_column,
        (fine, ROWS),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return standardize(sampled.reshape(ROWS, COLUMNS, SAMPLES_A_COLUMN).mean(axis=2))


def _covered_region(film: Float32, frame: JointFrame) -> tuple[Float32, Points]:
    """The part of the film that the patch covers, and its top left corner."""
    corners = np.array([[0, 0], [0, COLUMNS], [ROWS, 0], [ROWS, COLUMNS]], float) - 0.5
    on_film = frame.to_film(corners)
    limit = np.array(film.shape)
    low = np.clip(np.floor(on_film.min(0)).astype(int) - 3, 0, limit - 2)
    high = np.clip(np.ceil(on_film.max(0)).astype(int) + 4, low + 2, limit)
    return np.ascontiguousarray(film[low[0] : high[0], low[1] : high[1]]), low.astype(float)
