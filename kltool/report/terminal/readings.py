"""Readings on a terminal: a summary of one film, or a table with one line a knee; then every remark."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.table import Table

from kltool.report.terminal.console import Console, escape, print_table
from kltool.report.terminal.names import shortened, without_shared_folders
from kltool.report.text import knee_name
from kltool.typing import Record
from kltool.values.decimals import decimal, from_to
from kltool.values.grade import grades_in_words
from kltool.values.measure import Compartment, PictureSide, Place
from kltool.values.probability import format_probability
from kltool.values.radiograph import Side
from kltool.values.reading import DISCLAIMER

COLUMNS: Final = ("side", "KL", "90%", "medial, 95%", "lateral, 95%", "quality")
PICTURE_HEADINGS: Final = ("film, side unknown", "picture left, 95%", "picture right, 95%")
PROBABILITIES: Final = "P(KL 0 to 4), %"
WIDE: Final = 110  # columns of a terminal that has room for the probabilities
LEAST_ROOM: Final = 12  # for a name
MOST_NAMES: Final = 3  # of films before a remark
SHOWN: Final = 0.005  # a probability that rounds to 1%
GAP: Final = 2  # between two columns, one of it the frame's
MARK: Final = "~"  # after a grade of the table whose neighbour is about as likely
LEGEND: Final = (
    f"KL: median grade ({MARK}: a neighbouring grade is about as likely), with its 90% prediction set. "
    "Medial, lateral: minimum joint space width in mm, or in % of the tibial width, with its 95% interval."
)
STYLE: Final = {"ok": "green", "refused": "yellow", "failed": "red"}


def print_readings(records: list[Record], console: Console) -> None:
    """One film as a summary, several as a table; then every reason, note and warning.

    records: one or more, as kltool.report.record makes them.
    """
    names = without_shared_folders([record["source"] for record in records])
    if len(records) == 1:
        _print_summary(records[0], names[records[0]["source"]], console)
    else:
        print_table(_table(records, names, console.width), console)
        if any(_is_side_unknown(knee) for record in records for knee in record["knees"]):
            print_table(_picture_table(records, names, console.width), console)
        _print_likely(records, names, console)
    _print_remarks(records, names, console)
    if len(records) > 1:
        console.print(LEGEND)
    for promised_for in _promises(records):
        console.print(f"Prediction sets are promised only for {escape(promised_for)}.")
    console.print(DISCLAIMER)


def _promises(records: list[Record]) -> list[str]:
    """Each once."""
    grades = (knee["kl"] for record in records for knee in record["knees"])
    return list(dict.fromkeys(kl["promised_for"] for kl in grades if "promised_for" in kl))


def _print_summary(record: Record, name: str, console: Console) -> None:
    """Four lines a knee."""
    status = record["status"]
    console.print(f"[bold]{escape(name)}[/]: [{STYLE[status]}]{status}[/]")
    for knee in record["knees"]:
        console.print(f"{knee_name(knee['side'])}, quality {knee['quality']}: {_grade_sentence(knee['kl'])}")
        for place, space in _minima(knee).items():
            console.print(f"  {place} minimum joint space width: {_width_sentence(space)}")


def _grade_sentence(kl: Record) -> str:
    if "not_measured" in kl:
        return f"KL not graded: {escape(kl['not_measured'])}"
    probabilities = ", ".join(format_probability(p) for p in kl["probabilities"])
    grade = f"KL {kl['grade']} (median; 90% prediction set {_set(kl)})"
    likely = f"\n  {_likely_note(kl)}" if _is_noted(kl) else ""
    return f"{grade}{likely}\n  probabilities of KL 0 to 4: {probabilities}"


def _is_noted(kl: Record) -> bool:
    """Whether a neighbour of the grade is about as likely."""
    return len(kl.get("likely_grades", ())) > 1


def _likely_note(kl: Record) -> str:
    return f"KL {grades_in_words(kl['likely_grades'])}: both are about as likely"


def _width_sentence(space: Record) -> str:
    found = _minimum(space)
    if found is None:
        return f"not measured: {escape(space['minimum_percent']['not_measured'])}"
    value, interval, unit = found
    return f"{value} {'mm' if unit == 'mm' else '% of the tibial width'} (95% interval {interval})"


def _table(records: list[Record], names: dict[str, str], width: int) -> Table:
    """One line a knee, or an image without a knee that was read."""
    wide = width >= WIDE
    lines = [(names[record["source"]], *cells) for record in records for cells in _lines(record, wide)]
    return _by_film(("film", *COLUMNS, PROBABILITIES) if wide else ("film", *COLUMNS), lines, width)


def _picture_table(records: list[Record], names: dict[str, str], width: int) -> Table:
    """One line a knee of unknown side, with the widths that the first table has no columns for."""
    lines = [
        (names[record["source"]], *map(_width_cell, _minima(knee).values()))
        for record in records
        for knee in record["knees"]
        if _is_side_unknown(knee)
    ]
    return _by_film(PICTURE_HEADINGS, lines, width)


def _by_film(headings: Sequence[str], lines: Sequence[tuple[str, ...]], width: int) -> Table:
    """A table whose first column, the film, takes what the others leave."""
    room = _room([headings, *lines], width)
    films = shortened([line[0] for line in lines], room)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), show_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=heading != headings[0], overflow="fold")
    for film, (_, *cells) in zip(films, lines, strict=True):
        table.add_row(escape(film), *(_coloured(cell) for cell in cells))
    return table


def _room(lines: Sequence[Sequence[str]], width: int) -> int:
    """What the other columns leave of the width for the first."""
    others = [max(map(cell_len, column)) + GAP for column in list(zip(*lines, strict=True))[1:]]
    return max(width - sum(others) - GAP, LEAST_ROOM)


def _coloured(cell: str) -> str:
    return f"[{STYLE[cell]}]{cell}[/]" if cell in STYLE else cell


def _lines(record: Record, wide: bool) -> Iterator[tuple[str, ...]]:
    """The cells of each knee; where there is none, the status stands in place of the quality."""
    for knee in record["knees"]:
        yield (*_cells(knee), *([_percent(knee["kl"])] if wide else []))
    if not record["knees"]:
        yield (*[""] * (len(COLUMNS) - 1), record["status"], *([""] if wide else []))


def _cells(knee: Record) -> tuple[str, ...]:
    """A dash where there is no number; its reason follows the table."""
    kl, space = knee["kl"], knee["joint_space"]
    mark = MARK if _is_noted(kl) else ""
    grade = ("-", "") if "not_measured" in kl else (f"{kl['grade']}{mark}", _set(kl))
    widths = [_width_cell(space[compartment]) for compartment in Compartment]
    return knee["side"], *grade, *widths, knee["quality"]


def _set(kl: Record) -> str:
    low, high = kl["prediction_set"][0], kl["prediction_set"][-1]
    return f"{low}-{high}" if low < high else f"{low}"


def _percent(kl: Record) -> str:
    if "not_measured" in kl:
        return "-"
    return " ".join(decimal(100 * p, 0) if p >= SHOWN else "<1" for p in kl["probabilities"])


def _width_cell(space: Record) -> str:
    found = _minimum(space)
    if found is None:
        return "-"
    value, interval, unit = found
    return f"{value if unit == 'mm' else f'{value}%'} {interval.replace(' to ', '-')}"


def _minimum(space: Record) -> tuple[str, str, str] | None:
    """The minimum, its 95% interval and unit: in mm where there are any."""
    for unit in ("mm", "percent"):
        value, interval = space[f"minimum_{unit}"], space[f"minimum_interval_{unit}"]
        if not isinstance(value, dict):
            return decimal(value), from_to(interval), unit
    return None


def _print_likely(records: list[Record], names: dict[str, str], console: Console) -> None:
    """The notes of the grades that are marked in the table."""
    _print_each_once(
        ((names[record["source"]], note) for record in records for note in _notes(record)), console
    )


def _print_remarks(records: list[Record], names: dict[str, str], console: Console) -> None:
    remarks = ((names[record["source"]], remark) for record in records for remark in _remarks(record))
    _print_each_once(remarks, console)


def _notes(record: Record) -> Iterator[str]:
    for knee in record["knees"]:
        if _is_noted(knee["kl"]):
            yield f"{knee_name(knee['side'])}: {_likely_note(knee['kl'])}"


def _print_each_once(remarks: Iterable[tuple[str, str]], console: Console) -> None:
    """Each remark once, after the films that it is of. remarks: names of films, and what is said of them."""
    films: dict[str, list[str]] = {}
    for name, remark in remarks:
        films.setdefault(remark, []).append(name)
    for remark, of_films in films.items():
        console.print(f"[dim]{escape(_listed(of_films))}:[/] {escape(remark)}")


def _listed(films: list[str]) -> str:
    """ "a.dcm, b.dcm and 3 more"; the table and the JSON name all."""
    shown = ", ".join(films[:MOST_NAMES])
    return shown if len(films) <= MOST_NAMES else f"{shown} and {len(films) - MOST_NAMES} more"


def _remarks(record: Record) -> Iterator[str]:
    remarks = [record["reason"], *record["notes"]]
    for knee in record["knees"]:
        remarks += [f"{knee_name(knee['side'])}: {remark}" for remark in (*_absent(knee), *knee["warnings"])]
    if record["knees"]:
        remarks += [f"knee not read: {refused['reason']}" for refused in record["refused_knees"]]
    yield from dict.fromkeys(filter(None, remarks))


def _absent(knee: Record) -> Iterator[str]:
    """Why a cell of the table is a dash."""
    if "not_measured" in knee["kl"]:
        yield f"KL not graded: {knee['kl']['not_measured']}"
    for place, space in _minima(knee).items():
        if _minimum(space) is None:
            yield f"{place} minimum not measured: {space['minimum_percent']['not_measured']}"


def _minima(knee: Record) -> dict[Place, Record]:
    """Medial and lateral or, where the side is unknown, those of the picture."""
    space = knee["joint_space"]
    if _is_side_unknown(knee):
        return {one: space[one.replace(" ", "_")] for one in PictureSide}
    return {one: space[one] for one in Compartment}


def _is_side_unknown(knee: Record) -> bool:
    return bool(knee["side"] == Side.UNKNOWN)
