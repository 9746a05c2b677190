"""Joints that a film does not show whole: the edge of the film or of the exposed field cuts them off."""

from typing import Final

import numpy as np

from kltool.localize.detect import Candidate
from kltool.typing import Float32

LEAST_ABOVE: Final = 0.20  # tibial widths of femur above the joint's centre; docs/choices.md#cut-off
LEAST_BELOW: Final = 0.10  # of tibia below it; docs/choices.md#cut-off
MOST_ASIDE: Final = 0.15  # of the plateau beyond the film; docs/choices.md#cut-off
STRIP: Final = 0.7  # tibial widths to either side, in which collimation is looked for
FLAT: Final = 0.02  # 5th to 95th percentile of a collimated row, of the film's range


def edge_that_cuts(film: Float32, joint: Candidate) -> str | None:
    """The edge of the picture that cuts the joint off, "upper", "lower", "left" or "right"; None: none does.

    film: as shown, (rows, columns).
    """
    top, bottom = _exposed_rows(film, joint)
    row, width = float(joint.centre[0]), joint.width
    if row - top < LEAST_ABOVE * width:
        return "upper"
    if bottom - row < LEAST_BELOW * width:
        return "lower"
    left, right = sorted(float(end) for end in joint.ends[:, 1])
    if -left > MOST_ASIDE * width:
        return "left"
    return "right" if right - film.shape[1] > MOST_ASIDE * width else None


def _exposed_rows(film: Float32, joint: Candidate) -> tuple[int, int]:
    """The rows around the joint that are not black or white collimation: from, to (after the last)."""
    columns = np.clip(joint.centre[1] + STRIP * joint.width * np.array([-1, 1]), 0, film.shape[1])
    strip = film[:, int(columns[0]) : max(int(np.ceil(columns[1])), int(columns[0]) + 1)]
    low, high = np.percentile(strip, (5, 95), axis=1)
    shown = np.flatnonzero(high - low >= FLAT * float(film.max() - film.min()))
    return (int(shown[0]), int(shown[-1]) + 1) if len(shown) else (0, len(film))
