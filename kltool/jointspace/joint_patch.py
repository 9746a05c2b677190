"""The joint, rectified: a patch of the full-resolution film in the knee's own frame, and back.

Rows run down and columns from lateral to medial, in shares of the tibial width, so that a patch holds
the same anatomy whatever the film's resolution. Training and reading sample it here.
"""

from typing import Final

import cv2
import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS, JointFrame
from kltool.localize.normalise import standardize
from kltool.typing import Float32, Points

SAMPLES_A_COLUMN: Final = 4  # docs/choices.md#joint-patch


def sample_patch(film: Float32, frame: JointFrame) -> Float32:
    """(ROWS, COLUMNS) patch of a turned film, brightness standardized; the film's edges are repeated.

    Rows are sampled about as finely as detectors do; a column is the mean of several, since a margin
    changes little along itself.
    """
    fine = COLUMNS * SAMPLES_A_COLUMN
    # Three corners of the fine grid fix the map from it to the film.
    grid = np.array([[0.0, 0.0], [0.0, fine - 1.0], [ROWS - 1.0, 0.0]])
    in_patch = grid.copy()
    in_patch[:, 1] = (grid[:, 1] + 0.5) / SAMPLES_A_COLUMN - 0.5
    in_film = frame.to_film(in_patch)
    region, corner = _surroundings(film, frame)
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


def _surroundings(film: Float32, frame: JointFrame) -> tuple[Float32, Points]:
    """The part of the film that the patch touches, and its top left corner."""
    corners = np.array([[0, 0], [0, COLUMNS], [ROWS, 0], [ROWS, COLUMNS]], float) - 0.5
    touched = frame.to_film(corners)
    limit = np.array(film.shape)
    low = np.clip(np.floor(touched.min(0)).astype(int) - 3, 0, limit - 2)
    high = np.clip(np.ceil(touched.max(0)).astype(int) + 4, low + 2, limit)
    return np.ascontiguousarray(film[low[0] : high[0], low[1] : high[1]]), low.astype(float)
