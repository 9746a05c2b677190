"""The visits of a knee and its slopes as rows of text."""

from collections.abc import Iterator
from dataclasses import dataclass

from kltool.report.text import interval, length
from kltool.values.change import KneeChange, Verdict
from kltool.values.decimals import decimal, from_to, signed, signed_from_to
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment, Measure
from kltool.values.reading import KneeReading
from kltool.values.timeline import Slope, Timeline
from kltool.values.width_change import WidthChange


@dataclass(frozen=True, slots=True)
class Cell:
    """text: a number, or where `absent` the reason why there is none. interval: 95%, shown below."""

    text: str
    interval: str = ""
    absent: bool = False


@dataclass(frozen=True, slots=True)
class VisitRow:
    """cells: under the headings of the page. verdict: of the change from the first visit, which has none.

    remarks: warnings, reasons for caution and failed plausibility checks.
    """

    number: int
    name: str
    day: str
    cells: tuple[Cell, ...]
    verdict: Verdict | None
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlopeRow:
    name: str
    cell: Cell


def visit_rows(timeline: Timeline) -> list[VisitRow]:
    """One row per visit: both minima, their changes from the first visit, the grade."""
    changes = (None, *timeline.changes)
    return [
        VisitRow(
            number,
            visit.name,
            visit.day.isoformat(),
            (*_widths(knee), *_changes(change), _grade(knee)),
            change.verdict if change else None,
            tuple(_remarks(knee, change)),
        )
        for number, (visit, knee, change) in enumerate(
            zip(timeline.visits, timeline.knees, changes, strict=True), 1
        )
    ]


def slope_rows(timeline: Timeline) -> list[SlopeRow]:
    return [SlopeRow(name, _slope(slope)) for name, slope in timeline.slopes.items()]


def _widths(knee: KneeReading) -> Iterator[Cell]:
    for compartment in Compartment:
        minimum = knee.joint_space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            yield _reason(minimum)
        else:
            yield Cell(length(minimum), interval(minimum))


def _changes(change: KneeChange | None) -> Iterator[Cell]:
    for compartment in Compartment:
        yield _change(change.widths[Measure.minimum(compartment)]) if change else Cell("first visit")


def _change(change: WidthChange | NotMeasured) -> Cell:
    if isinstance(change, NotMeasured):
        return _reason(change)
    interval = f"{signed_from_to(change.interval)}, {change.method}"
    return Cell(f"{signed(change.change)} {change.unit}", interval)


def _grade(knee: KneeReading) -> Cell:
    if isinstance(knee.grade, NotMeasured):
        return _reason(knee.grade)
    return Cell(decimal(knee.grade.expected), from_to(knee.grade.expected_interval))


def _slope(slope: Slope | NotMeasured) -> Cell:
    if isinstance(slope, NotMeasured):
        return _reason(slope)
    return Cell(f"{signed(slope.per_year)} {slope.unit} per year", signed_from_to(slope.interval))


def _reason(absent: NotMeasured) -> Cell:
    return Cell(f"not measured: {absent.reason}", absent=True)


def _remarks(knee: KneeReading, change: KneeChange | None) -> Iterator[str]:
    yield f"quality {knee.quality}" + _after_colon(knee.warnings)
    if change is not None:
        yield f"comparison with the first visit: {change.comparability}" + _after_colon(change.reasons)
        yield from (f"plausibility check failed: {finding}" for finding in change.plausibility)


def _after_colon(items: tuple[str, ...]) -> str:
    return f": {'; '.join(items)}" if items else ""
