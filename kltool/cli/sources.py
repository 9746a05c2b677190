"""The images of a command: paths from the command line, or rows of a manifest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool import tables
from kltool.errors import UsageError
from kltool.escaping import complain
from kltool.intake import ImageSource, PassedOver, find_images
from kltool.intake.sources import Access
from kltool.intake.sources.access import NOTHING_ALLOWED
from kltool.reading import settings_with
from kltool.tables.columns import PATH, SIDE, SPACING, SUBJECT, VISIT
from kltool.tables.headings import STATED
from kltool.values.radiograph import KNOWN_SIDES, Side
from kltool.values.spacing import Calibration, Spacing

USED_BY_READ: Final = (PATH, SIDE, SPACING)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the user states of an image in place of its tags; None leaves it to the tags."""

    side: Side | None = None
    spacing_mm: float | None = None
    sphere_mm: float | None = None

    def of_row(self, row: tables.ManifestRow) -> "Stated":
        """What a row states, filled up by these; a row with a spacing needs no sphere."""
        spacing = row.spacing_mm
        sphere = self.sphere_mm if spacing is None else None
        return Stated(row.side or self.side, spacing or self.spacing_mm, sphere)


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


def images_of(
    paths: list[Path], manifest: Path | None, stated: Stated, access: Access = NOTHING_ALLOWED
) -> list[Image]:
    """Everything that the command line names, in its order; what was passed over is said on standard error.

    Raises UsageError, SpacingError.
    """
    if not paths and manifest is None:
        raise UsageError(
            "nothing to read: no PATH and no --manifest found; name at least one image or folder"
        )
    _require_possible(stated)
    passed = PassedOver()
    images = [Image(source, stated) for path in paths for source in find_images(path, passed, access)]
    if manifest is not None:
        images += _images_of_manifest(manifest, stated, passed, access)
    if passed.files:
        complain(f"kltool: {passed}")
    if not images:
        raise UsageError(
            f"manifest {manifest}: no row found; one image or folder per line expected below the headings"
        )
    return images


def visits_of(manifest: Path, stated: Stated, access: Access = NOTHING_ALLOWED) -> list[list[VisitImage]]:
    """The visits of each subject of a manifest, subjects in the order of their first rows.

    Columns: path and visit; as needed subject, date (YYYY-MM-DD), side, spacing_mm. Raises UsageError.
    """
    _require_possible(stated)
    _say_unused(manifest, STATED)
    subjects: dict[str, list[VisitImage]] = {}
    places: dict[tuple[str, str, Side], str] = {}
    for row in tables.manifest_rows(manifest, (PATH, VISIT)):
        images = list(_images_of_row(row, manifest, stated, None, access))
        if len(images) != 1:
            raise UsageError(f"{row.place}: {len(images)} images found; one film a visit expected")
        subject, visit = row.stated(SUBJECT), row.stated(VISIT)
        for side in KNOWN_SIDES if row.side is None else (row.side,):
            _require_new(places, (subject, visit, side), row)
        subjects.setdefault(subject, []).append(VisitImage(images[0], subject, visit, row.day))
    if not subjects:
        raise UsageError(f"manifest {manifest}: no row found; one film per line expected below the headings")
    return list(subjects.values())


def _require_new(
    places: dict[tuple[str, str, Side], str], of_visit: tuple[str, str, Side], row: tables.ManifestRow
) -> None:
    """Raises UsageError where a subject has two films of one visit that may show the same knee."""
    subject, visit, _ = of_visit
    if of_visit in places:
        whose = f" of subject {subject!r}" if subject else ""
        raise UsageError(
            f"{row.place}: visit {visit!r}{whose} found again (first in {places[of_visit]}); one film "
            "a visit expected: give repeat films different visit names, and films of one knee each their side"
        )
    places[of_visit] = row.place


def _say_unused(manifest: Path, used: Sequence[str]) -> None:
    """On standard error: which columns of the user's are not used, so that none is passed over in silence."""
    unused = tables.unused_columns(manifest, used)
    if unused:
        complain(f"kltool: columns of {manifest} that are not used: {', '.join(unused)}")


def _require_possible(stated: Stated) -> None:
    """Raises SpacingError and UsageError before anything is read."""
    if stated.spacing_mm is not None:
        Spacing(stated.spacing_mm, stated.spacing_mm, Calibration.USER)
    settings_with(None, stated.sphere_mm, stated.spacing_mm)


def _images_of_manifest(
    manifest: Path, stated: Stated, passed: PassedOver, access: Access
) -> Iterator[Image]:
    _say_unused(manifest, USED_BY_READ)
    for row in tables.manifest_rows(manifest):
        yield from _images_of_row(row, manifest, stated, passed, access)


def _images_of_row(
    row: tables.ManifestRow, manifest: Path, stated: Stated, passed: PassedOver | None, access: Access
) -> Iterator[Image]:
    """Paths are relative to the manifest's folder; options fill empty cells. A bad path is a row, too."""
    for source in tables.images_or_reason(row.cell(PATH), manifest.parent, passed, access):
        yield Image(source, stated.of_row(row))
