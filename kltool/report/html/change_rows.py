"""The widths of a change as rows of text, and the parts of an error as bars."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from kltool.report.text import signed
from kltool.values.change import Difference, ErrorComponents, Method, WidthChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.probability import format_probability

DECISIVE: Final = Measure.MEDIAL_MINIMUM
HEADINGS: Final = (
    "width",
    "before",
    "after",
    "change",
    "95% interval",
    "smallest detectable",
    "reliable change index",
    "P(wider)",
    "P(narrower)",
    "P(|change| > smallest detectable)",
    "P(|change| > threshold)",
    "independent change ± SE",
    "gain (independent / linked SE)",
)


@dataclass(frozen=True, slots=True)
class WidthRow:
    """One width. cells: under HEADINGS but the first; empty where it was not measured, for this `reason`.

    direction: "wider" or "narrower" where the change is detectable, else empty.
    """

    name: str
    cells: tuple[str, ...]
    reason: str
    direction: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A standard deviation in its unit, and its share of the longest bar, 0 to 1."""

    name: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Bars:
    """The parts of one error and, last, what they make together. method: whose error."""

    method: Method
    bars: tuple[Bar, ...]


def width_rows(widths: Mapping[Measure, WidthChange | NotMeasured]) -> list[WidthRow]:
    return [_row(name, width) for name, width in widths.items()]


def _row(name: Measure, width: WidthChange | NotMeasured) -> WidthRow:
    if isinstance(width, NotMeasured):
        return WidthRow(name, (), width.reason, "", name == DECISIVE)
    direction = ("wider" if width.change > 0 else "narrower") if width.detectable else ""
    return WidthRow(f"{name}, {width.unit}", _cells(width), "", direction, name == DECISIVE)


def _cells(width: WidthChange) -> tuple[str, ...]:
    low, high = width.interval
    return (
        f"{width.before:.2f}",
        f"{width.after:.2f}",
        signed(width.change),
        f"{signed(low)} to {signed(high)}",
        f"{width.smallest_detectable:.2f}",
        signed(width.reliable_change_index, 1),
        format_probability(width.probability_wider),
        format_probability(width.probability_narrower),
        format_probability(width.probability_beyond_smallest),
        f"{format_probability(width.probability_beyond_threshold)} ({width.threshold:.2f})",
        f"{signed(width.independent.change)} ± {width.independent.standard_error:.2f}",
        _gain(width),
    )


def _gain(width: WidthChange) -> str:
    if isinstance(width.linked, NotMeasured):
        return "not linked"
    return f"{width.independent.standard_error / width.linked.standard_error:.1f} x"


def not_linked(widths: Mapping[Measure, WidthChange | NotMeasured]) -> list[str]:
    """Why widths were not traced together: a line a reason, with the widths that it holds for."""
    names: dict[str, list[str]] = {}
    for name, width in widths.items():
        if isinstance(width, WidthChange) and isinstance(width.linked, NotMeasured):
            names.setdefault(width.linked.reason, []).append(name)
    return [f"{', '.join(of_reason)}: {reason}" for reason, of_reason in names.items()]


def error_bars(width: WidthChange) -> list[Bars]:
    """The error of the linked change, where there is one, and that of the independent one."""
    errors: dict[Method, Difference] = {Method.INDEPENDENT: width.independent}
    if not isinstance(width.linked, NotMeasured):
        errors = {Method.LINKED: width.linked, **errors}
    longest = max(one.standard_error for one in errors.values())
    return [Bars(method, _bars(one.error, longest, width)) for method, one in errors.items()]


def _bars(parts: ErrorComponents, longest: float, width: WidthChange) -> tuple[Bar, ...]:
    named = {part.name: float(getattr(parts, part.name)) for part in fields(parts)} | {
        "together": parts.total
    }
    return tuple(Bar(name, f"{sd:.3f} {width.unit}", sd / longest) for name, sd in named.items())
