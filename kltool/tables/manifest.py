"""Manifests: tables, CSV or Parquet, that name one image a row and say whose knee it shows."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kltool.errors import SpacingError, UsageError
from kltool.tables.columns import COLUMNS, DATE, PATH, SIDE, SPACING, SUBJECT, VISIT
from kltool.tables.headings import STATED, known_headings, refuse_unclear
from kltool.tables.oai import OAI_NAMES
from kltool.tables.read import open_table
from kltool.tables.words import SIDE_WORDS, is_no_side, number, plain_text, side, word
from kltool.values.radiograph import Side
from kltool.values.spacing import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, Spacing

DESCRIPTIONS: Final = {PATH: "the path of an image or folder", VISIT: "the name of the visit"}
STUDY_DATE: Final = "study_date"  # the date in a table of readings
SUFFIXES: Final = (".csv", ".tsv", ".parquet")
MOST_NAMED: Final = 5  # columns in a message


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One image. cells: by column. place: "manifest visits.csv, line 2"."""

    cells: Mapping[str, str]
    place: str

    def cell(self, name: str) -> str:
        """As it is written; empty where there is no such column or nothing in it."""
        return self.cells.get(name, "").strip()

    def stated(self, name: str) -> str:
        """What the row states of its image; empty also where the cell says that it states nothing (NA)."""
        return plain_text(word(self.cells.get(name, "")))

    @property
    def side(self) -> Side | None:
        """Raises UsageError."""
        text = self.stated(SIDE)
        found = side(text)
        if text and found is None and not is_no_side(text):
            raise UsageError(f"{self.place}: side {text!r} found; {SIDE_WORDS} expected")
        return found

    @property
    def spacing_mm(self) -> float | None:
        """Raises UsageError."""
        text = self.stated(SPACING)
        found = number(text)
        try:
            if text and found is None:
                raise ValueError
            return None if found is None else Spacing(found, found, Calibration.USER).row_mm
        except (ValueError, SpacingError) as error:
            raise UsageError(
                f"{self.place}: spacing_mm {text!r} found; a number of millimetres from "
                f"{SMALLEST_SPACING_MM} to {LARGEST_SPACING_MM} expected"
            ) from error

    @property
    def day(self) -> str:
        """ISO 8601; empty where there is none. Raises UsageError."""
        text = self.stated(DATE) or self.stated(STUDY_DATE)
        try:
            return date.fromisoformat(text).isoformat() if text else ""
        except ValueError as error:
            raise UsageError(f"{self.place}: date {text!r} found; a day as YYYY-MM-DD expected") from error


def is_manifest(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and os.path.isfile(path)


def manifest_columns(manifest: Path) -> tuple[str, ...]:
    """The headings of a manifest, in its order. Raises UsageError."""
    return tuple(open_table(manifest, _recognised).headings)


def unused_columns(manifest: Path, used: Sequence[str]) -> tuple[str, ...]:
    """The columns that state something and are not used; those of a table of readings state nothing.

    Raises UsageError for one that may mean a name in `used`, which the manifest lacks.
    """
    columns = manifest_columns(manifest)
    refuse_unclear(columns, used, manifest)
    return tuple(name for name in columns if name and name not in used and name not in COLUMNS)


def manifest_rows(manifest: Path, needed: tuple[str, ...] = (PATH,)) -> Iterator[ManifestRow]:
    """The rows in which any cell is filled, in order. Raises UsageError where a needed cell is empty."""
    table = open_table(manifest, _recognised)
    for name in needed:
        if name not in table.headings:
            raise UsageError(
                f"manifest {manifest}: no column {name!r} found among {_some(table.headings)}; expected "
                f"{' and '.join(needed)} and, as needed, side, spacing_mm"
            )
    for line in table.lines:
        row = ManifestRow(
            dict(zip(table.headings, line.cells, strict=True)), f"manifest {manifest}, {line.where}"
        )
        if not any(row.cell(name) for name in table.headings):
            continue  # spreadsheets leave empty rows at the end
        for name in needed:
            if not row.stated(name):
                raise UsageError(f"{row.place}: no {name} found; {DESCRIPTIONS[name]} expected")
        yield row


def _recognised(manifest: Path, headings: Sequence[str]) -> list[str]:
    """What a manifest states is recognised in any spelling; its other columns keep their headings."""
    return known_headings(_with_oai_key(headings), STATED, place=manifest, vital=STATED, written=headings)


def _with_oai_key(headings: Sequence[str]) -> list[str]:
    """ID is the subject in a table of the OAI, which has SIDE beside it."""
    is_oai = {OAI_NAMES[SUBJECT], OAI_NAMES[SIDE]} <= set(headings) and SUBJECT not in headings
    return [SUBJECT if is_oai and name == OAI_NAMES[SUBJECT] else name for name in headings]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} others" if len(names) > MOST_NAMED else ""
    return ", ".join(map(repr, names[:MOST_NAMED])) + more
