"""The axes of the knee: x along the tangent to both condyles, 0 at the medial edge, 1 at the lateral edge."""

from dataclasses import dataclass

import numpy as np

from kltool.typing import Points
from kltool.values.joint_space import KneeAxis, Margins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.scale import Scale

CONDYLE = {Compartment.LATERAL: (0, 2), Compartment.MEDIAL: (4, 6)}  # first and last femoral landmark


def knee_axis(knee: Knee, traced: TracedJoint) -> KneeAxis:
    """The tangent to the most distal point of each condyle; x = 0 and 1 at the condyles' widest points.

    Angles are true where pixels are not square. Where the margin of a condyle was not traced, its landmarks
    are used. Source: design of the OAI's JSW(x).
    """
    scale = knee.scale
    medial, lateral = _common_tangent(
        scale.to_isotropic(_condyle_outline(knee, Compartment.MEDIAL, traced.medial)),
        scale.to_isotropic(_condyle_outline(knee, Compartment.LATERAL, traced.lateral)),
    )
    along = (lateral - medial) / np.hypot(*(lateral - medial))
    lateral_end, medial_end = scale.to_isotropic(knee.landmarks.femoral_ends)
    ends = [medial + along * float((widest - medial) @ along) for widest in (medial_end, lateral_end)]
    start, end = scale.to_film(np.array(ends))
    return KneeAxis(_as_tuple(start), _as_tuple(end))


def _condyle_outline(knee: Knee, compartment: Compartment, margins: Margins | NotMeasured) -> Points:
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


def _as_tuple(point: Points) -> tuple[float, float]:
    return float(point[0]), float(point[1])


MEDIAL_LOCATIONS = tuple(round(0.150 + 0.025 * step, 3) for step in range(7))  # OAI JSW150 to JSW300
LATERAL_LOCATIONS = tuple(round(0.700 + 0.025 * step, 3) for step in range(9))  # OAI LJSW700 to LJSW900
FIXED_LOCATIONS = {Compartment.MEDIAL: MEDIAL_LOCATIONS, Compartment.LATERAL: LATERAL_LOCATIONS}


def location_names(compartment: Compartment) -> dict[str, float]:
    """The fixed locations by their names in tables: jsw250 at x = 0.250."""
    return {f"jsw{round(1000 * x)}": x for x in FIXED_LOCATIONS[compartment]}


def location_range(compartment: Compartment) -> tuple[float, float]:
    """From the first to the last fixed location of a compartment."""
    locations = FIXED_LOCATIONS[compartment]
    return locations[0], locations[-1]


@dataclass(frozen=True, slots=True)
class JointAxes:
    """The axes of the knee in isotropic units: x along the tangent of the condyles, depth towards the tibia.

    origin: (2,) where x is 0. along, down: (2,) unit vectors. length: from x = 0 to x = 1.
    """

    origin: Points
    along: Points
    down: Points
    length: float

    def to_axes(self, isotropic: Points) -> tuple[Points, Points]:
        """(n, 2) points in isotropic units to x (n,) and depth (n,)."""
        offset = isotropic - self.origin
        return offset @ self.along / self.length, offset @ self.down

    def from_axes(self, x: Points, depth: Points) -> Points:
        """The inverse of to_axes, (n, 2)."""
        points: Points = self.origin + np.outer(x * self.length, self.along) + np.outer(depth, self.down)
        return points


def joint_axes_of(axis: KneeAxis, scale: Scale) -> JointAxes:
    origin, end = scale.to_isotropic(np.array([axis.origin, axis.end]))
    length = float(np.hypot(*(end - origin)))
    along = (end - origin) / length
    down = np.array([along[1], -along[0]]) * (np.sign(along[1]) or 1.0)
    return JointAxes(origin, along, down, length)


@dataclass(frozen=True, slots=True)
class MarginProfile:
    """A margin in the axes of the knee, in the order of x: (n,) x, depth and its standard deviation.

    depth, sd: isotropic units.
    """

    x: Points
    depth: Points
    sd: Points

    def reaches(self, x: float) -> bool:
        return bool(self.x[0] <= x <= self.x[-1])

    def at(self, x: Points) -> "MarginProfile":
        """The margin at each x, (k,), interpolated between its points."""
        return MarginProfile(x, np.interp(x, self.x, self.depth), np.interp(x, self.x, self.sd))

    def restricted(self, span: tuple[float, float]) -> "MarginProfile":
        """The part between two x, its ends interpolated."""
        low, high = np.clip(span, self.x[0], self.x[-1])
        inner = self.x[(self.x > low) & (self.x < high)]
        return self.at(np.concatenate([[low], inner, [high]]))


def margin_profile(margin: Points, sd: Points, axes: JointAxes, scale: Scale) -> MarginProfile:
    """margin: (n, 2) film pixels; sd: (n,) across it, film pixels."""
    x, depth = axes.to_axes(scale.to_isotropic(margin))
    order = np.argsort(x, kind="stable")
    across = 1.0 / float(
        np.hypot(*(axes.down / scale.pixel_size))
    )  # isotropic units of a film pixel in this direction
    return MarginProfile(x[order], depth[order], sd[order] * across)
