"""Tables, CSV or Parquet, as text: row by row (`open_table`) or as whole columns (`read_table`).

Every command that takes a table reads it here: manifests through `open_table`, raters' through `read_table`.
"""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from kltool.errors import UsageError
from kltool.tables import parquet
from kltool.tables.columns import (
    CODE,
    COLUMNS,
    FORMER_CODES,
    GIVEN_KL,
    READER,
    SIDE,
    VISIT,
    present_names,
    reasons_for,
)
from kltool.tables.dialect import Line, csv_lines
from kltool.tables.headings import KEYS, known_headings, refuse_too_many
from kltool.tables.oai import absence_of, all_from_oai, code_of, project_readers, visits_of_headings
from kltool.tables.words import plain_text, word

KNOWN: Final = frozenset({*COLUMNS, READER, GIVEN_KL})


@dataclass(frozen=True, slots=True)
class OpenTable:
    """headings: each once. lines: the rows below them; those of a CSV without any cell are passed over."""

    headings: list[str]
    lines: Iterator[Line]


@dataclass(frozen=True, slots=True)
class Table:
    """n rows. name: of the file, without its ending. columns: by heading, (n,) words, empty where absent.

    places: (n,), "readers.csv, line 2" or "readers.parquet, row 1". oai_visits: by "V00", the first heading
    of that visit. oai_headings: by column, the heading of the OAI, if it has one.
    """

    name: str
    file: str
    sha256: str
    columns: Mapping[str, list[str]]
    places: list[str]
    oai_visits: Mapping[str, str] = field(default_factory=dict)
    oai_headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.places)

    def has(self, column: str) -> bool:
        """Whether the column is there and not empty."""
        return any(self.columns.get(column, ()))

    def cells(self, column: str) -> list[str]:
        return self.columns.get(column, [""] * self.rows)

    def shown(self, column: str) -> str:
        """The column in messages: "kl", in a table of the OAI "kl (V00XRKL)"."""
        heading = self.oai_headings.get(column)
        return f"{column} ({heading})" if heading else column


Recognise = Callable[[Path, Sequence[str]], list[str]]


def open_table(path: Path, recognise: Recognise | None = None) -> OpenTable:
    """The rows are read as they are taken. Raises UsageError, also while they are taken.

    recognise: known names in place of other spellings of them; without it, of headings that differ in spaces
    alone. Headings and codes of a table of readings by kltool 0.1.0 get their present names. Every row has a
    cell for each heading.
    """
    return _table_of(path, lambda: path.open("rb"), recognise or _trimmed)


def _table_of(path: Path, opened: Callable[[], IO[bytes]], recognise: Recognise) -> OpenTable:
    lines = _lines(path, opened)
    written = [plain_text(heading) for heading in next(lines, Line("", [])).cells]
    written = _without_empty_ends(written)
    refuse_too_many(written, path)
    headings = recognise(path, present_names(written))
    rows = (_filled(path, line, len(headings)) for line in lines)
    return OpenTable(headings, _present_codes(rows, headings) if CODE in headings else rows)


def read_table(path: Path) -> Table:
    """Cells without surrounding spaces, empty where they are absent; headings of the OAI by kltool's names.

    A table of the OAI gets the columns that its headings and codes stand for: visit, reader, and why a value
    is missing. The file is read once, so that a pipe will do. Raises UsageError for what cannot be read, a
    heading that stands twice or is nearly a known one, columns of several visits of the OAI, a table without
    rows.
    """
    data = _bytes_of(path)
    table = _table_of(path, lambda: BytesIO(data), _trimmed)
    lines = list(table.lines)
    if not lines:
        raise UsageError(f"{path}: no row found; one knee per line expected below the headings")
    visits = _one_visit(path, table.headings)
    names = all_from_oai(table.headings)
    theirs = {name: own for name, own in zip(names, table.headings, strict=True) if name != own}
    names = known_headings(names, KNOWN, place=path, vital=KEYS, written=table.headings)
    texts = [list(map(plain_text, cells)) for cells in zip(*(line.cells for line in lines), strict=True)]
    columns = {
        name: [word(code_of(cell)) if name != heading or name == SIDE else word(cell) for cell in cells]
        for name, heading, cells in zip(names, table.headings, texts, strict=True)
    }
    if READER in theirs:
        columns[READER] = project_readers(path.stem, columns[READER])
    stated = _absences({name: cells for name, cells in zip(names, texts, strict=True) if name in theirs})
    if visits:
        stated[VISIT] = list(visits) * len(lines)
    places = [f"{path.name}, {line.where}" for line in lines]
    sha256 = hashlib.sha256(data).hexdigest()
    return Table(path.stem, path.name, sha256, stated | columns, places, visits, theirs)


def _one_visit(path: Path, headings: Sequence[str]) -> Mapping[str, str]:
    visits = visits_of_headings(headings, headings)
    if len(visits) > 1:
        raise UsageError(
            f"{path}: columns of several visits found ({', '.join(visits.values())}), one visit expected; "
            "keep the columns of one"
        )
    return visits


def _absences(texts: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """By the name of the column of reasons, why the cells of the OAI's columns have no value, (n,)."""
    reasons = {reasons_for(name)[0]: [absence_of(cell) for cell in cells] for name, cells in texts.items()}
    return {name: cells for name, cells in reasons.items() if any(cells)}


def _trimmed(path: Path, headings: Sequence[str]) -> list[str]:
    return known_headings(headings, (), place=path, vital=())


def _without_empty_ends(headings: list[str]) -> list[str]:
    """Spreadsheets leave empty columns at the end."""
    last = max((number for number, heading in enumerate(headings, 1) if heading), default=0)
    return headings[:last]


def _filled(path: Path, line: Line, count: int) -> Line:
    """As many cells as there are headings; missing ones are empty, empty ones beyond are left out."""
    if any(cell.strip() for cell in line.cells[count:]):
        raise UsageError(
            f"{path}, {line.where}: {len(line.cells)} cells found, {count} expected by the headings; put "
            "cells that hold a comma, or what else separates the cells, in quotation marks"
        )
    return Line(line.where, [*line.cells[:count], *[""] * (count - len(line.cells))])


def _present_codes(lines: Iterable[Line], headings: Sequence[str]) -> Iterator[Line]:
    column = headings.index(CODE)
    for line in lines:
        line.cells[column] = FORMER_CODES.get(line.cells[column], line.cells[column])
        yield line


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _cannot_read(path, error) from error


def _lines(path: Path, opened: Callable[[], IO[bytes]]) -> Iterator[Line]:
    """The headings, then each row."""
    try:
        with opened() as file:
            is_parquet = file.read(len(parquet.MAGIC)) == parquet.MAGIC
            file.seek(0)
            yield from _parquet_lines(path, file) if is_parquet else csv_lines(path, file)
    except OSError as error:
        raise _cannot_read(path, error) from error


def _cannot_read(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be read ({type(error).__name__}); a table, UTF-8 CSV or Parquet, expected"
    )


def _parquet_lines(path: Path, file: IO[bytes]) -> Iterator[Line]:
    rows = parquet.rows_of(path, file)
    yield Line("", next(rows))
    for number, values in enumerate(rows, 1):
        yield Line(f"row {number}", [_text(value) for value in values])


def _text(value: object) -> str:
    """As a CSV would have it: integers without a point, days without a time, nothing where nothing is."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
