"""The timelines of a trial as two tables for statistics.

    visits     a row a knee and visit: what was read, in the columns of the table of readings
    changes    a row a knee, later visit and width: the change from the first visit, with its error

Both as CSV and, where pyarrow is installed, as Parquet. docs/table.md describes the columns.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kltool.report.rows import WIDTH_CHANGE, change_rows, knee_reading_rows
from kltool.tables.columns import (
    CODE,
    COLUMNS,
    DATE,
    REASON,
    SIDE,
    STATUS,
    SUBJECT,
    VISIT,
    CellType,
    Row,
)
from kltool.tables.write import table_files, table_names
from kltool.values.change import KneeChange
from kltool.values.grade_change import GradeChange
from kltool.values.timeline import Slope, Timeline, Visit

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
    **WIDTH_CHANGE,
    **dict.fromkeys(("kl_improved", "kl_same", "kl_worse"), CellType.NUMBER),
    **dict.fromkeys(("comparability", "comparability_reasons", "plausibility", "verdict"), CellType.TEXT),
    **dict.fromkeys(("slope_per_year", "slope_standard_error"), CellType.NUMBER),
}


def write_timeline_tables(timelines: Iterable[Timeline], folder: Path) -> tuple[str, ...]:
    """Write both tables; the names of their files. Raises StorageFull; no unfinished file is left."""
    with (
        table_files(folder, VISITS, VISIT_COLUMNS) as write_visit,
        table_files(folder, CHANGES, CHANGE_COLUMNS) as write_change,
    ):
        for timeline in timelines:
            for row in visit_rows(timeline):
                write_visit(row)
            for row in changes_of(timeline):
                write_change(row)
    return *table_names(VISITS), *table_names(CHANGES)


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
                "plausibility": "; ".join(change.plausibility),
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
