"""What to read: paths from the command line, or rows of a manifest."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool.errors import SpacingError, UsageError
from kltool.intake import ImageSource, find_images
from kltool.values.image import LARGEST_SPACING_MM, SMALLEST_SPACING_MM, Calibration, Side, Spacing


@dataclass(frozen=True, slots=True)
class Task:
    """One image and what the user says of it."""

    source: ImageSource
    side: Side | None
    spacing_mm: float | None


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
    try:
        text = manifest.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"manifest {manifest} cannot be read ({type(error).__name__}); a UTF-8 CSV expected"
        ) from None
    rows = csv.DictReader(text.splitlines())
    if "path" not in (rows.fieldnames or ()):
        raise UsageError(
            f"manifest {manifest}: no column 'path' found; expected path and, as needed, side, spacing_mm"
        )
    for row in rows:
        where = f"manifest {manifest}, line {rows.line_num}"
        if not row["path"]:
            raise UsageError(f"{where}: no path found; the path of an image or folder expected")
        for source in find_images(manifest.parent / row["path"]):
            yield Task(
                source,
                _side(row.get("side"), where) or side,
                _spacing(row.get("spacing_mm"), where) or spacing,
            )


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
