"""Readings, changes and timelines as tables on a terminal."""

import os
from collections.abc import Iterator

from rich import box
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from kltool.typing import Record
from kltool.values.decimals import decimal, from_to, signed, signed_from_to
from kltool.values.measure import Compartment, Measure
from kltool.values.probability import format_probability
from kltool.values.reading import DISCLAIMER

READING_COLUMNS = (
    "image",
    "status",
    "side",
    "KL,\n90%",
    "P(0 to 4), %",
    "medial JSW,\n95%",
    "lateral JSW,\n95%",
    "quality",
)
TIMELINE_COLUMNS = (
    "visit",
    "medial JSW,\n95%",
    "lateral JSW,\n95%",
    "KL improved,\nsame, worse",
    "verdict",
)
CHANGE_COLUMNS = ("JSW", "before", "after", "change", "95% interval", "SDC", "P(wider)")
JSW = "JSW: minimum joint space width, with its 95% interval."
ABBREVIATIONS = "JSW: joint space width; SDC: smallest detectable change; P: probability."
STYLE = {"ok": "green", "refused": "yellow", "failed": "red"}


def print_readings(records: list[Record], console: Console) -> None:
    """One row per knee, one per image without a knee that was read; then every reason, note and warning.

    records: one or more, as kltool.report.record makes them.
    """
    table = Table(title="Knee readings", caption=DISCLAIMER, caption_justify="left", box=box.SIMPLE)
    for heading in READING_COLUMNS:
        table.add_column(heading, overflow="fold", no_wrap=heading not in ("image", "P(0 to 4), %"))
    shown = _names([record["source"] for record in records])
    for record in records:
        name = escape(shown[record["source"]])
        status = f"[{STYLE[record['status']]}]{record['status']}[/]"
        for knee in record["knees"]:
            table.add_row(name, status, *_cells(knee))
        if not record["knees"]:
            table.add_row(name, status, *[""] * 6)
    console.print(table)
    for record in records:
        _print_remarks(record, shown[record["source"]], console)


def print_change(change: Record, console: Console) -> None:
    """The summary sentence, the assessment of a claim, and the table of all widths."""
    console.print(f"[bold]{escape(change['sentence'])}[/]")
    if "claim" in change:
        console.print(f"Claim {escape(change['claim']['sentence'])}.")
    console.print(_widths(change["widths"]))


def print_timeline(timeline: Record, console: Console) -> None:
    """The summary sentence, the changes from the first visit to each later one, and the slopes."""
    console.print(f"[bold]{escape(timeline['sentence'])}[/]")
    console.print(_timeline_table(timeline))
    for visit, change in _later_visits(timeline):
        for remark in (*change["reasons"], *change["plausibility"]):
            console.print(f"[dim]{escape(visit['visit'])}:[/] {escape(remark)}")


def _timeline_table(timeline: Record) -> Table:
    first = timeline["visits"][0]
    knee = ", ".join(filter(None, (escape(timeline.get("subject", "")), f"{timeline['side']} knee")))
    table = Table(title=f"{knee}: change from {escape(first['visit'])} ({first['day']})", box=box.SIMPLE)
    for heading in TIMELINE_COLUMNS:
        table.add_column(heading)
    minima = [Measure.minimum(compartment) for compartment in Compartment]
    for visit, change in _later_visits(timeline):
        changes = [_changed(change["widths"][minimum]) for minimum in minima]
        name = f"{escape(visit['visit'])}\n{visit['day']}"
        table.add_row(name, *changes, _transition(change["kl"]), change["verdict"])
    slopes = [f"{minimum}: {_slope(timeline['slopes'][minimum])}" for minimum in minima]
    table.caption, table.caption_justify = "\n".join([*slopes, JSW, DISCLAIMER]), "left"
    return table


def _later_visits(timeline: Record) -> Iterator[tuple[Record, Record]]:
    """Each visit after the first, and its change from the first."""
    return zip(timeline["visits"][1:], timeline["changes"], strict=True)


