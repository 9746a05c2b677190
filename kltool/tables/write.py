"""Rows as tables, Parquet and CSV, one by one; the same bytes for the same readings."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from kltool.errors import StorageFull
from kltool.tables.columns import COLUMNS, Cell, Kind, Row
from kltool.tables.oai import OAI_NAMES, SIDES

TABLES: Final = ("readings.parquet", "readings.csv")
OAI_KINDS: Final = {"side": Kind.WHOLE}
GROUP: Final = 2_000  # rows of a Parquet row group, held in memory at a time


class Sheet(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


def write_tables(rows: Iterable[Row], carried: Sequence[str], oai_names: bool, folder: Path) -> Counter[str]:
    """TABLES, whole or not at all; their rows by status. Raises StorageFull.

    carried: headings of the manifests' columns, after the table's own. oai_names: see kltool.tables.oai.
    """
    kinds = {**COLUMNS, **(OAI_KINDS if oai_names else {}), **dict.fromkeys(carried, Kind.TEXT)}
    headings = {name: OAI_NAMES.get(name, name) if oai_names else name for name in kinds}
    makers: Sequence[Callable[[Path, Mapping[str, Kind], Mapping[str, str]], Sheet]] = (
        ParquetSheet,
        CsvSheet,
    )
    files = dict(zip((folder / name for name in TABLES), makers, strict=True))
    counts: Counter[str] = Counter()
    unfinished = {file: file.with_name(f".{file.name}.unfinished") for file in files}
    try:
        with ExitStack() as closing:
            sheets = [make(unfinished[file], kinds, headings) for file, make in files.items()]
            for sheet in sheets:
                closing.callback(sheet.close)
            for row in rows:
                counts[str(row["status"])] += 1
                row = _in_oai_terms(row) if oai_names else row
                for sheet in sheets:
                    sheet.write(row)
        for file, part in unfinished.items():
            part.replace(file)
    except OSError as error:
        raise StorageFull(
            f"the tables in {folder} cannot be written ({error.strerror}); free some space, or close what "
            "holds them, and start the same command again: what was read is kept"
        ) from None
    finally:
        for part in unfinished.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
    return counts


class CsvSheet:
    """UTF-8, a comma between cells, a line feed after each row (RFC 4180 but for that)."""

    def __init__(self, file: Path, kinds: Mapping[str, Kind], headings: Mapping[str, str]) -> None:
        self._names = list(kinds)
        self._file = file.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(headings.values())

    def write(self, row: Row) -> None:
        self._rows.writerow([_text(row.get(name)) for name in self._names])

    def close(self) -> None:
        self._file.close()


class ParquetSheet:
    """Row groups of GROUP rows, zstd; an empty text is a missing one."""

    def __init__(self, file: Path, kinds: Mapping[str, Kind], headings: Mapping[str, str]) -> None:
        import pyarrow as pa
        from pyarrow.parquet import ParquetWriter  # late: docs/ARCHITECTURE.md

        types = {
            Kind.TEXT: pa.string(),
            Kind.WHOLE: pa.int8(),
            Kind.NUMBER: pa.float64(),
            Kind.TRUTH: pa.bool_(),
        }
        self._names = list(kinds)
        self._schema = pa.schema([(headings[name], types[kind]) for name, kind in kinds.items()])
        self._writer: Any = ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[list[Cell]] = []

    def write(self, row: Row) -> None:
        self._rows.append([_shown(row.get(name)) for name in self._names])
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        cells = [list(column) for column in zip(*self._rows, strict=True)]
        arrays = [pa.array(values, field.type) for values, field in zip(cells, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def _in_oai_terms(row: Row) -> Row:
    return row | {"side": SIDES.get(str(row.get("side")))}


def _shown(cell: Cell) -> Cell:
    """Empty texts are missing; lines end alike; what is no Unicode is told with its bytes escaped."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace") or None


def _text(cell: Cell) -> Cell:
    shown = _shown(cell)
    if isinstance(shown, bool):
        return "true" if shown else "false"
    return "" if shown is None else shown
