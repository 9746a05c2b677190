"""Manifests: tables, CSV or Parquet, that name one image a row and say whose knee it shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kltool.errors import SpacingError, UsageError
from kltool.tables.columns import PATH, SIDE, VISIT
from kltool.tables.read import open_table
from kltool.values.radiograph import Side
from kltool.values.spacing import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, Spacing

DESCRIPTIONS: Final = {PATH: "the path of an image or folder", VISIT: "the name of the visit"}
SIDES: Final = {"right": Side.RIGHT, "r": Side.RIGHT, "left": Side.LEFT, "l": Side.LEFT}
SPACING: Final = "spacing_mm"
DATE: Final = "date"
SUFFIXES: Final = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One image. cells: by column. place: "manifest visits.csv, line 2"."""

    cells: Mapping[str, str]
    place: str

    def cell(self, name: str) -> str:
        """Empty where there is no such column or nothing in it."""
        return self.cells.get(name, "").strip()

    @property
    def side(self) -> Side | None:
        """Raises UsageError."""
        text = self.cell(SIDE)
        if text and text.lower() not in SIDES:
            raise UsageError(f"{self.place}: side {text!r} found; right, left, R or L expected")
        return SIDES[text.lower()] if text else None

    @property
    def spacing_mm(self) -> float | None:
        """Raises UsageError."""
        text = self.cell(SPACING)
        try:
            return Spacing(float(text), float(text), Calibration.USER).row_mm if text else None
        except (ValueError, SpacingError) as error:
            raise UsageError(
                f"{self.place}: spacing_mm {text!r} found; a number of millimetres from "
                f"{SMALLEST_SPACING_MM} to {LARGEST_SPACING_MM} expected"
            ) from error

    @property
    def day(self) -> str:
        """ISO 8601; empty where there is none. Raises UsageError."""
        text = self.cell(DATE)
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError as error:
            raise UsageError(f"{self.place}: date {text!r} found; a day as YYYY-MM-DD expected") from error


def is_manifest(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.is_file()


def manifest_columns(manifest: Path) -> tuple[str, ...]:
    """The headings of a manifest, in its order. Raises UsageError."""
    return tuple(open_table(manifest).headings)


def manifest_rows(manifest: Path, needed: tuple[str, ...] = (PATH,)) -> Iterator[ManifestRow]:
    """The rows in which any cell is filled, in order. Raises UsageError where a needed cell is empty."""
    table = open_table(manifest)
    for name in needed:
        if name not in table.headings:
            raise UsageError(
                f"manifest {manifest}: no column '{name}' found; expected {' and '.join(needed)} and, as "
                "needed, side, spacing_mm"
            )
    for line in table.lines:
        row = ManifestRow(
            dict(zip(table.headings, line.cells, strict=False)), f"manifest {manifest}, {line.where}"
        )
        if not any(row.cell(name) for name in table.headings):
            continue  # spreadsheets leave empty rows at the end
        for name in needed:
            if not row.cell(name):
                raise UsageError(f"{row.place}: no {name} found; {DESCRIPTIONS[name]} expected")
        yield row
