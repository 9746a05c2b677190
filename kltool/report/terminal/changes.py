"""Changes between two films, and timelines, on a terminal: sentence, table of numbers, reasons under it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich import box
from rich.console import JustifyMethod
from rich.table import Table

from kltool.report.terminal.console import Console, escape, print_table
from kltool.report.terminal.names import shortened
from kltool.typing import Record
from kltool.values.decimals import decimal, signed, signed_from_to
from kltool.values.measure import Compartment, Measure
from kltool.values.probability import format_probability
from kltool.values.reading import DISCLAIMER

CHANGE_COLUMNS: Final = ("JSW", "before", "after", "change", "95% interval", "SDC", "P(wider)")
TIMELINE_COLUMNS: Final = (
    "visit",
    "medial JSW,\n95%",
    "lateral JSW,\n95%",
    "KL improved,\nsame, worse",
    "verdict",
)
VISIT_ROOM: Final = 16
MINIMA: Final = [Measure.minimum(compartment) for compartment in Compartment]
JSW: Final = "JSW: minimum joint space width, with its 95% interval."
ABBREVIATIONS: Final = (
    "JSW: joint space width; SDC: smallest detectable change; P: probability. "
    "Changes are not differences of the rounded widths."
)


def print_change(change: Record, console: Console) -> None:
    """The sentence, the assessment of a claim, the widths that were measured, and why the others were not."""
    console.print(f"[bold]{escape(change['sentence'])}[/]")
    if "claim" in change:
        console.print(f"Claim {escape(change['claim']['sentence'])}.")
    widths = change["widths"]
    measured = {name: width for name, width in widths.items() if "not_measured" not in width}
    if measured:
        print_table(_widths(measured), console)
        _print_reasons(widths, measured, console)
        _print_doubts(change, console)
    console.print(DISCLAIMER)


def print_timeline(timeline: Record, console: Console) -> None:
    """The sentence, the changes from the first visit to each later one, the slopes, and all reasons."""
    subject = f"{escape(timeline['subject'])}: " if timeline.get("subject") else ""
    console.print(f"[bold]{subject}{escape(timeline['sentence'])}[/]")
    later = list(_later_visits(timeline))
    if any("not_measured" not in change["widths"][name] for _, change in later for name in MINIMA):
        print_table(_timeline_table(timeline), console)
        for name in MINIMA:
            console.print(f"{name}: {_slope(timeline['slopes'][name])}")
        console.print(JSW)
    for visit, change in later:
        remarks = (*change["reasons"], *change["plausibility"], *_not_measured(change))
        for remark in _beyond(timeline["sentence"], remarks):
            console.print(f"[dim]{escape(visit['visit'])}:[/] {escape(remark)}")
    console.print(DISCLAIMER)


def _beyond(sentence: str, remarks: Iterable[str]) -> list[str]:
    """Each remark once that the sentence does not hold."""
    return [remark for remark in dict.fromkeys(remarks) if remark not in sentence]


def _print_doubts(change: Record, console: Console) -> None:
    """What speaks against the change but for what the sentence says, and each film's warnings."""
    for doubt in _beyond(change["sentence"], (*change["plausibility"], *change["reasons"])):
        console.print(f"[dim]caution:[/] {escape(doubt)}")
    for when in ("before", "after"):
        for warning in change[when]["warnings"]:
            console.print(f"[dim]{when}:[/] {escape(warning)}")


def _widths(measured: Mapping[str, Record]) -> Table:
    table = Table(box=box.SIMPLE)
    for heading in CHANGE_COLUMNS:
        justify: JustifyMethod = "left" if heading == CHANGE_COLUMNS[0] else "right"
        table.add_column(heading, justify=justify, no_wrap=True)
    for name, width in measured.items():
        table.add_row(name, *_change_cells(width))
    return table


def _change_cells(width: Record) -> tuple[str, ...]:
    mark = "" if width["method"] == "linked" else "*"
    return (
        decimal(width["before"]),
        decimal(width["after"]),
        f"{signed(width['change'])}{mark}",
        signed_from_to(width["interval_95"]),
        decimal(width["smallest_detectable"]),
        format_probability(width["probability_wider"]),
    )


def _print_reasons(widths: Mapping[str, Record], measured: Mapping[str, Record], console: Console) -> None:
    """Each reason once."""
    linked = (width["linked"] for width in measured.values())
    for reason in sorted({one["not_measured"] for one in linked if "not_measured" in one}):
        console.print(f"* independent change, not linked: {escape(reason)}")
    for reason, names in _by_reason(widths).items():
        console.print(f"not measured: {', '.join(names)}: {escape(reason)}")
    units = dict.fromkeys(f"In {width['unit']}." for width in measured.values())
    console.print(" ".join([*units, ABBREVIATIONS]))


def _by_reason(widths: Mapping[str, Record]) -> dict[str, list[str]]:
    """The widths that were not measured, by their reason."""
    found: dict[str, list[str]] = {}
    for name, width in widths.items():
        if "not_measured" in width:
            found.setdefault(width["not_measured"], []).append(name)
    return found


def _timeline_table(timeline: Record) -> Table:
    first, later = timeline["visits"][0], list(_later_visits(timeline))
    knee = ", ".join(filter(None, (escape(timeline.get("subject", "")), f"{timeline['side']} knee")))
    title = f"{knee}: change from {escape(first['visit'])} ({first['day']})"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    for heading in TIMELINE_COLUMNS:
        table.add_column(heading)
    names = shortened([visit["visit"] for visit, _ in later], VISIT_ROOM)
    for name, (visit, change) in zip(names, later, strict=True):
        widths = [_changed(change["widths"][minimum]) for minimum in MINIMA]
        table.add_row(
            f"{escape(name)}\n{visit['day']}", *widths, _transition(change["kl"]), change["verdict"]
        )
    return table


def _later_visits(timeline: Record) -> Iterator[tuple[Record, Record]]:
    """Each visit after the first, and its change from the first."""
    return zip(timeline["visits"][1:], timeline["changes"], strict=True)


def _changed(width: Record) -> str:
    """The change and, below it, its 95% interval; a dash where there is none: its reason follows."""
    if "not_measured" in width:
        return "-"
    unit = "mm" if width["unit"] == "mm" else "% TW"
    return f"{signed(width['change'])} {unit}\n{signed_from_to(width['interval_95'])}"


def _transition(kl: Record) -> str:
    if "not_measured" in kl:
        return "-"
    return " ".join(format_probability(kl[way]) for way in ("improved", "same", "worse"))


def _not_measured(change: Record) -> Iterator[str]:
    """Why a cell of the table is a dash, where the films are comparable."""
    if change["comparability"] == "not comparable":
        return
    for name in MINIMA:
        if "not_measured" in change["widths"][name]:
            yield f"{name} not measured: {change['widths'][name]['not_measured']}"
    if "not_measured" in change["kl"]:
        yield f"KL not graded: {change['kl']['not_measured']}"


def _slope(slope: Record) -> str:
    if "not_measured" in slope:
        return f"slope not estimated: {escape(slope['not_measured'])}"
    interval = signed_from_to(slope["interval_95"])
    return f"{signed(slope['per_year'])} {slope['unit']} per year (95% interval {interval})"
