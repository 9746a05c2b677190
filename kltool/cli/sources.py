"""The images of a command: paths from the command line, or rows of a manifest."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool import tables
from kltool.errors import UsageError
from kltool.intake import ImageSource, find_images
from kltool.values.radiograph import Side
from kltool.values.spacing import Calibration, Spacing


@dataclass(frozen=True, slots=True)
class Stated:
    """What the user states of an image in place of its tags; None leaves it to the tags."""

    side: Side | None = None
    spacing_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """One image of a command."""

    source: ImageSource
    stated: Stated


@dataclass(frozen=True, slots=True)
class VisitImage:
    """One film of a subject at a visit. day: ISO 8601, empty where the film's own date counts."""

    image: Image
    subject: str
    visit: str
    day: str


def images_of(paths: list[Path], manifest: Path | None, stated: Stated) -> list[Image]:
    """Everything that the command line names, in its order. Raises UsageError, SpacingError."""
    if not paths and manifest is None:
        raise UsageError(
            "nothing to read: no PATH and no --manifest found; name at least one image or folder"
        )
    _require_possible(stated)
    images = [Image(source, stated) for path in paths for source in find_images(path)]
    if manifest is not None:
        images += _images_of_manifest(manifest, stated)
    if not images:
        raise UsageError(
            f"manifest {manifest}: no row found; one image or folder per line expected below the headings"
        )
    return images


def visits_of(manifest: Path, stated: Stated) -> list[list[VisitImage]]:
    """The visits of each subject of a manifest, subjects in the order of their first rows.

    Columns: path and visit; as needed subject, date (YYYY-MM-DD), side, spacing_mm. Raises UsageError.
    """
    subjects: dict[str, list[VisitImage]] = {}
    for row in tables.manifest_rows(manifest, ("path", "visit")):
        images = list(_images_of_row(row, manifest, stated))
        if len(images) != 1:
            raise UsageError(f"{row.place}: {len(images)} images found; one film a visit expected")
        subject = row.cell("subject")
        subjects.setdefault(subject, []).append(VisitImage(images[0], subject, row.cell("visit"), row.day))
    if not subjects:
        raise UsageError(f"manifest {manifest}: no row found; one film per line expected below the headings")
    return list(subjects.values())


def _require_possible(stated: Stated) -> None:
    """Raises SpacingError before anything is read."""
    if stated.spacing_mm is not None:
        Spacing(stated.spacing_mm, stated.spacing_mm, Calibration.USER)


def _images_of_manifest(manifest: Path, stated: Stated) -> Iterator[Image]:
    for row in tables.manifest_rows(manifest):
        yield from _images_of_row(row, manifest, stated)


def _images_of_row(row: tables.ManifestRow, manifest: Path, stated: Stated) -> Iterator[Image]:
    """Paths are relative to the manifest's folder; options fill empty cells."""
    for source in find_images(manifest.parent / row.cell("path")):
        yield Image(source, Stated(row.side or stated.side, row.spacing_mm or stated.spacing_mm))
