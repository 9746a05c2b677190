"""A file, folder, zip archive or DICOMDIR → the image sources in it, in a fixed order."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from kltool.errors import UsageError
from kltool.intake.kinds import Kind, kind_of
from kltool.intake.source import ImageSource

# docs/choices-intake.md#companions
COMPANION_SUFFIXES = frozenset({".json", ".csv", ".tsv", ".txt", ".md", ".rst", ".xml", ".html", ".htm"})
COMPANION_NAMES = frozenset({"dicomdir", "readme", "license", "thumbs.db", "desktop.ini"})
MOST_MEMBERS = 100_000  # docs/choices-intake.md#archive-limits
MOST_UNPACKED_BYTES = 200_000_000_000  # docs/choices-intake.md#archive-limits
HIGHEST_COMPRESSION = 1_000.0  # docs/choices-intake.md#archive-limits
HEAD_BYTES = 132  # up to the end of DICOM's magic


def find_sources(path: Path) -> Iterator[ImageSource]:
    """See kltool.intake.find_images."""
    found = False
    for source in _expand(path):
        found = True
        yield source
    if not found:
        raise UsageError(
            f"no image was found in {path}; DICOM, PNG, JPEG, TIFF or BMP files were expected; check the path"
        )


def _expand(path: Path) -> Iterator[ImageSource]:
    if path.is_dir():
        yield from _in_folder(path)
        return
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}; check the path")
    kind = _kind_of_file(path)
    if kind is Kind.ZIP:
        yield from _in_archive(path)
    elif kind is Kind.DICOMDIR or path.name.upper() == "DICOMDIR":
        yield from _in_dicomdir(path)
    else:
        yield ImageSource.of_file(path)


def _in_folder(folder: Path) -> Iterator[ImageSource]:
    """Links to folders are not followed, so that a link to its own parent ends."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_companion(name))
        for name in sorted(files):
            path = Path(place, name)
            if _is_companion(name):
                continue
            if path.suffix.lower() == ".zip":
                yield from _in_archive(path)
            else:
                yield ImageSource.of_file(path)


def _in_archive(archive: Path) -> Iterator[ImageSource]:
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UsageError(
            f"{archive} is a damaged zip archive; a whole one was expected; copy the archive anew"
        ) from None
    _refuse_bomb(archive, members)
    for name in sorted(info.filename for info in members):
        if not any(_is_companion(part) for part in PurePosixPath(name).parts):
            yield ImageSource.of_member(archive, name)


def _refuse_bomb(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    packed = sum(info.compress_size for info in members)
    unpacked = sum(info.file_size for info in members)
    found = None
    if len(members) > MOST_MEMBERS:
        found = f"{len(members)} files"
    elif unpacked > MOST_UNPACKED_BYTES or unpacked > HIGHEST_COMPRESSION * max(packed, 1_000):
        found = f"{unpacked / 1e6:.0f} MB packed into {packed / 1e6:.1f} MB"
    if found:
        raise UsageError(
            f"{archive} holds {found}; an archive of radiographs was expected; unpack it and name the folder"
        )


def _in_dicomdir(path: Path) -> Iterator[ImageSource]:
    """The image files a DICOMDIR lists, below its own folder, in its order."""
    from kltool.intake.dicom import listed_files

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be opened ({error.strerror}); check the permission") from None
    for parts in listed_files(data):
        if any(part in ("", ".", "..") or "/" in part or "\\" in part for part in parts):
            continue  # a file ID names folders below the DICOMDIR and nothing else, PS3.10 8.2
        yield ImageSource.of_file(_as_on_disk(path.parent, parts))


def _as_on_disk(folder: Path, parts: tuple[str, ...]) -> Path:
    """File IDs are upper case; copies of a disc often are not."""
    place = folder
    for part in parts:
        candidates = (part, part.lower())
        place = next((place / name for name in candidates if (place / name).exists()), place / part)
    return place


def _is_companion(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return (
        name.startswith(".")
        or name == "__MACOSX"
        or name.lower() in COMPANION_NAMES
        or suffix in COMPANION_SUFFIXES
    )


def _kind_of_file(path: Path) -> Kind:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return Kind.OTHER  # reading it will say why
    return kind_of(head)
