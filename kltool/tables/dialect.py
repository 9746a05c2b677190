"""A file of text → rows of cells, whatever wrote it: its encoding, Excel's sep= line, its delimiter."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, Final, TextIO

from kltool.errors import UsageError
from kltool.tables.headings import STATED, SYNONYMS, plain
from kltool.tables.spreadsheet import of_cell

LONGEST_LINE: Final = 16_000_000  # characters; docs/choices-intake.md#table-size
DELIMITERS: Final = ",;\t|"
ENCODINGS: Final = {  # by the first bytes; UTF-16 is what Excel calls Unicode text
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
OTHERWISE: Final = "utf-8"
LONGEST_MARK: Final = max(map(len, ENCODINGS))
NAMES: Final = frozenset({*map(plain, STATED), *SYNONYMS})


@dataclass(frozen=True, slots=True)
class Line:
    """One row. where: "line 2" of a CSV, "row 1" of a Parquet table. cells: as many as the row has."""

    where: str
    cells: list[str]


def csv_lines(path: Path, file: IO[bytes]) -> Iterator[Line]:
    """The headings, then the rows that have a cell, read as they are taken, without the prefixes of formulas.

    Raises UsageError.
    """
    try:
        with TextIOWrapper(file, encoding=_encoding_of(file), newline="") as text:
            before = 0
            lines = _bounded(text, path)
            first = next(lines, "")
            delimiter = _stated_delimiter(first)
            if delimiter:
                before, first = 1, next(lines, "")
            rows = csv.reader(chain([first], lines), delimiter=delimiter or _delimiter_of(first))
            for cells in filter(None, rows):
                yield Line(f"line {rows.line_num + before}", [of_cell(cell) for cell in cells])
    except UnicodeError as error:
        raise UsageError(
            f"{path} is neither Parquet nor UTF-8 text ({type(error).__name__}); a CSV saved as UTF-8, or as "
            "UTF-16 with its mark, expected"
        ) from error
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {rows.line_num + before}: not a CSV ({error}); check its quotes, or save it again"
        ) from error


def _bounded(text: TextIO, path: Path) -> Iterator[str]:
    """Its lines. Raises UsageError as soon as one is too long: a file may be one line of any length."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise UsageError(
                f"{path}: a line of {LONGEST_LINE:,} characters or more found, a table expected; "
                "save it again"
            )
        yield line


def _encoding_of(file: IO[bytes]) -> str:
    head = file.read(LONGEST_MARK)
    file.seek(0)
    return next((name for mark, name in ENCODINGS.items() if head.startswith(mark)), OTHERWISE)


def _stated_delimiter(line: str) -> str:
    """Of the line "sep=;", which Excel writes and reads before the headings; empty for any other line."""
    text = line.strip("\r\n ")
    return text[4] if len(text) == 5 and text.lower().startswith("sep=") else ""


def _delimiter_of(headings: str) -> str:
    """What stands between the cells: the mark that leaves the most known headings, then the most cells.

    Marks within quotation marks do not count; of equals the comma, semicolon, tab or bar, in this order.
    """

    def merit(mark: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([headings], delimiter=mark), [])
        except csv.Error:  # of a long line, which is one cell where another mark separates
            return 0, 0
        return sum(plain(cell) in NAMES for cell in cells), len(cells)

    return max(DELIMITERS, key=merit)
