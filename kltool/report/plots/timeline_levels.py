"""A width over the visits of a knee: its level at the first visit, plus the change to each later visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kltool.values.length import Interval, NotMeasured, Width
from kltool.values.measure import Compartment, Measure
from kltool.values.timeline import Timeline
from kltool.values.width_change import Unit, WidthChange

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Level:
    """A value at one visit, counted from 1, with its 95% interval."""

    visit: int
    month: float
    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Levels:
    """levels: of the first visit and of each later one with a measured change. smallest_detectable: of these
    changes. absent: visits without a level, (number, month).
    """

    unit: Unit
    levels: tuple[Level, ...]
    smallest_detectable: tuple[float, ...]
    absent: tuple[tuple[int, float], ...]


def months_of(timeline: Timeline) -> list[float]:
    return [MONTHS_A_YEAR * years for years in timeline.years]


def levels_of(timeline: Timeline, compartment: Compartment) -> Levels | NotMeasured:
    """The minimum of a compartment over time; changes in another unit than the first change are left out."""
    first = timeline.knees[0].joint_space.of(compartment).minimum
    if isinstance(first, NotMeasured):
        return NotMeasured(f"first visit: {first.reason}")
    changes = [change.widths[Measure.minimum(compartment)] for change in timeline.changes]
    unit = _unit(first, changes)
    baseline = _first_level(first, unit)
    if isinstance(baseline, NotMeasured):
        return baseline
    changed = [
        (
            Level(number, month, baseline.value + change.change, _shifted_interval(baseline.value, change)),
            change,
        )
        for number, (month, change) in enumerate(zip(months_of(timeline)[1:], changes, strict=True), 2)
        if isinstance(change, WidthChange) and change.unit is unit
    ]
    levels = (baseline, *(level for level, _ in changed))
    measured = {level.visit for level in levels}
    return Levels(
        unit,
        levels,
        tuple(change.smallest_detectable for _, change in changed),
        tuple(
            (number, month) for number, month in enumerate(months_of(timeline), 1) if number not in measured
        ),
    )


def _unit(first: Width, changes: Sequence[WidthChange | NotMeasured]) -> Unit:
    """That of the first measured change, else that of the first visit."""
    measured = [change.unit for change in changes if isinstance(change, WidthChange)]
    return measured[0] if measured else Unit.PERCENT if isinstance(first.mm, NotMeasured) else Unit.MM


def _first_level(first: Width, unit: Unit) -> Level | NotMeasured:
    """The first visit, measured on its film alone."""
    if unit is Unit.PERCENT:
        return Level(1, 0.0, first.percent, first.interval_percent)
    if isinstance(first.mm, NotMeasured):
        return first.mm
    interval = first.interval_mm
    return interval if isinstance(interval, NotMeasured) else Level(1, 0.0, first.mm, interval)


def _shifted_interval(level: float, change: WidthChange) -> Interval:
    low, high = change.interval
    return level + low, level + high