def _changed(width: Record) -> str:
    """The change and, below it, its 95% interval; or why there is none."""
    if "not_measured" in width:
        return escape(width["not_measured"])
    unit = "mm" if width["unit"] == "mm" else "% TW"
    return f"{signed(width['change'])} {unit}\n{signed_from_to(width['interval_95'])}"


def _transition(kl: Record) -> str:
    if "not_measured" in kl:
        return escape(kl["not_measured"])
    return " ".join(format_probability(kl[way]) for way in ("improved", "same", "worse"))


def _slope(slope: Record) -> str:
    if "not_measured" in slope:
        return f"slope not estimated: {escape(slope['not_measured'])}"
    interval = f"95% interval {signed_from_to(slope['interval_95'])}"
    return f"{signed(slope['per_year'])} {slope['unit']} per year ({interval})"


def _widths(widths: Record) -> Table:
    table = Table(caption_justify="left", box=box.SIMPLE)
    for heading in CHANGE_COLUMNS:
        justify: JustifyMethod = "left" if heading == CHANGE_COLUMNS[0] else "right"
        table.add_column(heading, justify=justify, no_wrap=heading in (CHANGE_COLUMNS[0], "95% interval"))
    for name, width in widths.items():
        table.add_row(name, *_change_cells(width))
    reasons = {
        width["linked"]["not_measured"]
        for width in widths.values()
        if "linked" in width and "not_measured" in width["linked"]
    }
    independent = [f"* independent change, not linked: {escape(reason)}" for reason in sorted(reasons)]
    units = {f"In {width['unit']}." for width in widths.values() if "unit" in width}
    table.caption = "\n".join([*independent, " ".join([*units, ABBREVIATIONS]), DISCLAIMER])
    return table


def _names(sources: list[str]) -> dict[str, str]:
    """Each source without the folders common to all."""
    shared = os.path.commonpath([os.path.dirname(os.path.abspath(source)) for source in sources])
    return {source: os.path.relpath(os.path.abspath(source), shared) for source in sources}


def _cells(knee: Record) -> list[str]:
    kl = knee["kl"]
    graded = "not_measured" not in kl
    return [
        knee["side"],
        _grade(kl) if graded else "-",
        " ".join(decimal(100 * p, 0) for p in kl["probabilities"]) if graded else escape(kl["not_measured"]),
        _minimum(knee["joint_space"]["medial"]),
        _minimum(knee["joint_space"]["lateral"]),
        knee["quality"],
    ]


def _grade(kl: Record) -> str:
    """The median grade and, below it, the prediction set."""
    low, high = kl["prediction_set"][0], kl["prediction_set"][-1]
    return f"{kl['grade']}\n{low}-{high}" if low < high else f"{kl['grade']}\n{low}"


def _minimum(compartment: Record) -> str:
    """The minimum and, below it, its 95% interval; a dash where there is none (its reason follows)."""
    for unit, digits, shown in (("mm", 2, "mm"), ("percent", 1, "% TW")):
        value, interval = compartment[f"minimum_{unit}"], compartment[f"minimum_interval_{unit}"]
        if not isinstance(value, dict):
            return f"{decimal(value, digits)} {shown}\n{from_to(interval, digits)}"
    return "-"


def _print_remarks(record: Record, name: str, console: Console) -> None:
    remarks = [record["reason"], *record["notes"]]
    remarks += [f"{knee['side']} knee: {warning}" for knee in record["knees"] for warning in knee["warnings"]]
    if record["knees"]:
        remarks += [f"knee not read: {refused['reason']}" for refused in record["refused_knees"]]
    for remark in filter(None, remarks):
        console.print(f"[dim]{escape(name)}:[/] {escape(remark)}")


def _change_cells(width: Record) -> list[str]:
    if "not_measured" in width:
        return ["-", "-", escape(width["not_measured"]), "", "", ""]
    mark = "" if width["method"] == "linked" else "*"
    return [
        decimal(width["before"]),
        decimal(width["after"]),
        f"{signed(width['change'])}{mark}",
        signed_from_to(width["interval_95"]),
        decimal(width["smallest_detectable"]),
        format_probability(width["probability_wider"]),
    ]
