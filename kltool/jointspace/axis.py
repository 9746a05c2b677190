"""The knee's own x axis: the tangent to both distal condyles, 0 at the medial edge, 1 at the lateral."""

import numpy as np

from kltool.geometry import Points
from kltool.jointspace.ruler import ruler_of
from kltool.values.findings import Compartment, KneeAxis, Margins, NotMeasured, TracedJoint
from kltool.values.image import Knee

CONDYLE = {Compartment.LATERAL: (0, 2), Compartment.MEDIAL: (4, 6)}  # first and last femoral landmark


def knee_axis(knee: Knee, traced: TracedJoint) -> KneeAxis:
    """The tangent to the most distal point of each condyle; x = 0 and 1 at the condyles' widest points.

    Right angles are those of the knee, also where pixels are not square. A condyle whose margin was not
    traced lends its landmarks. Source: design of the OAI's JSW(x).
    """
    ruler = ruler_of(knee)
    medial, lateral = _common_tangent(
        ruler.even(_condyle(knee, Compartment.MEDIAL, traced.medial)),
        ruler.even(_condyle(knee, Compartment.LATERAL, traced.lateral)),
    )
    along = (lateral - medial) / np.hypot(*(lateral - medial))
    lateral_end, medial_end = ruler.even(knee.landmarks.femoral_ends)
    ends = [medial + along * float((widest - medial) @ along) for widest in (medial_end, lateral_end)]
    start, end = ruler.film(np.array(ends))
    return KneeAxis(_pair(start), _pair(end))


def _condyle(knee: Knee, compartment: Compartment, margins: Margins | NotMeasured) -> Points:
    if isinstance(margins, Margins):
        return margins.femur
    first, last = CONDYLE[compartment]
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
