"""The error of a change: software and repositioning error of both visits, in quadrature."""

from dataclasses import dataclass
from math import erf, sqrt

from kltool.values.findings import NORMAL_95, NotMeasured, Width
from kltool.values.history import Unit, WidthChange


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """docs/choices.md#repositioning."""

    repositioning_mm: float = 0.25  # one film against another, same unit, good films
    tibial_width_mm: float = 76.0  # turns millimetres into per cent where there is no spacing

    @property
    def repositioning_percent(self) -> float:
        return 100 * self.repositioning_mm / self.tibial_width_mm


def width_change(
    before: Width | NotMeasured, after: Width | NotMeasured, model: ErrorModel
) -> WidthChange | NotMeasured:
    """After minus before, in millimetres where both films have them, else in per cent."""
    for when, width in (("before", before), ("after", after)):
        if isinstance(width, NotMeasured):
            return NotMeasured(f"{when}: {width.reason}")
    assert isinstance(before, Width)
    assert isinstance(after, Width)
    millimetres = [_in_mm(width) for width in (before, after)]
    if None in millimetres:
        software = [before.sd_percent, after.sd_percent]
        return _change(Unit.PERCENT, before.percent, after.percent, software, model.repositioning_percent)
    (b, b_sd), (a, a_sd) = (pair for pair in millimetres if pair is not None)
    return _change(Unit.MM, b, a, [b_sd, a_sd], model.repositioning_mm)


def _in_mm(width: Width) -> tuple[float, float] | None:
    if isinstance(width.mm, NotMeasured) or isinstance(width.sd_mm, NotMeasured):
        return None
    return width.mm, width.sd_mm


def _change(
    unit: Unit, before: float, after: float, software: list[float], repositioning: float
) -> WidthChange:
    error = sqrt(sum(sd**2 for sd in software) + 2 * repositioning**2)
    change, half = after - before, NORMAL_95 * error
    wider = 0.5 * (1 + erf(change / (error * sqrt(2))))
    return WidthChange(unit, before, after, error, (change - half, change + half), half, wider)
