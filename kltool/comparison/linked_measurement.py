"""Linked measurement: the change of the joint space at the same locations of both films.

Bone keeps its shape between visits. In the axes of the femur, the femoral margins of both films are aligned
by a shift and a rotation, and so, separately, are the tibial ones. The residual between aligned margins is
tracing error, and both films are given their mean. The films then differ only in the relative position of the
bones, which is known more precisely than any single stretch of margin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.comparison.magnification import Scales
from kltool.geometry.joint_axes import (
    FIXED_LOCATIONS,
    JointAxes,
    MarginProfile,
    joint_axes_of,
    margin_profile,
)
from kltool.geometry.points import nearest
from kltool.jointspace import WidthSettings
from kltool.typing import Float64, Points
from kltool.values.decimals import decimal
from kltool.values.joint_space import KneeAxis, TracedJoint
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment, Measure
from kltool.values.reading import KneeReading
from kltool.values.scale import Scale

SPAN: Final = {  # of x, over which the bones are aligned; docs/choices.md#linked-measurement
    Compartment.MEDIAL: (0.10, 0.36),
    Compartment.LATERAL: (0.64, 0.90),
}
LEAST_COVERAGE: Final = 0.75  # of that span, by all four margins; docs/choices.md#linked-measurement
STEPS: Final = 120
WIDTHS: Final = WidthSettings()


@dataclass(frozen=True, slots=True)
class LinkedChange:
    """A change of the joint space, in the unit of the scales.

    change: after minus before. width: mean of both films. sd: of the four margins, in quadrature.
    """

    change: float
    width: float
    sd: float


@dataclass(frozen=True, slots=True)
class LinkedFilm:
    """One film of a pair. axes: of its femur. size: of an isotropic unit, in the unit of the scales."""

    traced: TracedJoint
    axes: JointAxes
    scale: Scale
    size: float

    def profiles(self, compartment: Compartment) -> tuple[MarginProfile, MarginProfile] | NotMeasured:
        """Femur and tibia, depths in the unit of the scales."""
        margins = self.traced.of(compartment)
        if isinstance(margins, NotMeasured):
            return margins
        femur = margin_profile(margins.femur, margins.femur_sd, self.axes, self.scale)
        tibia = margin_profile(margins.tibia, margins.tibia_sd, self.axes, self.scale)
        return self._scaled(femur), self._scaled(tibia)

    @property
    def length(self) -> float:
        """The femoral width, in the unit of the scales."""
        return self.axes.length * self.size

    def _scaled(self, margin: MarginProfile) -> MarginProfile:
        return MarginProfile(margin.x, margin.depth * self.size, margin.sd * self.size)


@dataclass(frozen=True, slots=True)
class AlignedBone:
    """One bone of both films at the same x: (n,) depths of one shape, and the variance of both margins."""

    before: Float64
    after: Float64
    variance: float


@dataclass(frozen=True, slots=True)
class AlignedJoint:
    """One compartment of both films. x: (n,). length: the femoral width, in the unit of the scales."""

    x: Float64
    femur: AlignedBone
    tibia: AlignedBone
    length: float

    @property
    def sd(self) -> float:
        return float(np.sqrt(self.femur.variance + self.tibia.variance))

    def change_at(self, x: float) -> LinkedChange | NotMeasured:
        """The change along the normal of the axis at x."""
        if not self.x[0] <= x <= self.x[-1]:
            return NotMeasured(f"the margins of both films do not reach x = {decimal(x, 3)}")
        before, after = (float(np.interp(x, self.x, gap)) for gap in self._gaps())
        return self._linked_change(before, after)

    def minimum_change(self, span: tuple[float, float]) -> LinkedChange:
        """The change of the smallest Euclidean distance, both margins within a span of x."""
        inside = (self.x >= span[0]) & (self.x <= span[1])
        across = self.x[inside] * self.length
        before, after = (
            _smallest_distance(
                np.column_stack([across, femur[inside]]), np.column_stack([across, tibia[inside]])
            )
            for femur, tibia in ((self.femur.before, self.tibia.before), (self.femur.after, self.tibia.after))
        )
        return self._linked_change(before, after)

    def _gaps(self) -> tuple[Float64, Float64]:
        return self.tibia.before - self.femur.before, self.tibia.after - self.femur.after

    def _linked_change(self, before: float, after: float) -> LinkedChange:
        return LinkedChange(after - before, (before + after) / 2, self.sd)


def measure_linked(
    before: KneeReading,
    after: KneeReading,
    traced: tuple[TracedJoint, TracedJoint],
    axes: tuple[KneeAxis, KneeAxis],
    scales: Scales,
) -> Mapping[Measure, LinkedChange | NotMeasured]:
    """The change of the minimum of each compartment and of JSW(x) at the fixed locations."""
    first, second = (
        LinkedFilm(joint, joint_axes_of(axis, scale), scale, size)
        for joint, axis, scale, size in zip(
            traced, axes, (before.knee.scale, after.knee.scale), scales.sizes, strict=True
        )
    )
    changes: dict[Measure, LinkedChange | NotMeasured] = {}
    for compartment in Compartment:
        changes |= _compartment_changes(align_joint(first, second, compartment), compartment)
    return changes


def _compartment_changes(
    joint: AlignedJoint | NotMeasured, compartment: Compartment
) -> dict[Measure, LinkedChange | NotMeasured]:
    minimum = Measure.minimum(compartment)
    fixed = {x: Measure.at(compartment, x) for x in FIXED_LOCATIONS[compartment]}
    if isinstance(joint, NotMeasured):
        return dict.fromkeys((minimum, *fixed.values()), joint)
    at_minimum = joint.minimum_change(WIDTHS.range_of(compartment))
    return {minimum: at_minimum, **{name: joint.change_at(x) for x, name in fixed.items()}}


def align_joint(
    before: LinkedFilm, after: LinkedFilm, compartment: Compartment
) -> AlignedJoint | NotMeasured:
    """One compartment of both films with bones of one shape, or why there is none."""
    profiles = []
    for when, film in (("before", before), ("after", after)):
        both = film.profiles(compartment)
        if isinstance(both, NotMeasured):
            return NotMeasured(f"{when}: {both.reason}")
        profiles.append(both)
    (femur, tibia), (later_femur, later_tibia) = profiles
    margins = (femur, tibia, later_femur, later_tibia)
    low, high = SPAN[compartment]
    first = max(low, *(float(margin.x[0]) for margin in margins))
    last = min(high, *(float(margin.x[-1]) for margin in margins))
    if last - first < LEAST_COVERAGE * (high - low):
        return NotMeasured(f"the films share too little of x = {decimal(low)} to {decimal(high)}")
    x = np.linspace(first, last, STEPS)
    length = float(np.sqrt(before.length * after.length))
    return AlignedJoint(x, _aligned(femur, later_femur, x), _aligned(tibia, later_tibia, x), length)


def _aligned(before: MarginProfile, after: MarginProfile, x: Float64) -> AlignedBone:
    """A bone of both films with one shape: each takes half of the residual between them."""
    first, second = before.at(x), after.at(x)
    difference = second.depth - first.depth
    residual = difference - _fitted_line(x, difference)
    variance = float((first.sd**2).mean() + (second.sd**2).mean())
    return AlignedBone(first.depth + residual / 2, second.depth - residual / 2, variance)


def _fitted_line(x: Float64, values: Float64) -> Float64:
    """The least-squares line, at each x."""
    centred = x - x.mean()
    return np.asarray(values.mean() + centred * (centred @ values) / (centred @ centred))


def _smallest_distance(femur: Points, tibia: Points) -> float:
    """Between two margins, (n, 2) (across, depth); 0 where they touch or cross."""
    if (tibia[:, 1] <= femur[:, 1]).any():
        return 0.0
    return float(min(nearest(femur, tibia)[0].min(), nearest(tibia, femur)[0].min()))
