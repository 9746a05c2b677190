"""The timelines of a trial as two tables for statistics, written knee by knee.

    visits     a row a knee and visit: what was read, in the columns of the table of readings
    changes    a row a knee, later visit and width: the change from the first visit, with its error

Both as CSV and, where pyarrow is installed, as Parquet. docs/table.md describes the columns.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kltool.report.rows import change_rows, knee_reading_rows
from kltool.tables import parquet
from kltool.tables.columns import (
    CODE,
    COLUMNS,
    DATE,
    REASON,
    SIDE,
    STATUS,
    SUBJECT,
    VISIT,
    Cell,
    CellType,
    Row,
)
from kltool.tables.write import CreateTable, CsvFile
from kltool.values.change import GradeChange, KneeChange, Slope, Timeline, Visit

YEARS: Final = "years"
VISITS, CHANGES = "visits", "changes"
OF_A_READING: Final = {
    name: kind
    for name, kind in COLUMNS.items()
    if name not in (STATUS, CODE, REASON, SUBJECT, VISIT, SIDE, "overlay")
}
VISIT_COLUMNS: Final[Mapping[str, CellType]] = {
    SUBJECT: CellType.TEXT,
    SIDE: CellType.TEXT,
    VISIT: CellType.TEXT,
    DATE: CellType.TEXT,
    YEARS: CellType.NUMBER,
    **OF_A_READING,
}
CHANGE_COLUMNS: Final[Mapping[str, CellType]] = {
    **dict.fromkeys(
        (SUBJECT, SIDE, "visit_before", "date_before", "visit_after", "date_after"), CellType.TEXT
    ),
    YEARS: CellType.NUMBER,
    "measure": CellType.TEXT,
    "unit": CellType.TEXT,
    "before": CellType.NUMBER,
    "after": CellType.NUMBER,
    "method": CellType.TEXT,
    **dict.fromkeys(("change", "standard_error", "low", "high", "smallest_detectable"), CellType.NUMBER),
    "detectable": CellType.BOOLEAN,
    "probability_wider": CellType.NUMBER,
    "reason": CellType.TEXT,
    **dict.fromkeys(("kl_improved", "kl_same", "kl_worse"), CellType.NUMBER),
    **dict.fromkeys(("comparability", "comparability_reasons", "verdict"), CellType.TEXT),
    **dict.fromkeys(("slope_per_year", "slope_standard_error"), CellType.NUMBER),
}


class TimelineTables:
    """visits and changes in a folder; complete when it is left without an error, else not there."""

    def __init__(self, folder: Path) -> None:
        self._visits = _Files(folder, VISITS, VISIT_COLUMNS)
        self._changes = _Files(folder, CHANGES, CHANGE_COLUMNS)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the files."""
        return tuple(file.name for files in (self._visits, self._changes) for file in files.parts)

    def write(self, timeline: Timeline) -> None:
        """Add the rows of one knee."""
        for row in visit_rows(timeline):
            self._visits.write(row)
        for row in changes_of(timeline):
            self._changes.write(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for files in (self._visits, self._changes):
            files.close(complete=kind is None)


class _Files:
    """One table in every format. parts: the unfinished file of each, by the finished one."""

    def __init__(self, folder: Path, stem: str, types: Mapping[str, CellType]) -> None:
        formats: dict[str, CreateTable] = {".csv": CsvFile}
        if parquet.is_installed():
            formats[".parquet"] = parquet.ParquetTable
        files = [folder / f"{stem}{suffix}" for suffix in formats]
        self.parts = {file: file.with_name(f".{file.name}.unfinished") for file in files}
        names = {name: name for name in types}
        self._tables = [
            create(part, types, names)
            for create, part in zip(formats.values(), self.parts.values(), strict=True)
        ]

    def write(self, row: Row) -> None:
        cells: dict[str, Cell] = {name: None if cell == "" else cell for name, cell in row.items()}
        for table in self._tables:
            table.write(cells)

    def close(self, *, complete: bool) -> None:
        with ExitStack() as closing:
            for table in self._tables:
                closing.callback(table.close)
        for file, part in self.parts.items():
            if complete:
                part.replace(file)
            else:
                part.unlink(missing_ok=True)


def visit_rows(timeline: Timeline) -> Iterator[Row]:
    """One row per visit: the reading of the knee."""
    for visit, years, knee in zip(timeline.visits, timeline.years, timeline.knees, strict=True):
        (row,) = knee_reading_rows(knee)
        yield {
            **{name: cell for name, cell in row.items() if name in OF_A_READING},
            SUBJECT: timeline.subject or row[SUBJECT],
            SIDE: str(timeline.side),
            VISIT: visit.name,
            DATE: visit.day.isoformat(),
            YEARS: years,
        }


def changes_of(timeline: Timeline) -> Iterator[Row]:
    """One row per later visit and width: the change from the first visit; of its width also the slope."""
    first, *later = timeline.visits
    for visit, years, change in zip(later, timeline.years[1:], timeline.changes, strict=True):
        pair = _pair(timeline, first, visit)
        for measure, row in zip(change.widths, change_rows(change), strict=True):
            slope = timeline.slopes[measure]
            yield {
                **row,
                **pair,
                YEARS: years,
                **_grade_cells(change),
                "comparability_reasons": "; ".join(change.reasons),
                "slope_per_year": slope.per_year if isinstance(slope, Slope) else None,
                "slope_standard_error": slope.standard_error if isinstance(slope, Slope) else None,
            }


def _pair(timeline: Timeline, first: Visit, later: Visit) -> Row:
    return {
        SUBJECT: timeline.subject or timeline.visits[0].reading.film.subject or "",
        "visit_before": first.name,
        "date_before": first.day.isoformat(),
        "visit_after": later.name,
        "date_after": later.day.isoformat(),
    }


def _grade_cells(change: KneeChange) -> Row:
    if not isinstance(change.grade, GradeChange):
        return {}
    return {
        "kl_improved": change.grade.improved,
        "kl_same": change.grade.same,
        "kl_worse": change.grade.worse,
    }
