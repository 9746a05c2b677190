"""Rows to CSV and, where pyarrow is installed, Parquet, one by one; the same readings, the same bytes."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final, Protocol

from kltool.errors import StorageFull
from kltool.files import new_file
from kltool.tables import parquet
from kltool.tables.columns import COLUMNS, SIDE, STATUS, Cell, CellType, Row
from kltool.tables.oai import OAI_NAMES, SIDES
from kltool.tables.spreadsheet import as_cell, with_line_feeds

STEM: Final = "readings"
CSV: Final = f"{STEM}.csv"
PARQUET: Final = f"{STEM}.parquet"
OAI_TYPES: Final = {SIDE: CellType.INTEGER}


class TableFile(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None:
        """Write what is still in memory; the file stays open."""


WriteRow = Callable[[Row], None]
CreateTable = Callable[[IO[bytes], Mapping[str, CellType], Mapping[str, str]], TableFile]  # types, headings


def table_names(stem: str = STEM) -> tuple[str, ...]:
    """Of the files of a table: CSV and, where pyarrow is installed, Parquet."""
    return tuple(f"{stem}{suffix}" for suffix in _formats())


def write_tables(
    rows: Iterable[Row], other_columns: Sequence[str], oai_names: bool, folder: Path
) -> Counter[str]:
    """Write the table of a batch; the number of rows by status. Raises StorageFull.

    other_columns: of the manifests, after the table's own. oai_names: headings as in kltool.tables.oai.
    """
    types = {**COLUMNS, **(OAI_TYPES if oai_names else {}), **dict.fromkeys(other_columns, CellType.TEXT)}
    headings = {name: OAI_NAMES.get(name, name) if oai_names else name for name in types}
    counts: Counter[str] = Counter()
    with table_files(folder, STEM, types, headings) as write:
        for row in rows:
            counts[str(row[STATUS])] += 1
            write(_with_oai_side(row) if oai_names else row)
    return counts


@contextmanager
def table_files(
    folder: Path, stem: str, types: Mapping[str, CellType], headings: Mapping[str, str] | None = None
) -> Iterator[WriteRow]:
    """A function that writes a row of a table, whose files are there, complete, where no error occurs.

    types: by column, in order. headings: where they are not the columns' names. Raises StorageFull.
    """
    names = headings or {name: name for name in types}
    try:
        with ExitStack() as closing:
            files = [closing.enter_context(new_file(folder / name)) for name in table_names(stem)]
            creating = zip(_formats().values(), files, strict=True)
            tables = [create(file, types, names) for create, file in creating]
            for table in tables:
                closing.callback(table.close)  # all of them before a file takes its place
            yield lambda row: _write(row, tables)
    except OSError as error:
        raise StorageFull(
            f"the tables in {folder} cannot be written ({error.strerror}); free some space, or close the "
            "program that holds them open, and start the same command again"
        ) from error


def _write(row: Row, tables: Sequence[TableFile]) -> None:
    cells = {name: _normalised(cell) for name, cell in row.items()}
    for table in tables:
        table.write(cells)


class CsvFile:
    """UTF-8, a comma between cells, a line feed after each row (otherwise RFC 4180); text is no formula."""

    def __init__(self, file: IO[bytes], types: Mapping[str, CellType], headings: Mapping[str, str]) -> None:
        self._names = list(types)
        self._text = TextIOWrapper(file, encoding="utf-8", newline="")
        self._rows = csv.writer(self._text, lineterminator="\n")
        self._rows.writerow([_text(headings[name]) for name in types])

    def write(self, row: Row) -> None:
        self._rows.writerow([_text(row.get(name)) for name in self._names])

    def close(self) -> None:
        self._text.detach()


def _with_oai_side(row: Row) -> Row:
    return row | {SIDE: SIDES.get(str(row.get(SIDE)))}


def _normalised(cell: Cell) -> Cell:
    """Empty text is a missing value; lines end in a line feed; bytes that are not Unicode are escaped."""
    if not isinstance(cell, str):
        return cell
    return (
        with_line_feeds(cell).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") or None
    )


def _text(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str):
        return as_cell(cell)
    return "" if cell is None else cell


def _formats() -> Mapping[str, CreateTable]:
    """By the ending of the file's name."""
    return {".csv": CsvFile, **({".parquet": parquet.ParquetTable} if parquet.is_installed() else {})}
