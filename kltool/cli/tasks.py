"""What to read: paths from the command line, or rows of a manifest."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool.errors import UsageError
from kltool.intake import ImageSource, find_images
from kltool.tables.manifest import Row, rows
from kltool.values.radiograph import Side
from kltool.values.spacing import Calibration, Spacing


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
    for row in rows(manifest, ("path", "visit")):
        images = list(_tasks_of_row(row, manifest, side, spacing))
        if len(images) != 1:
            raise UsageError(f"{row.where}: {len(images)} images found; one film a visit expected")
        subject = row.cell("subject")
        task = VisitTask(images[0], subject, row.cell("visit"), row.date)
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
    for row in rows(manifest, ("path",)):
        yield from _tasks_of_row(row, manifest, side, spacing)


def _tasks_of_row(row: Row, manifest: Path, side: Side | None, spacing: float | None) -> Iterator[Task]:
    for source in find_images(manifest.parent / row.cell("path")):
        yield Task(
            source,
            row.side or side,
            row.spacing_mm or spacing,
        )
