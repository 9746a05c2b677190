"""How far the bones' outlines on two films are apart, laid on each other."""

import numpy as np

from kltool.geometry.registration import as_complex, estimate_similarity
from kltool.typing import Points
from kltool.values.knee import Knee


def outline_rms_distance(this: Knee, other: Knee) -> float:
    """Root mean square distance of the margins of this knee and of the other laid on it; tibial widths.

    The widest points of the condyles are left out: docs/choices.md#same-knee.
    """
    here, there = _margins(this), _margins(other)
    distance = np.abs(estimate_similarity(there, here).apply(as_complex(there)) - as_complex(here))
    return float(np.sqrt((distance**2).mean())) / this.placement.tibial_width_px


def _margins(knee: Knee) -> Points:
    return np.vstack([knee.landmarks.tibia, knee.landmarks.femur])
