"""The main estimates of an agreement as tables on a terminal."""

from rich import box
from rich.table import Table

from kltool.agreement.results import Agreement, Estimate
from kltool.report.agreement_record import all_estimates
from kltool.report.agreement_text import (
    LABELS,
    MAIN_ESTIMATES,
    count_of,
    counted,
    interval_of,
    join_sentence,
    measure_name,
    reason_of,
    value_of,
)
from kltool.report.terminal.console import Console, escape, print_table
from kltool.values.reading import DISCLAIMER

PAIR_ESTIMATES = (*MAIN_ESTIMATES, "repositioning_mm")
ALL_RATERS_ESTIMATES = ("alpha_ordinal", "alpha_interval", "within_subject_sd_mm", "icc_2_1")
MOST_EXCLUSIONS = 8  # listed here
MAIN_WIDTHS = ("medial_mjsw_mm", "lateral_mjsw_mm")

Group = dict[str, list[Estimate]]  # by measure


def print_agreement(found: Agreement, console: Console) -> None:
    """A table for each pair of raters, a row for each estimate; then what was matched and excluded."""
    for raters, measures in _groups(found).items():
        print_table(_table(raters, measures), console)
        console.print()
    console.print(_remarks(found))


def _groups(found: Agreement) -> dict[str, Group]:
    """The main estimates by raters and measure."""
    groups: dict[str, Group] = {}
    for rater, reference, measure, estimate in all_estimates(found):
        if estimate.name in (PAIR_ESTIMATES if reference else ALL_RATERS_ESTIMATES) and _is_main(
            found, measure
        ):
            raters = f"{rater} against {reference}" if reference else rater
            groups.setdefault(raters, {}).setdefault(measure, []).append(estimate)
    return groups


def _is_main(found: Agreement, measure: str) -> bool:
    """Whether a measure is the grade or a minimum; without a minimum, any width."""
    widths = {one.width for one in found.widths}
    shown = widths & set(MAIN_WIDTHS) or widths
    return measure == "kl" or measure in shown


def _table(raters: str, measures: Group) -> Table:
    table = Table(title=escape(raters), title_justify="left", caption_justify="left", box=box.SIMPLE)
    for heading in ("", "value", "95% CI", "knees /\nparticipants"):
        table.add_column(heading, justify="right" if heading.startswith("knees") else "left", no_wrap=True)
    for measure, estimates in measures.items():
        table.add_row(f"[bold]{escape(measure_name(measure))}[/]")
        for estimate in estimates:
            cells = (value_of(estimate) or "-", interval_of(estimate) or "-", count_of(estimate))
            table.add_row(LABELS[estimate.name].words, *cells)
    reasons = [reason_of(estimate) for estimates in measures.values() for estimate in estimates]
    table.caption = "\n".join(f"- {escape(reason)}" for reason in dict.fromkeys(filter(None, reasons)))
    return table


def _remarks(found: Agreement) -> str:
    ratings, listed = found.ratings, found.ratings.exclusions[:MOST_EXCLUSIONS]
    lines = [
        f"{counted(ratings.knees, 'knee')} of {counted(ratings.participants, 'participant')} matched by "
        f"{', '.join(ratings.keys)}; 95% CI from {found.resampling.replicates:,} bootstrap replicates.",
        *map(join_sentence, ratings.joins),
        *(f"Excluded: {one.rater}, {one.count:,}: {one.reason}." for one in listed),
    ]
    if len(ratings.exclusions) > len(listed):
        lines.append(f"{len(ratings.exclusions) - len(listed)} more exclusions are listed on the page.")
    if ratings.knees_without_participant:
        unknown = counted(ratings.knees_without_participant, "knee")
        lines.append(f"{unknown} without subject: each counts as one participant.")
    return "\n".join(escape(line) for line in (*lines, DISCLAIMER))
