"""Tables that name images, CSV or Parquet, row by row, and what their cells may say."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from kltool.errors import SpacingError, UsageError
from kltool.values.radiograph import Side
from kltool.values.spacing import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, Spacing

NEEDED: Final = {"path": "the path of an image or folder", "visit": "the name of the visit"}
SIDES: Final = {"right": Side.RIGHT, "r": Side.RIGHT, "left": Side.LEFT, "l": Side.LEFT}
PARQUET_ROWS: Final = 10_000  # held in memory at a time


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a manifest, and where it stands."""

    cells: Mapping[str, str | None]
    where: str

    def cell(self, name: str) -> str:
        """Empty where there is no such column or nothing in it."""
        return (self.cells.get(name) or "").strip()

    @property
    def side(self) -> Side | None:
        """Raises UsageError."""
        text = self.cell("side")
        if text and text.lower() not in SIDES:
            raise UsageError(f"{self.where}: side {text!r} found; right, left, R or L expected")
        return SIDES[text.lower()] if text else None

    @property
    def spacing_mm(self) -> float | None:
        """Raises UsageError."""
        text = self.cell("spacing_mm")
        try:
            return Spacing(float(text), float(text), Calibration.USER).row_mm if text else None
        except (ValueError, SpacingError):
            raise UsageError(
                f"{self.where}: spacing_mm {text!r} found; a number of millimetres from "
                f"{SMALLEST_SPACING_MM} to {LARGEST_SPACING_MM} expected"
            ) from None

    @property
    def date(self) -> str:
        """ISO 8601; empty where there is none. Raises UsageError."""
        text = self.cell("date")
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            raise UsageError(f"{self.where}: date {text!r} found; a day as YYYY-MM-DD expected") from None


def delimiter_of(heading: str) -> str:
    """What stands between the cells: a comma; a semicolon, tab or bar where the heading has no comma."""
    return next((mark for mark in ",;\t|" if mark in heading), ",")


def is_manifest(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".parquet") and path.is_file()


def columns(manifest: Path) -> tuple[str, ...]:
    """The headings of a manifest, in its order. Raises UsageError."""
    names = _headings(manifest)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"manifest {manifest}: columns named twice found ({', '.join(twice)}); name each once"
        )
    return names


def _headings(manifest: Path) -> tuple[str, ...]:
    if manifest.suffix.lower() == ".parquet":
        return tuple(_parquet(manifest).schema_arrow.names)
    return tuple(_table(manifest).fieldnames or ())


def rows(manifest: Path, needed: tuple[str, ...] = ("path",)) -> Iterator[Row]:
    """Its rows, in order, whose needed cells are filled. Raises UsageError."""
    found = columns(manifest)
    for name in needed:
        if name not in found:
            raise UsageError(
                f"manifest {manifest}: no column '{name}' found; expected {' and '.join(needed)} and, as "
                "needed, side, spacing_mm"
            )
    parquet = manifest.suffix.lower() == ".parquet"
    for row in _parquet_rows(manifest) if parquet else _csv_rows(manifest):
        if not any(row.cell(name) for name in found):
            continue  # as spreadsheets leave them at the end
        for name in needed:
            if not row.cell(name):
                raise UsageError(f"{row.where}: no {name} found; {NEEDED[name]} expected")
        yield row


def _csv_rows(manifest: Path) -> Iterator[Row]:
    table = _table(manifest)
    try:
        for cells in table:
            yield Row(cells, f"manifest {manifest}, line {table.line_num}")
    except csv.Error as error:
        raise UsageError(
            f"manifest {manifest}, line {table.line_num}: no row of a CSV ({error}); check its quotes"
        ) from None


def _table(manifest: Path) -> "csv.DictReader[str]":
    return csv.DictReader(_lines(manifest), delimiter=delimiter_of(next(_lines(manifest), "")))


def _lines(manifest: Path) -> Iterator[str]:
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            yield from lines
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"manifest {manifest} cannot be read ({type(error).__name__}); a UTF-8 CSV expected"
        ) from None


def _parquet_rows(manifest: Path) -> Iterator[Row]:
    number = 0
    for batch in _parquet(manifest).iter_batches(PARQUET_ROWS):
        for cells in batch.to_pylist():
            number += 1
            texts = {name: _text(value) for name, value in cells.items()}
            yield Row(texts, f"manifest {manifest}, row {number}")


def _text(value: object) -> str:
    """As a CSV would say it: whole numbers without a point, days without a time, nothing as nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


def _parquet(manifest: Path):  # type: ignore[no-untyped-def]
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile  # late: docs/ARCHITECTURE.md

    try:
        return ParquetFile(manifest)
    except (OSError, ArrowException) as error:
        raise UsageError(
            f"manifest {manifest} cannot be read ({type(error).__name__}); a Parquet table expected"
        ) from None
