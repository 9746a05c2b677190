"""RMS distance of the bones' outlines on two films after registration."""

import numpy as np

from kltool.geometry.registration import as_complex, estimate_similarity
from kltool.typing import Points
from kltool.values.knee import Knee


def outline_rms_distance(this: Knee, other: Knee) -> float:
    """RMS distance of the landmarks on the margins, the other knee registered to this one; tibial widths.

    The widest points of the condyles are excluded: docs/choices.md#identity-match.
    """
    here, there = _margins(this), _margins(other)
    distance = np.abs(estimate_similarity(there, here).apply(as_complex(there)) - as_complex(here))
    return float(np.sqrt((distance**2).mean())) / this.placement.tibial_width_px


def _margins(knee: Knee) -> Points:
    return np.vstack([knee.landmarks.tibia, knee.landmarks.femur])
