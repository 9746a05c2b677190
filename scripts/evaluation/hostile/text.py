"""Texts that act, put wherever text of others enters, and looked for in everything that kltool writes."""

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from evaluation.hostile import places
from evaluation.hostile.attack import Attack
from evaluation.hostile.command import Said, said, said_in_turn, said_on_terminal
from evaluation.hostile.raw import (
    parsed,
    raw_in_csv,
    raw_in_json,
    raw_in_page,
    raw_in_svg,
    raw_in_terminal,
    raw_in_tex,
)
from evaluation.hostile.strings import STRINGS
from kltool.errors import Exit
from kltool.escaping import escaped, on_one_line
from kltool.report.html.page import base_name
from kltool.tables.columns import COLUMNS, CellType
from kltool.tables.spreadsheet import of_cell
from kltool.tables.words import plain_text

NUMBERS: Final = frozenset(
    {name for name, kind in COLUMNS.items() if kind in (CellType.INTEGER, CellType.NUMBER)} | {"number"}
)
SUBJECTS: Final = 4  # with two visits each, whose labels hold all texts
REFUSING: Final = ("side", "spacing_mm", "date")  # columns of a manifest, whose cells a message quotes
REPLICATES: Final = 100  # the least
MOST_SHOWN: Final = 5  # findings in the page

Findings = Mapping[str, list[str]]  # by output


def attack_text(strings: Sequence[str] = STRINGS) -> Attack:
    """The texts in every place, and what of them is raw in every output."""
    findings = find_raw(strings)
    raw = [f"{output}: {what}" for output, found in findings.items() for what in found]
    held = f"0 raw in {len(findings)} outputs"
    missed = f"{len(raw)} raw: {'; '.join(raw[:MOST_SHOWN])}"
    return Attack(
        f"{len(strings)} texts (terminal escapes, direction marks, invisible characters, formulas, markup, "
        "very long) in tags, names of files, folders and members, cells and headings of manifests, "
        "visits, readers and widths",
        "0 raw in terminal, log, CSV, page, picture and LaTeX table; names shown; numbers remain",
        missed if raw else held,
        not raw,
    )


