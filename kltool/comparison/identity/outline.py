"""How far the bones' outlines on two films are apart, laid on each other."""

import numpy as np

from kltool.geometry.registration import laid, plane
from kltool.typing import Points
from kltool.values.radiograph import Knee


def apart(this: Knee, other: Knee) -> float:
    """Root mean square distance of the margins of this knee and of the other laid on it; tibial widths.

    The widest points of the condyles are left out: docs/choices.md#same-knee.
    """
    here, there = _margins(this), _margins(other)
    distance = np.abs(laid(there, here).of(plane(there)) - plane(here))
    return float(np.sqrt((distance**2).mean())) / this.placement.tibial_width_px


def _margins(knee: Knee) -> Points:
    return np.vstack([knee.landmarks.tibia, knee.landmarks.femur])
