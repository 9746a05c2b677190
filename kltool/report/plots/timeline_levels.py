"""A width over the visits of a knee: the first visit's level and, from it, the change to each later one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kltool.values.change import Timeline, Unit, WidthChange
from kltool.values.length import Interval, NotMeasured, Width
from kltool.values.measure import Compartment, Measure

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Level:
    """A value at one visit, whose number counts from 1, with its 95% interval."""

    visit: int
    month: float
    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Levels:
    """levels: the first visit's and those of later ones that have one. smallest_detectable: of the changes to
    these later ones. absent: visits without a level, (number, month).
    """

    unit: Unit
    levels: tuple[Level, ...]
    smallest_detectable: tuple[float, ...]
    absent: tuple[tuple[int, float], ...]


def months_of(timeline: Timeline) -> list[float]:
    return [MONTHS_A_YEAR * years for years in timeline.years]


def levels_of(timeline: Timeline, compartment: Compartment) -> Levels | NotMeasured:
    """The minimum of a compartment over time; changes in another unit than the first are left out."""
    first = timeline.knees[0].joint_space.of(compartment).minimum
    if isinstance(first, NotMeasured):
        return NotMeasured(f"first visit: {first.reason}")
    changes = [change.widths[Measure.minimum(compartment)] for change in timeline.changes]
    unit = _unit(first, changes)
    start = _start(first, unit)
    if isinstance(start, NotMeasured):
        return start
    changed = [
        (Level(number, month, start.value + change.change, _about(start.value, change)), change)
        for number, (month, change) in enumerate(zip(months_of(timeline)[1:], changes, strict=True), 2)
        if isinstance(change, WidthChange) and change.unit is unit
    ]
    levels = (start, *(level for level, _ in changed))
    seen = {level.visit for level in levels}
    return Levels(
        unit,
        levels,
        tuple(change.smallest_detectable for _, change in changed),
        tuple((number, month) for number, month in enumerate(months_of(timeline), 1) if number not in seen),
    )


def _unit(first: Width, changes: Sequence[WidthChange | NotMeasured]) -> Unit:
    """That of the first change, else the one that the first visit was measured in."""
    measured = [change.unit for change in changes if isinstance(change, WidthChange)]
    return measured[0] if measured else Unit.PERCENT if isinstance(first.mm, NotMeasured) else Unit.MM


def _start(first: Width, unit: Unit) -> Level | NotMeasured:
    """The first visit, as its film was read on its own."""
    if unit is Unit.PERCENT:
        return Level(1, 0.0, first.percent, first.interval_percent)
    if isinstance(first.mm, NotMeasured):
        return first.mm
    interval = first.interval_mm
    return interval if isinstance(interval, NotMeasured) else Level(1, 0.0, first.mm, interval)


def _about(level: float, change: WidthChange) -> Interval:
    low, high = change.interval
    return level + low, level + high
