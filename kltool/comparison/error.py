"""Standard error of a change: measurement, repositioning, magnification and positioning, in quadrature.

The repositioning error comes from a named source or a site's own repeat films, the others from the two films.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, hypot, sqrt
from typing import Final

from kltool.comparison.linked_measurement import LinkedChange
from kltool.comparison.magnification import Scales
from kltool.comparison.positioning import PositioningDifference
from kltool.errors import UsageError
from kltool.values.length import NORMAL_95, NotMeasured, Width
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange

TIBIAL_WIDTH_MM: Final = 76.0  # mm to % without a pixel spacing; docs/choices.md#tibial-width
FEWEST_REPEATS: Final = 20
REPOSITIONING_MM: Final = {  # of one film; docs/choices.md#repositioning
    "volunteers": 0.10,
    "good films": 0.25,
    "all films": 0.32,
    "between units": 0.45,
}


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """Parameters of the standard error of a change.

    Sources: docs/choices.md#repositioning, #change-error and #threshold.

    Attributes
    ----------
    repositioning_mm : float
        SD of repositioning, of one film, 0 to 2 mm; from `REPOSITIONING_MM` or a site's own repeat films.
    source : str
        Where it comes from; by default the name in `REPOSITIONING_MM`, or "given by the user".
    threshold_mm : float
        The change that the protocol regards as relevant, above 0 and at most 5 mm.
    linked_floor, linked_gain : float
        Measurement error of a linked change from the SDs of the margins; the floor as a share of the tibial
        width.
    per_imd, per_degree : float
        SD of a change, mm, per mm by which the inter-margin distance, and per degree by which the rotation,
        differs between the films.

    Raises
    ------
    UsageError
        Where repositioning_mm or threshold_mm is out of range.

    References
    ----------
    Field test of the reproducibility of automated measurements of medial tibiofemoral joint space width
    derived from standardized knee radiographs. J Rheumatol 1999; 26: 1359-1365 (0.25, 0.32, 0.45 mm).
    Peterfy C., Li J., Zaim S. et al. Comparison of fixed-flexion positioning with fluoroscopic semi-flexed
    positioning. Skeletal Radiol 2003; 32: 128-132 (0.10 mm).

    Examples
    --------
    >>> ErrorModel(0.21, "20 repeat films of our site", threshold_mm=0.7).repositioning_mm
    0.21
    """

    repositioning_mm: float = REPOSITIONING_MM["good films"]
    source: str = ""
    threshold_mm: float = 0.5
    linked_floor: float = 0.00049
    linked_gain: float = 0.445
    per_imd: float = 0.0092
    per_degree: float = 0.039

    def __post_init__(self) -> None:
        if not isinstance(self.repositioning_mm, int | float):
            raise UsageError(
                f"repositioning_mm {self.repositioning_mm!r} found; millimetres expected, as "
                "REPOSITIONING_MM['all films']"
            )
        if not self.source:
            object.__setattr__(self, "source", _source_of(self.repositioning_mm))
        if not min(self.linked_floor, self.linked_gain, self.per_imd, self.per_degree) >= 0.0:
            raise UsageError("a parameter of the error model below 0 found; 0 or more expected")
        if not 0.0 <= self.repositioning_mm <= 2.0:
            raise UsageError(
                f"repositioning error {self.repositioning_mm} mm found, 0 to 2 mm expected: the standard "
                "deviation of one film, by repeat films of a knee"
            )
        if REPOSITIONING_MM.get(self.source, self.repositioning_mm) != self.repositioning_mm:
            raise UsageError(
                f"repositioning error {self.repositioning_mm} mm of {self.source!r} found, "
                f"{REPOSITIONING_MM[self.source]} mm expected; name another source"
            )
        if not 0.0 < self.threshold_mm <= 5.0:
            raise UsageError(f"threshold {self.threshold_mm} mm found, more than 0 and at most 5 mm expected")


def _source_of(repositioning_mm: float) -> str:
    return next(
        (name for name, mm in REPOSITIONING_MM.items() if mm == repositioning_mm), "given by the user"
    )


def width_change(
    before: Width | NotMeasured,
    after: Width | NotMeasured,
    linked_change: LinkedChange | NotMeasured,
    scales: Scales,
    positioning_mm: float,
    model: ErrorModel,
) -> WidthChange | NotMeasured:
    """After minus before, in the unit of the scales.

    positioning_mm: error of the linked change by the difference in positioning. The standard deviations of
    widths measured on one film include it already.
    """
    for when, width in (("before", before), ("after", after)):
        if isinstance(width, NotMeasured):
            return NotMeasured(f"{when}: {width.reason}")
    assert isinstance(before, Width)
    assert isinstance(after, Width)
    unit = scales.unit
    (b, b_sd), (a, a_sd) = _width_in(unit, before), _width_in(unit, after)
    repositioning = sqrt(2) * length_in(unit, model.repositioning_mm)
    positioning = length_in(unit, positioning_mm)
    independent = ErrorComponents(hypot(b_sd, a_sd), repositioning, scales.relative_sd * hypot(b, a), 0.0)
    linked: Difference | NotMeasured
    if isinstance(linked_change, NotMeasured):
        linked = linked_change
    else:
        floor = model.linked_floor * length_in(unit, TIBIAL_WIDTH_MM)
        measurement = hypot(floor, model.linked_gain * linked_change.sd)
        magnification = hypot(
            scales.relative_sd_between * linked_change.width, scales.relative_sd * linked_change.change
        )
        linked = Difference(
            linked_change.change, ErrorComponents(measurement, repositioning, magnification, positioning)
        )
    return WidthChange(
        unit, b, a, Difference(a - b, independent), linked, length_in(unit, model.threshold_mm)
    )


def positioning_error(difference: PositioningDifference, model: ErrorModel) -> float:
    """SD of a linked change, mm, from differences in beam angle and leg rotation between the films.

    What was not measured on a film adds nothing here; its quality is reduced instead.
    """
    imd_mm = 0.0 if isinstance(difference.imd, NotMeasured) else difference.imd / 100 * TIBIAL_WIDTH_MM
    degrees = 0.0 if isinstance(difference.rotation_deg, NotMeasured) else difference.rotation_deg
    return hypot(model.per_imd * imd_mm, model.per_degree * degrees)


def estimate_repositioning(repeats: Sequence[Difference]) -> float:
    """The repositioning error (SD of one film) from repeat films of unchanged knees, in their unit.

    The smallest with which 95% of the differences lie within 1.96 standard errors; 0 where their stated
    errors suffice. Raises UsageError for fewer than FEWEST_REPEATS.
    """
    if len(repeats) < FEWEST_REPEATS:
        raise UsageError(
            f"{len(repeats)} repeat films found, at least {FEWEST_REPEATS} expected: "
            "fewer do not give a reliable estimate"
        )
    variances = sorted(max((one.change / NORMAL_95) ** 2 - one.standard_error**2, 0.0) / 2 for one in repeats)
    return sqrt(variances[ceil(0.95 * len(variances)) - 1])


def length_in(unit: Unit, mm: float) -> float:
    """Millimetres in a unit, for a tibia of TIBIAL_WIDTH_MM."""
    return mm if unit is Unit.MM else 100 * mm / TIBIAL_WIDTH_MM


def _width_in(unit: Unit, width: Width) -> tuple[float, float]:
    """A width and its standard deviation in a unit."""
    if unit is Unit.PERCENT:
        return width.percent, width.sd_percent
    assert not isinstance(width.mm, NotMeasured)
    assert not isinstance(width.sd_mm, NotMeasured)
    return width.mm, width.sd_mm
