"""The widths of a change as rows of text, and the components of their standard errors as bars."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from kltool.values.decimals import decimal, signed, signed_from_to
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.probability import format_probability
from kltool.values.width_change import Difference, ErrorComponents, Method, WidthChange

DECISIVE: Final = Measure.MEDIAL_MINIMUM
HEADINGS: Final = (
    "joint space width",
    "before",
    "after",
    "change",
    "95% interval",
    "SDC",
    "RCI",
    "P(wider)",
    "P(narrower)",
    "P(|change| > SDC)",
    "P(|change| > threshold)",
    "independent change ± SE",
    "SE ratio, independent / linked",
)


@dataclass(frozen=True, slots=True)
class WidthRow:
    """One width. cells: under HEADINGS without the first; empty where it was not measured for this `reason`.

    direction: "wider" or "narrower" where the change is detectable, else empty.
    """

    name: str
    cells: tuple[str, ...]
    reason: str
    direction: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class ComponentBar:
    """A component of a standard error with its unit, and its share of the longest bar, 0 to 1."""

    name: str
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class ErrorBreakdown:
    """The components of a standard error and, last, their total. method: of the change."""

    method: Method
    bars: tuple[ComponentBar, ...]


def width_rows(widths: Mapping[Measure, WidthChange | NotMeasured]) -> list[WidthRow]:
    return [_row(name, width) for name, width in widths.items()]


def _row(name: Measure, width: WidthChange | NotMeasured) -> WidthRow:
    if isinstance(width, NotMeasured):
        return WidthRow(name, (), width.reason, "", name == DECISIVE)
    direction = ("wider" if width.change > 0 else "narrower") if width.detectable else ""
    return WidthRow(f"{name}, {width.unit}", _cells(width), "", direction, name == DECISIVE)


def _cells(width: WidthChange) -> tuple[str, ...]:
    return (
        decimal(width.before),
        decimal(width.after),
        signed(width.change),
        signed_from_to(width.interval),
        decimal(width.smallest_detectable),
        signed(width.reliable_change_index, 1),
        format_probability(width.probability_wider),
        format_probability(width.probability_narrower),
        format_probability(width.probability_beyond_smallest),
        f"{format_probability(width.probability_beyond_threshold)} ({decimal(width.threshold)})",
        f"{signed(width.independent.change)} ± {decimal(width.independent.standard_error)}",
        _error_ratio(width),
    )


def _error_ratio(width: WidthChange) -> str:
    if isinstance(width.linked, NotMeasured):
        return "not linked"
    return decimal(width.independent.standard_error / width.linked.standard_error, 1)


def not_linked(widths: Mapping[Measure, WidthChange | NotMeasured]) -> list[str]:
    """Why widths have no linked change: one line per reason, with the widths concerned."""
    names: dict[str, list[str]] = {}
    for name, width in widths.items():
        if isinstance(width, WidthChange) and isinstance(width.linked, NotMeasured):
            names.setdefault(width.linked.reason, []).append(name)
    return [f"{', '.join(concerned)}: {reason}" for reason, concerned in names.items()]


def error_breakdowns(width: WidthChange) -> list[ErrorBreakdown]:
    """Of the linked change, where there is one, and of the independent change."""
    errors: dict[Method, Difference] = {Method.INDEPENDENT: width.independent}
    if not isinstance(width.linked, NotMeasured):
        errors = {Method.LINKED: width.linked, **errors}
    longest = max(one.standard_error for one in errors.values())
    return [ErrorBreakdown(method, _bars(one.error, longest, width)) for method, one in errors.items()]


def _bars(components: ErrorComponents, longest: float, width: WidthChange) -> tuple[ComponentBar, ...]:
    named = {field.name: float(getattr(components, field.name)) for field in fields(components)} | {
        "total": components.total
    }
    return tuple(
        ComponentBar(name, f"{decimal(sd, 3)} {width.unit}", sd / longest) for name, sd in named.items()
    )
