"""The error of a change: what measurement, another film, magnification and positioning add, in quadrature.

Repositioning comes from a named source or from a site's own repeat films; the rest from the two films.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, hypot, sqrt
from typing import Final

from kltool.comparison.linked_measurement import LinkedChange
from kltool.comparison.magnification import Scales
from kltool.comparison.positioning import PositioningDifference
from kltool.errors import UsageError
from kltool.values.change import Difference, ErrorComponents, Unit, WidthChange
from kltool.values.length import NORMAL_95, NotMeasured, Width

TIBIAL_WIDTH_MM: Final = 76.0  # turns millimetres into per cent where there is no spacing
FEWEST_REPEATS: Final = 20
REPOSITIONING_MM: Final = {  # of one film; docs/choices.md#repositioning
    "volunteers": 0.10,
    "good films": 0.25,
    "all films": 0.32,
    "between units": 0.45,
}


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """docs/choices.md#repositioning, #change-error and #threshold.

    repositioning_mm: of one film; source: where it is from. threshold_mm: the change a protocol asks for.
    linked_floor, linked_gain: of the margins' deviations in the error of a linked change; the floor a share
    of the tibial width. per_imd, per_degree: error of a change, mm, for each mm by which the plateau's rims
    lie further apart, and for each degree of rotation, in one film than in the other.
    """

    repositioning_mm: float = REPOSITIONING_MM["good films"]
    source: str = "good films"
    threshold_mm: float = 0.5
    linked_floor: float = 0.00049
    linked_gain: float = 0.445
    per_imd: float = 0.0092
    per_degree: float = 0.039

    def __post_init__(self) -> None:
        if not 0.0 <= self.repositioning_mm <= 2.0:
            raise UsageError(
                f"repositioning error {self.repositioning_mm} mm found, 0 to 2 mm expected: the standard "
                "deviation of one film of a knee against another"
            )
        if not 0.0 < self.threshold_mm <= 5.0:
            raise UsageError(f"threshold {self.threshold_mm} mm found, more than 0 and at most 5 mm expected")


def width_change(
    before: Width | NotMeasured,
    after: Width | NotMeasured,
    moved: LinkedChange | NotMeasured,
    scales: Scales,
    positioning_mm: float,
    model: ErrorModel,
) -> WidthChange | NotMeasured:
    """After minus before, in the unit of the scales.

    moved: the same measured in both films together. positioning_mm: error from how differently they stood;
    the deviations of widths that were measured on one film hold it already.
    """
    for when, width in (("before", before), ("after", after)):
        if isinstance(width, NotMeasured):
            return NotMeasured(f"{when}: {width.reason}")
    assert isinstance(before, Width)
    assert isinstance(after, Width)
    unit = scales.unit
    (b, b_sd), (a, a_sd) = _in(unit, before), _in(unit, after)
    repositioning = sqrt(2) * length_in(unit, model.repositioning_mm)
    positioning = length_in(unit, positioning_mm)
    alone = ErrorComponents(hypot(b_sd, a_sd), repositioning, scales.relative_sd * hypot(b, a), 0.0)
    linked: Difference | NotMeasured
    if isinstance(moved, NotMeasured):
        linked = moved
    else:
        floor = model.linked_floor * length_in(unit, TIBIAL_WIDTH_MM)
        measurement = hypot(floor, model.linked_gain * moved.sd)
        magnification = hypot(scales.relative_sd_between * moved.width, scales.relative_sd * moved.change)
        linked = Difference(
            moved.change, ErrorComponents(measurement, repositioning, magnification, positioning)
        )
    return WidthChange(unit, b, a, Difference(a - b, alone), linked, length_in(unit, model.threshold_mm))


def positioning_error(stood: PositioningDifference, model: ErrorModel) -> float:
    """Error of a change, mm, from beam and leg standing differently in the two films.

    What is not known of a film adds nothing here; its quality says that it is not known.
    """
    beam = 0.0 if isinstance(stood.imd, NotMeasured) else stood.imd / 100 * TIBIAL_WIDTH_MM
    turn = 0.0 if isinstance(stood.rotation_deg, NotMeasured) else stood.rotation_deg
    return hypot(model.per_imd * beam, model.per_degree * turn)


def estimate_repositioning(repeats: Sequence[Difference]) -> float:
    """The repositioning error of one film that repeat films of unchanged knees show, in their unit.

    The smallest that makes 95% of the differences lie within 1.96 of their errors: what they spread beyond
    the errors that they state already; 0 where they spread no more. Raises UsageError for too few.
    """
    if len(repeats) < FEWEST_REPEATS:
        raise UsageError(
            f"{len(repeats)} repeat films found, {FEWEST_REPEATS} at least expected: the spread of "
            "fewer says too little"
        )
    needed = sorted(max((one.change / NORMAL_95) ** 2 - one.standard_error**2, 0.0) / 2 for one in repeats)
    return sqrt(needed[ceil(0.95 * len(needed)) - 1])


def length_in(unit: Unit, mm: float) -> float:
    """Millimetres of a knee of usual size in a unit."""
    return mm if unit is Unit.MM else 100 * mm / TIBIAL_WIDTH_MM


def _in(unit: Unit, width: Width) -> tuple[float, float]:
    """A width and its standard deviation."""
    if unit is Unit.PERCENT:
        return width.percent, width.sd_percent
    assert not isinstance(width.mm, NotMeasured)
    assert not isinstance(width.sd_mm, NotMeasured)
    return width.mm, width.sd_mm
