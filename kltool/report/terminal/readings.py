"""Readings and changes as tables for people, on a terminal."""

import os

from rich import box
from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.table import Table

from kltool.typing import Record
from kltool.values.measure import Compartment, Measure
from kltool.values.probability import format_probability
from kltool.values.reading import DISCLAIMER

CHANGE_COLUMNS = ("width", "before", "after", "change", "95% interval", "SDC", "P(wider)")
SDC = "SDC: smallest detectable change."
STYLE = {"ok": "green", "refused": "yellow", "failed": "red"}


def print_readings(records: list[Record], console: Console) -> None:
    """One row a knee; one row an image that was not read; then every reason, note and warning.

    records: one or more, as kltool.report.record makes them.
    """
    table = Table(title="Knee readings", caption=DISCLAIMER, caption_justify="left", box=box.SIMPLE)
    for heading in (
        "image",
        "status",
        "side",
        "KL,\n90%",
        "P(0 to 4), %",
        "medial, 95%",
        "lateral, 95%",
        "quality",
    ):
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
    """The verdict, what a claim is worth, then every width."""
    console.print(f"[bold]{escape(change['sentence'])}[/]")
    if "claim" in change:
        console.print(f"Claim {escape(change['claim']['sentence'])}.")
    console.print(_widths(change["widths"]))


def print_timeline(timeline: Record, console: Console) -> None:
    """The sentence, then every visit against the first, and the slopes."""
    console.print(f"[bold]{escape(timeline['sentence'])}[/]")
    first, *later = timeline["visits"]
    name = " ".join(filter(None, (escape(timeline.get("subject", "")), timeline["side"])))
    table = Table(title=f"{name} knee against {escape(first['visit'])} ({first['day']})")
    table.box, table.caption_justify = box.SIMPLE, "left"
    for heading in ("visit", "medial, 95%", "lateral, 95%", "KL improved,\nsame, worse", "medial space"):
        table.add_column(heading)
    for visit, change in zip(later, timeline["changes"], strict=True):
        spaces = [_changed(change["widths"][Measure.minimum(compartment)]) for compartment in Compartment]
        name = f"{escape(visit['visit'])}\n{visit['day']}"
        table.add_row(name, *spaces, _transition(change["kl"]), change["verdict"])
    slopes = [f"{name}: {_slope(timeline['slopes'][name])}" for name in map(Measure.minimum, Compartment)]
    table.caption = "\n".join([*slopes, DISCLAIMER])
    console.print(table)
    for visit, change in zip(later, timeline["changes"], strict=True):
        for remark in (*change["reasons"], *change["plausibility"]):
            console.print(f"[dim]{escape(visit['visit'])}:[/] {escape(remark)}")


def _changed(width: Record) -> str:
    """The change and, below it, its 95% interval; or why there is none."""
    if "not_measured" in width:
        return escape(width["not_measured"])
    low, high = width["interval_95"]
    unit = "mm" if width["unit"] == "mm" else "% TW"
    return f"{width['change']:+.2f} {unit}\n{low:+.2f} to {high:+.2f}"


def _transition(kl: Record) -> str:
    if "not_measured" in kl:
        return escape(kl["not_measured"])
    return " ".join(format_probability(kl[way]) for way in ("improved", "same", "worse"))


def _slope(slope: Record) -> str:
    if "not_measured" in slope:
        return f"no slope, {escape(slope['not_measured'])}"
    low, high = slope["interval_95"]
    return f"{slope['per_year']:+.2f} {slope['unit']} a year, 95% {low:+.2f} to {high:+.2f}"


def _widths(widths: Record) -> Table:
    table = Table(caption_justify="left", box=box.SIMPLE)
    for heading in CHANGE_COLUMNS:
        justify: JustifyMethod = "left" if heading == "width" else "right"
        table.add_column(heading, justify=justify, no_wrap=heading in ("width", "95% interval"))
    for name, width in widths.items():
        table.add_row(name, *_change_cells(width))
    alone = {
        width["linked"]["not_measured"]
        for width in widths.values()
        if "linked" in width and "not_measured" in width["linked"]
    }
    why = [f"* not at the same place, {escape(reason)}" for reason in sorted(alone)]
    units = {f"In {width['unit']}." for width in widths.values() if "unit" in width}
    table.caption = "\n".join([*why, " ".join([*units, SDC]), DISCLAIMER])
    return table


def _names(sources: list[str]) -> dict[str, str]:
    """Each source without the folders that all of them share."""
    shared = os.path.commonpath([os.path.dirname(os.path.abspath(source)) for source in sources])
    return {source: os.path.relpath(os.path.abspath(source), shared) for source in sources}


def _cells(knee: Record) -> list[str]:
    kl = knee["kl"]
    graded = "not_measured" not in kl
    return [
        knee["side"],
        _grade(kl) if graded else "-",
        " ".join(f"{100 * p:.0f}" for p in kl["probabilities"]) if graded else escape(kl["not_measured"]),
        _minimum(knee["joint_space"]["medial"]),
        _minimum(knee["joint_space"]["lateral"]),
        knee["quality"],
    ]


def _grade(kl: Record) -> str:
    """The grade and, below it, the likely ones."""
    low, high = kl["prediction_set"][0], kl["prediction_set"][-1]
    return f"{kl['grade']}\n{low}-{high}" if low < high else f"{kl['grade']}\n{low}"


def _minimum(compartment: Record) -> str:
    """The minimum and, below it, its 95% interval; a dash where there is none (the reason follows)."""
    for unit, digits, shown in (("mm", 2, "mm"), ("percent", 1, "% TW")):
        value, interval = compartment[f"minimum_{unit}"], compartment[f"minimum_interval_{unit}"]
        if not isinstance(value, dict):
            low, high = (f"{end:.{digits}f}" for end in interval)
            return f"{value:.{digits}f} {shown}\n{low} to {high}"
    return "-"


def _print_remarks(record: Record, name: str, console: Console) -> None:
    remarks = [record["reason"], *record["notes"]]
    remarks += [f"{knee['side']} knee: {warning}" for knee in record["knees"] for warning in knee["warnings"]]
    if record["knees"]:
        remarks += [f"a knee was not read: {refused['reason']}" for refused in record["refused_knees"]]
    for remark in filter(None, remarks):
        console.print(f"[dim]{escape(name)}:[/] {escape(remark)}")


def _change_cells(width: Record) -> list[str]:
    if "not_measured" in width:
        return ["-", "-", escape(width["not_measured"]), "", "", ""]
    low, high = width["interval_95"]
    alone = "" if width["method"] == "linked" else "*"
    return [
        f"{width['before']:.2f}",
        f"{width['after']:.2f}",
        f"{width['change']:+.2f}{alone}",
        f"{low:+.2f} to {high:+.2f}",
        f"{width['smallest_detectable']:.2f}",
        format_probability(width["probability_wider"]),
    ]