def find_raw(strings: Sequence[str]) -> Findings:
    """By output, what is raw in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found: dict[str, list[str]] = {}
        for part in (_read, _refused_cells, _batch, _compare, _agreement):
            for output, what in part(folder, strings):
                found.setdefault(output, []).extend(dict.fromkeys(what))
    return found


Outputs = Iterator[tuple[str, Iterable[str]]]


def _read(folder: Path, strings: Sequence[str]) -> Outputs:
    films = places.named_films(folder / "films", strings)
    sources: list[str | Path] = [folder / "films", *places.archives(folder, strings)]
    names = [on_one_line(str(film.relative_to(folder))) for film in films]
    texts = [text[: places.LONGEST_MEMBER] for text in strings]
    members = [f"{archive}!{text}.dcm" for archive in ("a.zip", "b.tar") for text in texts]
    names += [on_one_line(os.path.normpath(member)) for member in members]
    plain = said("read", *sources, folder=folder)
    yield "read", [*_raw(plain), *_missing(names, plain.out)]
    yield "read --verbose", _raw(said("read", "--verbose", *sources, folder=folder))
    records = said("read", "--json", *sources, folder=folder)
    yield "read --json", [*raw_in_json(records.out), *raw_in_terminal(records.err)]
    shown = said_on_terminal("read", *sources, folder=folder)
    yield "read on a terminal", [*raw_in_terminal(shown), *_missing(names, shown)]
    (folder / "tagged.dcm").write_bytes(places.tagged(places.FILM, " | ".join(strings), but=places.DECISIVE))
    yield "read of a tagged film", _raw(said("read", "tagged.dcm", folder=folder))


def _refused_cells(folder: Path, strings: Sequence[str]) -> Outputs:
    """One command a text and column: the first such cell ends it."""
    commands: list[tuple[str | Path, ...]] = []
    for number, text in enumerate(strings):
        for column in REFUSING:
            rows = [("tagged.dcm", "visit", text)]
            file = places.table(folder / f"{column}-{number}.csv", ("path", "visit", column), rows)
            commands.append(("compare" if column == "date" else "read", "--manifest", file))
    for printed in said_in_turn(commands, folder):
        yield "refused cells", [*_raw(printed), *([] if printed.code == Exit.USAGE else ["not refused"])]


def _batch(folder: Path, strings: Sequence[str]) -> Outputs:
    films = sorted((folder / "films").rglob("*.dcm"))
    manifest = places.manifest(
        folder / "manifest.csv", strings, [f for f in films if f.name != "refused.dcm"]
    )
    sources: list[str | Path] = ["films", manifest, "a.zip", "b.tar", "tagged.dcm"]
    run = said("batch", *sources, "--out", "batch", "--verbose", folder=folder)
    yield "batch", _raw(run)
    yield "readings.csv", raw_in_csv(folder / "batch" / "readings.csv", NUMBERS)
    yield "run.json", raw_in_json((folder / "batch" / "run.json").read_text().replace("\n", " "))
    names = [base_name(str(film)) for film in films]
    yield "summary.html", _raw_or_missing(folder / "batch" / "summary.html", names)


def _compare(folder: Path, strings: Sequence[str]) -> Outputs:
    manifest = places.visits(folder / "visits", strings, min(SUBJECTS, len(strings) // 2))
    asked = ("compare", "--manifest", manifest, "--report", "visits.html", "--tables", "tables")
    plain = said(*asked, folder=folder)
    yield "compare", [*_raw(plain), *_missing(map(on_one_line, map(_as_cell, strings)), plain.err)]
    for name in ("visits.csv", "changes.csv"):
        yield name, raw_in_csv(folder / "tables" / name, NUMBERS)
    yield "timelines.html", _raw_or_missing(folder / "visits.html", map(_as_cell, strings))
    two, names = places.two_films(folder / "two", strings)
    yield "compare of two films", _raw(said("compare", *two, "--report", "change.html", folder=folder))
    yield "change.html", _raw_or_missing(folder / "change.html", map(base_name, names))
    records = said("compare", "--manifest", manifest, "--json", folder=folder)
    yield "compare --json", [*raw_in_json(records.out), *raw_in_terminal(records.err)]


def _agreement(folder: Path, strings: Sequence[str]) -> Outputs:
    readers = places.readers(folder / "readers.csv", strings)
    widths = places.measures(folder, strings)
    for name, tables, shown in (("readers", [readers], _as_cell), ("widths", widths, _as_width)):
        out = folder / name
        asked: list[str | Path] = ["agreement", *tables, "--out", out, "--replicates", str(REPLICATES)]
        plain = said(*asked, folder=folder)
        yield f"agreement of {name}", [*_raw(plain), *([] if plain.code == 0 else [f"exit {plain.code}"])]
        yield "agreement.csv", raw_in_csv(out / "agreement.csv", ())
        yield "agreement.tex", raw_in_tex(out / "agreement.tex")
        yield f"agreement.html of {name}", _raw_or_missing(out / "agreement.html", map(shown, strings))
        for picture in out.rglob("*.svg"):
            yield "pictures of agreement", raw_in_svg(picture)
    yield "agreement --json", raw_in_json(said(*asked, "--json", folder=folder).out)


def _raw(printed: Said) -> list[str]:
    return [*raw_in_terminal(printed.out), *raw_in_terminal(printed.err), *_unexpected(printed)]


def _unexpected(printed: Said) -> Iterator[str]:
    """An error that is not kltool's own has no text of its own."""
    if re.search(r"^Traceback|^kltool: unexpected", printed.err, re.MULTILINE):
        yield f"an error that is not kltool's: {printed.err[-200:]!r}"


def _missing(texts: Iterable[str], printed: str) -> Iterator[str]:
    """Shown texts that do not stand in what was printed."""
    return (f"{text[:30]!r} not shown" for text in texts if text not in printed)


def _raw_or_missing(page: Path, texts: Iterable[str]) -> list[str]:
    """texts: that the page shows, in any white space."""
    shown = parsed(page.read_text("utf-8")).text
    return [*raw_in_page(page), *_missing((" ".join(escaped(text).split()) for text in texts), shown)]


def _as_cell(text: str) -> str:
    """As the text is read of a cell."""
    return plain_text(of_cell(text))


def _as_width(text: str) -> str:
    """As a width of this name is called."""
    return _as_cell(text).replace("_", " ")
