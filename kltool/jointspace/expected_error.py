"""The expected absolute error of a minimum width, by what its film shows.

expected = typical · (deviation / 0.2)^a · ((width + 1) / 6)^b · (disagreement / 1)^c · (edge / 1.2)^d, in per
cent of the tibial width: the reported standard deviation of the minimum; its width; the distance of the
minimum between the margins from that between the landmarks, which another network places; the width of the
femoral edge, which is the blur. The last two count from their ordinary values on.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kltool.geometry.points import nearest
from kltool.jointspace.conditions import cause_of_error
from kltool.jointspace.quality_criteria import QualityCriteria
from kltool.values.expected_error import ExpectedError
from kltool.values.joint_space import JointSpace
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment, Place

TIBIAL_LANDMARKS = {Compartment.LATERAL: slice(0, 3), Compartment.MEDIAL: slice(6, 9)}
FEMORAL_LANDMARKS = {Compartment.LATERAL: slice(0, 3), Compartment.MEDIAL: slice(4, 7)}


@dataclass(frozen=True, slots=True)
class ErrorEvidence:
    """What the error of a minimum is expected from, each in per cent of the tibial width.

    deviation: of the minimum, as reported. width: the minimum. disagreement: of the minimum between the
    margins with that between the landmarks. edge: width of the femoral edge.
    """

    deviation: float
    width: float
    disagreement: float
    edge: float | NotMeasured


@dataclass(frozen=True, slots=True)
class ExpectedErrorSettings:
    """The law of the expected error; docs/choices.md#expected-error.

    Attributes
    ----------
    typical_percent : float
        The error where every factor is 1, per cent of the tibial width.
    deviation_power, width_power, disagreement_power, edge_power : float
        By how much each factor counts; 0 not at all, never negative.
    ordinary_deviation, ordinary_width, ordinary_disagreement, ordinary_edge : float
        Per cent of the tibial width, at which the factor is 1; width: the minimum and 1%.
    unknown_edge : float
        Taken for an edge that could not be measured.
    """

    typical_percent: float = 0.178
    deviation_power: float = 0.99
    width_power: float = 0.135
    disagreement_power: float = 0.275
    edge_power: float = 0.285
    ordinary_deviation: float = 0.2
    ordinary_width: float = 6.0
    ordinary_disagreement: float = 1.0
    ordinary_edge: float = 1.2
    unknown_edge: float = 4.0

    def factors(self, evidence: ErrorEvidence) -> tuple[float, float, float, float]:
        """By deviation, width, disagreement and edge, before their powers."""
        edge = self.unknown_edge if isinstance(evidence.edge, NotMeasured) else evidence.edge
        return (
            evidence.deviation / self.ordinary_deviation,
            (evidence.width + 1.0) / self.ordinary_width,
            max(evidence.disagreement / self.ordinary_disagreement, 1.0),
            max(edge / self.ordinary_edge, 1.0),
        )

    def error_percent(self, evidence: ErrorEvidence) -> float:
        """Per cent of the tibial width."""
        powers = (self.deviation_power, self.width_power, self.disagreement_power, self.edge_power)
        factors = self.factors(evidence)
        return self.typical_percent * math.prod(map(math.pow, factors, powers))


def expected_error(
    knee: Knee, space: JointSpace, law: ExpectedErrorSettings, criteria: QualityCriteria
) -> ExpectedError | NotMeasured:
    """Of the minimum that is expected to err more; space: with its errors as measured, not inflated."""
    errors = {place: law.error_percent(one) for place, one in error_evidence(knee, space)}
    if not errors:
        return NotMeasured("no minimum width was measured")
    worse = max(errors, key=errors.__getitem__)
    return ExpectedError(
        worse, _millimetres(knee, errors[worse]), errors[worse], cause_of_error(knee, space, criteria)
    )


def error_evidence(knee: Knee, space: JointSpace) -> Iterator[tuple[Place, ErrorEvidence]]:
    """Of every minimum that was measured."""
    for place, minimum in space.minima.items():
        if not isinstance(minimum, NotMeasured):
            disagreement = abs(minimum.percent - _landmark_minimum(knee, _compartment(place, knee)))
            edge = space.positioning.edge_width_percent
            yield place, ErrorEvidence(minimum.sd_percent, minimum.percent, disagreement, edge)


def _compartment(place: Place, knee: Knee) -> Compartment:
    """Where its landmarks are, in right-knee orientation."""
    return place if isinstance(place, Compartment) else place.compartment(knee.placement.mirrored)


def _landmark_minimum(knee: Knee, compartment: Compartment) -> float:
    """The smallest distance between the landmarks of both bones, per cent of the tibial width."""
    scale = knee.scale
    femur = scale.to_isotropic(knee.landmarks.femur[FEMORAL_LANDMARKS[compartment]])
    tibia = scale.to_isotropic(knee.landmarks.tibia[TIBIAL_LANDMARKS[compartment]])
    distance = min(nearest(femur, tibia)[0].min(), nearest(tibia, femur)[0].min())
    return 100 * float(distance) / scale.tibial_width


def _millimetres(knee: Knee, percent: float) -> float | NotMeasured:
    scale = knee.scale
    if isinstance(scale.unit_mm, NotMeasured):
        return scale.unit_mm
    return percent / 100 * scale.tibial_width * scale.unit_mm
