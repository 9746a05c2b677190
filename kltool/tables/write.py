"""Rows to Parquet and CSV, one by one; the same readings give the same bytes."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from kltool.errors import StorageFull
from kltool.tables.columns import COLUMNS, SIDE, STATUS, Cell, CellType, Row
from kltool.tables.oai import OAI_NAMES, SIDES

TABLES: Final = ("readings.parquet", "readings.csv")
OAI_TYPES: Final = {SIDE: CellType.INTEGER}
ROWS_OF_A_GROUP: Final = 2_000  # of Parquet, held in memory at a time
ARROW_TYPES: Final = {
    CellType.TEXT: pa.string(),
    CellType.INTEGER: pa.int8(),
    CellType.NUMBER: pa.float64(),
    CellType.BOOLEAN: pa.bool_(),
}


class TableFile(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


def write_tables(
    rows: Iterable[Row], other_columns: Sequence[str], oai_names: bool, folder: Path
) -> Counter[str]:
    """Write TABLES, both complete or neither; the number of rows by status. Raises StorageFull.

    other_columns: of the manifests, after the table's own. oai_names: headings as in kltool.tables.oai.
    """
    types = {**COLUMNS, **(OAI_TYPES if oai_names else {}), **dict.fromkeys(other_columns, CellType.TEXT)}
    headings = {name: OAI_NAMES.get(name, name) if oai_names else name for name in types}
    formats: Sequence[Callable[[Path, Mapping[str, CellType], Mapping[str, str]], TableFile]] = (
        ParquetFile,
        CsvFile,
    )
    files = dict(zip((folder / name for name in TABLES), formats, strict=True))
    counts: Counter[str] = Counter()
    unfinished = {file: file.with_name(f".{file.name}.unfinished") for file in files}
    try:
        with ExitStack() as closing:
            tables = [create(unfinished[file], types, headings) for file, create in files.items()]
            for table in tables:
                closing.callback(table.close)
            for row in rows:
                counts[str(row[STATUS])] += 1
                row = _with_oai_side(row) if oai_names else row
                for table in tables:
                    table.write(row)
        for file, part in unfinished.items():
            part.replace(file)
    except OSError as error:
        raise StorageFull(
            f"the tables in {folder} cannot be written ({error.strerror}); free some space, or close the "
            "program that holds them open, and start the same command again: what was read is kept"
        ) from error
    finally:
        for part in unfinished.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return counts


class CsvFile:
    """UTF-8, a comma between cells, a line feed after each row (otherwise RFC 4180)."""

    def __init__(self, file: Path, types: Mapping[str, CellType], headings: Mapping[str, str]) -> None:
        self._names = list(types)
        self._file = file.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(headings.values())

    def write(self, row: Row) -> None:
        self._rows.writerow([_text(row.get(name)) for name in self._names])

    def close(self) -> None:
        self._file.close()


class ParquetFile:
    """Row groups of ROWS_OF_A_GROUP rows, zstd; an empty text is a missing value."""

    def __init__(self, file: Path, types: Mapping[str, CellType], headings: Mapping[str, str]) -> None:
        self._names = list(types)
        self._schema = pa.schema([(headings[name], ARROW_TYPES[type_]) for name, type_ in types.items()])
        self._writer: Any = ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[list[Cell]] = []

    def write(self, row: Row) -> None:
        self._rows.append([_normalised(row.get(name)) for name in self._names])
        if len(self._rows) >= ROWS_OF_A_GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        cells = [list(column) for column in zip(*self._rows, strict=True)]
        arrays = [pa.array(values, field.type) for values, field in zip(cells, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def _with_oai_side(row: Row) -> Row:
    return row | {SIDE: SIDES.get(str(row.get(SIDE)))}


def _normalised(cell: Cell) -> Cell:
    """Empty text is a missing value; lines end in a line feed; bytes that are not Unicode are escaped."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") or None


def _text(cell: Cell) -> Cell:
    normalised = _normalised(cell)
    if isinstance(normalised, bool):
        return "true" if normalised else "false"
    return "" if normalised is None else normalised
