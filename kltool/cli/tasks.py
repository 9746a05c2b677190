"""What to read: paths from the command line, or rows of a manifest."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from kltool.errors import SpacingError, UsageError
from kltool.intake import ImageSource, find_images
from kltool.values.image import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, Side, Spacing

NEEDED: Final = {"path": "the path of an image or folder", "visit": "the name of the visit"}


@dataclass(frozen=True, slots=True)
class Task:
    """One image and what the user says of it."""

    source: ImageSource
    side: Side | None
    spacing_mm: float | None


@dataclass(frozen=True, slots=True)
class VisitTask:
    """One film of a subject at a visit. day: ISO 8601, empty where the film's own date counts."""

    image: Task
    subject: str
    name: str
    day: str


def visits_of(manifest: Path, side: Side | None, spacing: float | None) -> list[list[VisitTask]]:
    """The visits of each subject of a manifest, subjects in the order of their first rows.

    Columns: path and visit; as needed subject, date (YYYY-MM-DD), side, spacing_mm. Raises UsageError.
    """
    subjects: dict[str, list[VisitTask]] = {}
    for row in _rows(manifest, ("path", "visit")):
        images = list(_tasks_of_row(row, manifest, side, spacing))
        if len(images) != 1:
            raise UsageError(f"{row.where}: {len(images)} images found; one film a visit expected")
        subject = row.cell("subject")
        task = VisitTask(images[0], subject, row.cell("visit"), _date(row.cell("date"), row.where))
        subjects.setdefault(subject, []).append(task)
    if not subjects:
        raise UsageError(f"manifest {manifest}: no row found; one film a line expected below the headings")
    return list(subjects.values())


def tasks_of(
    paths: list[Path], manifest: Path | None, side: Side | None, spacing: float | None
) -> list[Task]:
    """Everything that the command line names, in its order. Raises UsageError, SpacingError."""
    if not paths and manifest is None:
        raise UsageError(
            "nothing to read: no PATH and no --manifest found; name at least one image or folder"
        )
    if spacing is not None:
        Spacing(spacing, spacing, Calibration.USER)  # nonsense is refused before anything is read
    tasks = [Task(source, side, spacing) for path in paths for source in find_images(path)]
    if manifest is not None:
        tasks += _of_manifest(manifest, side, spacing)
    if not tasks:
        raise UsageError(
            f"manifest {manifest}: no row found; one image or folder a line expected below the headings"
        )
    return tasks


def _of_manifest(manifest: Path, side: Side | None, spacing: float | None) -> Iterator[Task]:
    """Rows of a CSV; paths are relative to its folder, empty cells fall back on the options."""
    for row in _rows(manifest, ("path",)):
        yield from _tasks_of_row(row, manifest, side, spacing)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a manifest, and where it stands."""

    cells: dict[str, str | None]
    where: str

    def cell(self, name: str) -> str:
        return (self.cells.get(name) or "").strip()


def _rows(manifest: Path, needed: tuple[str, ...]) -> Iterator[_Row]:
    try:
        text = manifest.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"manifest {manifest} cannot be read ({type(error).__name__}); a UTF-8 CSV expected"
        ) from None
    rows = csv.DictReader(text.splitlines())
    for name in needed:
        if name not in (rows.fieldnames or ()):
            raise UsageError(
                f"manifest {manifest}: no column '{name}' found; expected {' and '.join(needed)} and, as "
                "needed, side, spacing_mm"
            )
    for cells in rows:
        row = _Row(cells, f"manifest {manifest}, line {rows.line_num}")
        for name in needed:
            if not row.cell(name):
                raise UsageError(f"{row.where}: no {name} found; {NEEDED[name]} expected")
        yield row


def _tasks_of_row(row: _Row, manifest: Path, side: Side | None, spacing: float | None) -> Iterator[Task]:
    for source in find_images(manifest.parent / row.cell("path")):
        yield Task(
            source,
            _side(row.cell("side"), row.where) or side,
            _spacing(row.cell("spacing_mm"), row.where) or spacing,
        )


def _date(text: str, where: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{where}: date {text!r} found; a day as YYYY-MM-DD expected") from None


def _side(text: str | None, where: str) -> Side | None:
    if not text:
        return None
    sides = {"right": Side.RIGHT, "r": Side.RIGHT, "left": Side.LEFT, "l": Side.LEFT}
    if text.strip().lower() not in sides:
        raise UsageError(f"{where}: side {text!r} found; right, left, R or L expected")
    return sides[text.strip().lower()]


def _spacing(text: str | None, where: str) -> float | None:
    if not text:
        return None
    try:
        return Spacing(float(text), float(text), Calibration.USER).row_mm
    except (ValueError, SpacingError):
        raise UsageError(
            f"{where}: spacing_mm {text!r} found; a number of millimetres from {SMALLEST_SPACING_MM} to "
            f"{LARGEST_SPACING_MM} expected"
        ) from None
