"""The main figures of an agreement for people, on a terminal."""

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kltool.agreement.results import Agreement, Figure
from kltool.report.agreement_record import all_figures
from kltool.report.agreement_text import (
    HEADLINES,
    LABELS,
    count_of,
    counted,
    interval_of,
    measure_name,
    reason_of,
    value_of,
)
from kltool.values.reading import DISCLAIMER

OF_A_PAIR = (*HEADLINES, "repositioning_mm")
OF_ALL_RATERS = ("alpha_ordinal", "alpha_interval", "within_subject_sd_mm", "icc_2_1")
MOST_LEFT_OUT = 8  # reasons told here
MAIN_WIDTHS = ("medial_mjsw_mm", "lateral_mjsw_mm")

Group = dict[str, list[Figure]]  # by measure


def print_agreement(found: Agreement, console: Console) -> None:
    """A table for each pair of raters, a row a figure; then what was matched and what was left out."""
    for raters, measures in _groups(found).items():
        console.print(_table(raters, measures))
        console.print()
    console.print(_remarks(found))


def _groups(found: Agreement) -> dict[str, Group]:
    """The main figures by raters and measure."""
    groups: dict[str, Group] = {}
    for judged, reference, measure, figure in all_figures(found):
        if figure.name in (OF_A_PAIR if reference else OF_ALL_RATERS) and _is_main(found, measure):
            raters = f"{judged} against {reference}" if reference else judged
            groups.setdefault(raters, {}).setdefault(measure, []).append(figure)
    return groups


def _is_main(found: Agreement, measure: str) -> bool:
    """The grade and the minima; where there is neither minimum, every width."""
    widths = {one.width for one in found.widths}
    shown = widths & set(MAIN_WIDTHS) or widths
    return measure == "kl" or measure in shown


def _table(raters: str, measures: Group) -> Table:
    table = Table(title=escape(raters), title_justify="left", caption_justify="left", box=box.SIMPLE)
    for heading in ("", "value", "95% interval", "knees / people"):
        table.add_column(heading, justify="right" if heading.startswith("knees") else "left", no_wrap=True)
    for measure, figures in measures.items():
        table.add_row(f"[bold]{escape(measure_name(measure))}[/]")
        for figure in figures:
            cells = (value_of(figure) or "-", interval_of(figure) or "-", count_of(figure))
            table.add_row(LABELS[figure.name].words, *cells)
    reasons = [reason_of(figure) for figures in measures.values() for figure in figures]
    table.caption = "\n".join(f"- {escape(reason)}" for reason in dict.fromkeys(filter(None, reasons)))
    return table


def _remarks(found: Agreement) -> str:
    ratings, told = found.ratings, found.ratings.left_out[:MOST_LEFT_OUT]
    lines = [
        f"{counted(ratings.knees, 'knee')} of {counted(ratings.participants, 'participant')} matched by "
        f"{', '.join(ratings.keys)}; intervals from {found.resampling.draws} draws of participants.",
        *(f"Left out: {one.rater}, {one.count:,}: {one.reason}." for one in told),
    ]
    if len(ratings.left_out) > len(told):
        lines.append(f"Left out for {len(ratings.left_out) - len(told)} more reasons: the page has them.")
    if ratings.unnamed:
        lines.append(
            f"{counted(ratings.unnamed, 'knee')} without subject: each taken as a person of its own."
        )
    return "\n".join(escape(line) for line in (*lines, DISCLAIMER))
