"""Sources → tasks, one an image, in a fixed order."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kltool.errors import UsageError
from kltool.intake import ImageSource, PassedOver, find_images
from kltool.intake.formats import FileFormat, format_of
from kltool.intake.sources import Access, LocalFile, Remote, TarMember, Unopened, ZipMember, is_remote
from kltool.intake.sources.access import NOTHING_ALLOWED
from kltool.intake.sources.http import HttpFile
from kltool.intake.sources.locations import LARGEST_FILE_BYTES
from kltool.tables.columns import GIVEN, PATH, SIDE, SPACING, SUBJECT, VISIT
from kltool.tables.images import images_or_reason
from kltool.tables.manifest import is_manifest, manifest_columns, manifest_rows
from kltool.values.radiograph import Side

STANDARD_INPUT: Final = "-"
OWN_COLUMNS: Final = frozenset({PATH, SUBJECT, VISIT, SIDE, SPACING})  # of manifests, used here
KINDS: Final = (LocalFile, ZipMember, TarMember, Remote, HttpFile, Unopened)
LOCATIONS: Final = {kind.__name__: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Task:
    """One image and what a manifest states of it.

    subject: as it is written into the table, a pseudonym with --pseudonyms. other_columns: cells of the
    manifest that are passed on, by heading.
    """

    source: ImageSource
    side: Side | None = None
    spacing_mm: float | None = None
    subject: str = ""
    visit: str = ""
    other_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A hash of what its reading depends on: the image, its state, the stated side and spacing."""
        parts = [self.source.name, self.source.location.fingerprint(), self.side, self.spacing_mm]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def text(self) -> str:
        """The task as JSON, which `task_of` reads; not of an image in memory."""
        location: Any = self.source.location
        values = {
            "name": self.source.name,
            type(location).__name__: asdict(location),
            "side": self.side,
            "spacing_mm": self.spacing_mm,
            "subject": self.subject,
            "visit": self.visit,
            "other_columns": self.other_columns,
        }
        return json.dumps(values)


def task_of(text: str) -> Task:
    """The task whose `text` this is."""
    values = json.loads(text)
    kind = next(kind for kind in LOCATIONS if kind in values)
    where = values.pop(kind)
    if "access" in where:
        where["access"] = Access.of(where["access"])
    source = ImageSource(values.pop("name"), LOCATIONS[kind](**where))
    side = values.pop("side")
    return Task(source, Side(side) if side else None, **values)


@dataclass(frozen=True)
class Listing:
    """The images to read, listed again at every iteration.

    sources: files, folders, archives, manifests, addresses, or - for names on the standard input. reserved:
    headings of the table; a manifest's column of the same name becomes given_NAME. pseudonym: of a manifest's
    subjects. access: which addresses are opened, and the folder that paths must lie in. passed_over: the
    files that were no images, by the last iteration.
    """

    sources: tuple[str, ...]
    reserved: frozenset[str]
    pseudonym: Callable[[str], str]
    access: Access = NOTHING_ALLOWED
    passed_over: PassedOver = field(default_factory=PassedOver)

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError(
                "nothing to read: no SOURCE found; name a file, folder, archive, manifest or address"
            )

    @cached_property
    def headings(self) -> Mapping[str, str]:
        """Of the manifests' columns that are passed on: headings in the table by those in the manifest."""
        manifests = [Path(source) for source in self.sources if is_manifest(Path(source))]
        names = dict.fromkeys(name for manifest in manifests for name in manifest_columns(manifest))
        used = {name.lower() for name in self.reserved}
        return {name: _unique(name, used) for name in names if name not in OWN_COLUMNS}

    def __iter__(self) -> Iterator[Task]:
        self.passed_over.files = 0
        for source in self.sources:
            if source == STANDARD_INPUT:
                names = _names(_standard_input())
                yield from (Task(image) for name in names for image in self._images(name))
            elif is_manifest(Path(source)):
                yield from self._of_manifest(Path(source))
            else:
                yield from (
                    Task(image) for image in find_images(_place(source), self.passed_over, self.access)
                )

    def _of_manifest(self, manifest: Path) -> Iterator[Task]:
        others = [name for name in manifest_columns(manifest) if name not in OWN_COLUMNS]
        for row in manifest_rows(manifest):
            subject = row.stated(SUBJECT)
            for image in self._images(row.cell(PATH), manifest.parent):
                yield Task(
                    image,
                    row.side,
                    row.spacing_mm,
                    self.pseudonym(subject) if subject else "",
                    row.stated(VISIT),
                    {self.headings[name]: row.cell(name) for name in others},
                )

    def _images(self, name: str, folder: Path | None = None) -> Iterator[ImageSource]:
        return images_or_reason(name, folder, self.passed_over, self.access)


def _unique(name: str, used: set[str]) -> str:
    """The name, after as many given_ as make it differ from all in `used`, to which it is added."""
    while name.lower() in used:
        name = f"{GIVEN}{name}"
    used.add(name.lower())
    return name


def _standard_input() -> bytes:
    """Raises UsageError for more bytes than a file may have."""
    data = sys.stdin.buffer.read(LARGEST_FILE_BYTES + 1)
    if len(data) > LARGEST_FILE_BYTES:
        raise UsageError(
            f"more than {LARGEST_FILE_BYTES / 1e6:,.0f} MB found on the standard input, paths of images, one "
            "per line, were expected; give them in several runs"
        )
    return data


def _names(data: bytes) -> Iterator[str]:
    """One path or address a line, or separated by zero bytes as `find -print0` writes them."""
    if format_of(data) not in (FileFormat.OTHER, FileFormat.EMPTY):
        raise UsageError(
            "an image was found on the standard input, paths of images, one per line, were expected; "
            "give the path of the image"
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    for name in data.split(b"\0") if b"\0" in data else data.splitlines():
        if name:
            yield name.decode("utf-8", "surrogateescape")


def _place(source: str) -> Path | str:
    return source if is_remote(source) else Path(source)
