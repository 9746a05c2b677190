"""A path in a table → its images, however the path is spelled.

Unlike pathlib, os.path takes a path that the system cannot look up, as one that is too long, for one that is
not there: it is a row with its reason and ends nothing.
"""

import os
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from kltool.errors import InstallationError, Refusal, UsageError
from kltool.intake import ImageSource, PassedOver, find_images
from kltool.intake.sources import Access, Unopened, is_remote
from kltool.intake.sources.access import NOTHING_ALLOWED


def images_or_reason(
    name: str,
    folder: Path | None = None,
    passed_over: PassedOver | None = None,
    access: Access = NOTHING_ALLOWED,
) -> Iterator[ImageSource]:
    """The images of a file, folder, archive, member of an archive (films.zip!a.dcm) or address.

    folder: that a path is relative to. A path that is not there as it is written is looked for with slashes
    in place of backslashes, and in the other forms of Unicode (macOS decomposes letters with accents).
    passed_over: counts the files that are no images. access: which addresses are opened, and the folder that
    paths must lie in. Where there is no image, or it is not allowed, the name itself, which gives the reason
    when it is read: so one line of a table stops no other.
    """
    try:
        yield from _images_named(name, folder, passed_over, access)
    except (UsageError, InstallationError, Refusal) as error:
        yield _not_there(name, folder, str(error), access)


def _images_named(
    name: str, folder: Path | None, passed_over: PassedOver | None, access: Access
) -> Iterator[ImageSource]:
    """Raises UsageError where there is no image, or it is not allowed."""
    if is_remote(name):
        yield from find_images(name, passed_over, access)
        return
    for spelling in _spellings(name):
        place = str(folder / spelling) if folder else spelling
        archive, mark, _ = place.partition("!")
        if os.path.exists(place):
            yield from find_images(Path(place), passed_over, access)
            return
        if mark and os.path.isfile(archive):
            access.require_inside(Path(archive))
        if mark and os.path.isfile(archive) and place in _members(archive):
            yield _members(archive)[place]
            return
    yield from find_images(folder / name if folder else Path(name), passed_over, access)


def _not_there(name: str, folder: Path | None, reason: str, access: Access) -> ImageSource:
    if is_remote(name):
        return ImageSource(name, Unopened(reason))
    place = Path(name) if folder is None else folder / name
    try:
        access.require_inside(place)
    except UsageError as outside:
        return ImageSource(str(place), Unopened(str(outside)))
    return ImageSource.of_file(place)


def _spellings(name: str) -> Iterator[str]:
    """As it is written first."""
    slashes = dict.fromkeys((name, name.replace("\\", "/")))
    forms = [unicodedata.normalize(form, path) for path in slashes for form in ("NFC", "NFD")]
    yield from dict.fromkeys((*slashes, *forms))


@lru_cache(maxsize=4)
def _members(archive: str) -> Mapping[str, ImageSource]:
    """The images of an archive by the names that tables give them, as films.zip!visit/a.dcm."""
    try:
        return {source.name: source for source in find_images(Path(archive))}
    except UsageError:
        return {}
