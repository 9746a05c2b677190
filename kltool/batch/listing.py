"""SOURCE... → tasks, one an image, in a fixed order."""

import hashlib
import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

from kltool.errors import UsageError
from kltool.intake import ImageSource, find_images
from kltool.intake.formats import FileFormat, format_of
from kltool.intake.sources import LocalFile, Remote, TarMember, ZipMember, is_remote
from kltool.tables.manifest import Row, columns, is_manifest, rows
from kltool.values.radiograph import Side

STANDARD_INPUT: Final = "-"
OURS: Final = frozenset({"path", "subject", "visit", "side", "spacing_mm"})  # columns that say how to read
PLACES: Final = {kind.__name__: kind for kind in (LocalFile, ZipMember, TarMember, Remote)}


@dataclass(frozen=True, slots=True)
class Task:
    """One image and what a manifest says of it.

    subject: as it goes into the table, a pseudonym where one was asked for. carried: by heading, what else
    the manifest says.
    """

    source: ImageSource
    side: Side | None = None
    spacing_mm: float | None = None
    subject: str = ""
    visit: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What its reading depends on: the image, its state, and what is said of side and spacing."""
        said = [self.source.name, self.source.location.fingerprint(), self.side, self.spacing_mm]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def text(self) -> str:
        """Itself as JSON, of which `task_of` makes it again; an image in memory has none."""
        location: Any = self.source.location
        said = {
            "name": self.source.name,
            type(location).__name__: asdict(location),
            "side": self.side,
            "spacing_mm": self.spacing_mm,
            "subject": self.subject,
            "visit": self.visit,
            "carried": self.carried,
        }
        return json.dumps(said)


def task_of(text: str) -> Task:
    """The task whose `text` this is."""
    values = json.loads(text)
    kind = next(kind for kind in PLACES if kind in values)
    source = ImageSource(values.pop("name"), PLACES[kind](**values.pop(kind)))
    side = values.pop("side")
    return Task(source, Side(side) if side else None, **values)


@dataclass(frozen=True)
class Listing:
    """What there is to read, listed anew each time it is walked.

    sources: files, folders, archives, manifests, addresses, or - for names on the standard input. taken:
    headings of the table's own; a manifest's column of the same name is told as given_NAME. pseudonym: of a
    manifest's subjects.
    """

    sources: tuple[str, ...]
    taken: frozenset[str]
    pseudonym: Callable[[str], str]

    def __post_init__(self) -> None:
        if not self.sources:
            raise UsageError(
                "nothing to read: no SOURCE found; name a file, folder, archive, manifest or address"
            )

    @cached_property
    def headings(self) -> Mapping[str, str]:
        """Of the manifests' columns that are passed on, in their order, by their own names."""
        manifests = [Path(source) for source in self.sources if is_manifest(Path(source))]
        names = dict.fromkeys(name for manifest in manifests for name in columns(manifest))
        headings: dict[str, str] = {}
        for name in names:
            if name not in OURS:
                headings[name] = self._free(name, headings.values())
        return headings

    def __iter__(self) -> Iterator[Task]:
        for source in self.sources:
            if source == STANDARD_INPUT:
                yield from (
                    Task(image) for name in _names(sys.stdin.buffer.read()) for image in _images(name)
                )
            elif is_manifest(Path(source)):
                yield from self._of_manifest(Path(source))
            else:
                yield from (Task(image) for image in find_images(_place(source)))

    def _of_manifest(self, manifest: Path) -> Iterator[Task]:
        others = [name for name in columns(manifest) if name not in OURS]
        for row in rows(manifest):
            subject = row.cell("subject")
            for image in _images(_beside(manifest, row)):
                yield Task(
                    image,
                    row.side,
                    row.spacing_mm,
                    self.pseudonym(subject) if subject else "",
                    row.cell("visit"),
                    {self.headings[name]: row.cell(name) for name in others},
                )

    def _free(self, name: str, others: Collection[str]) -> str:
        """Itself, or behind as many given_ as it takes to be no other's; capital letters do not count."""
        taken = {other.lower() for other in (*self.taken, *others)}
        while name.lower() in taken:
            name = f"given_{name}"
        return name


def _names(data: bytes) -> Iterator[str]:
    """One path or address a line; or between zero bytes, as `find -print0` writes them."""
    if format_of(data) not in (FileFormat.OTHER, FileFormat.EMPTY):
        raise UsageError(
            "an image was found on the standard input, the paths of images were expected, one a line; "
            "give the image's own path"
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    for name in data.split(b"\0") if b"\0" in data else data.splitlines():
        if name:
            yield name.decode("utf-8", "surrogateescape")


def _images(name: str) -> Iterator[ImageSource]:
    """What a line names; where that is nothing, the name itself: reading it will say what is wrong."""
    archive, mark, _ = name.partition("!")
    try:
        if mark and not is_remote(name) and not Path(name).exists() and Path(archive).is_file():
            yield _members(archive).get(name) or ImageSource.of_file(Path(name))
        else:
            yield from find_images(_place(name))
    except UsageError:
        yield ImageSource(name, Remote(name, 0, "")) if is_remote(name) else ImageSource.of_file(Path(name))


@lru_cache(maxsize=4)
def _members(archive: str) -> Mapping[str, ImageSource]:
    """The images of an archive by the names that tables give them, as films.zip!visit/a.dcm."""
    return {source.name: source for source in find_images(Path(archive))}


def _beside(manifest: Path, row: Row) -> str:
    """Paths are relative to the manifest's folder; addresses stand for themselves."""
    path = row.cell("path")
    return path if is_remote(path) else str(manifest.parent / path)


def _place(source: str) -> Path | str:
    return source if is_remote(source) else Path(source)
