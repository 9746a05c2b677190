"""Tables, CSV or Parquet, as text: row by row (`open_table`) or as whole columns (`read_table`)."""

import csv
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, Final

from kltool.errors import UsageError
from kltool.tables import parquet
from kltool.tables.columns import CODE, FORMER_CODES, present_names
from kltool.tables.oai import all_from_oai

ABSENT: Final = {"", "na", "nan", "."}  # as spreadsheets, R, Python and SAS write it
DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Line:
    """One row. where: "line 2" of a CSV, "row 1" of a Parquet table. cells: as many as the row has."""

    where: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class OpenTable:
    """headings: each once. lines: the rows below them; those of a CSV without any cell are passed over."""

    headings: list[str]
    lines: Iterator[Line]


@dataclass(frozen=True, slots=True)
class Table:
    """n rows. name: of the file, without its ending. columns: by heading, (n,) words, empty where absent.

    places: (n,), "readers.csv, line 2" or "readers.parquet, row 1".
    """

    name: str
    file: str
    sha256: str
    columns: Mapping[str, list[str]]
    places: list[str]

    @property
    def rows(self) -> int:
        return len(self.places)

    def has(self, column: str) -> bool:
        """Whether the column is there and not empty."""
        return any(self.columns.get(column, ()))

    def cells(self, column: str) -> list[str]:
        return self.columns.get(column, [""] * self.rows)


def open_table(path: Path) -> OpenTable:
    """The rows are read as they are taken. Raises UsageError, also while they are taken.

    Headings and codes of a table of readings by kltool 0.1.0 get their present names.
    """
    return _table_of(path, lambda: path.open("rb"))


def _table_of(path: Path, opened: Callable[[], IO[bytes]]) -> OpenTable:
    lines = _lines(path, opened)
    headings = present_names(heading.strip() for heading in next(lines, Line("", [])).cells)
    repeated = {heading for heading in headings if headings.count(heading) > 1}
    if repeated:
        raise UsageError(f"{path}: column {min(repeated)!r} found twice, once expected; rename or remove one")
    return OpenTable(headings, _present_codes(lines, headings) if CODE in headings else lines)


def read_table(path: Path) -> Table:
    """Cells without surrounding spaces, empty where they say ABSENT; headings of the OAI by kltool's names.

    The file is read once, so that a pipe will do. Raises UsageError for what cannot be read, a heading that
    stands twice, a table without rows.
    """
    data = _bytes_of(path)
    table = _table_of(path, lambda: BytesIO(data))
    rows, places = [], []
    for line in table.lines:
        places.append(f"{path.name}, {line.where}")
        rows.append([_word(cell) for cell in _filled(line.cells, len(table.headings), places[-1])])
    if not rows:
        raise UsageError(f"{path}: no row found; one knee per line expected below the headings")
    names = all_from_oai(table.headings)
    columns = {name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    return Table(path.stem, path.name, hashlib.sha256(data).hexdigest(), columns, places)


def _filled(cells: list[str], count: int, place: str) -> list[str]:
    """As many cells as there are headings; missing ones are empty."""
    if len(cells) > count:
        raise UsageError(
            f"{place}: {len(cells)} cells found, {count} expected by the headings; put cells "
            "that hold a comma in quotation marks"
        )
    return cells + [""] * (count - len(cells))


def _word(cell: str) -> str:
    word = cell.strip()
    return "" if word.lower() in ABSENT else word


def _present_codes(lines: Iterator[Line], headings: Sequence[str]) -> Iterator[Line]:
    column = headings.index(CODE)
    for line in lines:
        if column < len(line.cells):
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
            yield from _parquet_lines(path, file) if is_parquet else _csv_lines(path, file)
    except OSError as error:
        raise _cannot_read(path, error) from error


def _cannot_read(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"{path} cannot be read ({type(error).__name__}); a table, UTF-8 CSV or Parquet, expected"
    )


def _csv_lines(path: Path, file: IO[bytes]) -> Iterator[Line]:
    try:
        with TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            first = next(text, "")
            rows = csv.reader(chain([first], text), delimiter=_delimiter_of(first))
            yield from (Line(f"line {rows.line_num}", cells) for cells in rows if cells)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is neither Parquet nor UTF-8 text ({type(error).__name__}); a CSV saved as UTF-8 "
            "expected"
        ) from error
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {rows.line_num}: not a CSV ({error}); check its quotes, or save it again"
        ) from error


def _delimiter_of(headings: str) -> str:
    """What stands between the cells: a comma; a semicolon, tab or bar where the headings have no comma."""
    return next((mark for mark in DELIMITERS if mark in headings), DELIMITERS[0])


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
