"""The knee's own x axis: the tangent to both distal condyles, 0 at the medial edge, 1 at the lateral."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from kltool.geometry import Points
from kltool.jointspace.margins import FEMUR_SPAN
from kltool.values.findings import Compartment, KneeAxis, Margins, NotMeasured
from kltool.values.image import Knee

FEMORAL_OVER_TIBIAL: Final = 1.15  # docs/choices.md#femoral-width


def knee_axis(knee: Knee, margins: Mapping[Compartment, Margins | NotMeasured]) -> KneeAxis:
    """The tangent to the most distal point of each condyle, with its ends.

    The femoral width is taken as a fixed share of the tibial width about the plateau's middle: an
    approximation of the widest points of the condyles. A condyle whose margin was not traced lends its
    landmarks. Source: design of the OAI's JSW(x).
    """
    medial, lateral = _common_tangent(
        _condyle(knee, Compartment.MEDIAL, margins[Compartment.MEDIAL]),
        _condyle(knee, Compartment.LATERAL, margins[Compartment.LATERAL]),
    )
    along = (lateral - medial) / np.hypot(*(lateral - medial))
    middle = (knee.landmarks.tibia[0] + knee.landmarks.tibia[-1]) / 2
    foot = medial + along * float((middle - medial) @ along)
    half = along * FEMORAL_OVER_TIBIAL * knee.placement.tibial_width_px / 2
    return KneeAxis(_pair(foot - half), _pair(foot + half))


def _condyle(knee: Knee, compartment: Compartment, margins: Margins | NotMeasured) -> Points:
    if isinstance(margins, Margins):
        return margins.femur
    first, last = FEMUR_SPAN[compartment]
    return knee.landmarks.femur[first : last + 1]


def _common_tangent(medial: Points, lateral: Points, rounds: int = 4) -> tuple[Points, Points]:
    """The points where one line touches both condyles from below; converges in a few rounds."""
    normal = np.array([1.0, 0.0])
    for _ in range(rounds):
        touching = medial[(medial @ normal).argmax()], lateral[(lateral @ normal).argmax()]
        along = (touching[0] - touching[1]) / np.hypot(*(touching[0] - touching[1]))
        normal = np.array([along[1], -along[0]])
        normal *= np.sign(normal[0]) or 1.0
    return touching


def _pair(point: Points) -> tuple[float, float]:
    return float(point[0]), float(point[1])
