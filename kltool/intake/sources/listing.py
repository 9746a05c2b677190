"""A file, folder, archive, DICOMDIR or address → the images in it, in a fixed order."""

import os
from collections.abc import Iterator
from os import PathLike
from pathlib import Path, PurePosixPath

from kltool.errors import UsageError
from kltool.intake import dicom, sources
from kltool.intake.formats import FileFormat, format_of
from kltool.intake.sources.archives import TAR_SUFFIXES, Member, is_tar, tar_members, zip_members
from kltool.intake.sources.locations import ImageSource, is_remote, shown
from kltool.intake.sources.passed_over import PassedOver, head_of, holds_no_image, is_companion


def find_images(path: str | PathLike[str], passed_over: PassedOver | None = None) -> Iterator[ImageSource]:
    """Every image under a path, in a fixed order.

    Parameters
    ----------
    path : str or path
        A file, folder, zip or tar archive or DICOMDIR, or an address that fsspec understands, as
        ``s3://bucket/folder``.
    passed_over : PassedOver, optional
        Counts the files that were passed over.

    Yields
    ------
    ImageSource
        What `load` and `read_source` take. Files inside folders and archives that are no images (text,
        .json, .csv, .svg, hidden files ...) are passed over; a file named by the caller never is.

    Raises
    ------
    UsageError
        Where there is no such path, or no image under it.

    Examples
    --------
    >>> folder = kltool.sample_path("case/before.dcm").parent
    >>> [Path(source.name).name for source in find_images(folder)]
    ['after.dcm', 'before.dcm']
    """
    found, passed = False, PassedOver() if passed_over is None else passed_over
    before = passed.files
    remote = isinstance(path, str) and is_remote(path)
    for source in _in_store(str(path), passed) if remote else _expand(Path(path), passed):
        found = True
        yield source
    if not found:
        others = f" ({PassedOver(passed.files - before)})" if passed.files > before else ""
        raise UsageError(
            f"no image was found in {path}{others}; DICOM, PNG, JPEG, TIFF or BMP files were expected; check "
            "the path"
        )


def _expand(path: Path, passed: PassedOver) -> Iterator[ImageSource]:
    if path.is_dir():
        yield from _in_folder(path, passed)
        return
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}; check the path")
    head = head_of(path)
    file_format = format_of(head)
    if file_format is FileFormat.ZIP:
        yield from _images_of(path, zip_members(path), passed)
    elif is_tar(path, head):
        yield from _images_of(path, tar_members(path), passed)
    elif file_format is FileFormat.DICOMDIR or path.name.upper() == "DICOMDIR":
        yield from _in_dicomdir(path)
    else:
        yield ImageSource.of_file(path)


def _in_store(url: str, passed: PassedOver) -> Iterator[ImageSource]:
    """By their names alone: the content of each is a transfer of its own."""
    for source in sources.remote.find_remote(url):
        if is_companion(source.name.split("::")[0].rsplit("/", 1)[-1]):
            passed.files += 1
        else:
            yield source


def _in_folder(folder: Path, passed: PassedOver) -> Iterator[ImageSource]:
    """Links to folders are not followed, so that a link to its own parent ends."""
    for parent, folders, files in os.walk(folder, onerror=_refuse_unlisted):
        folders[:] = sorted(name for name in folders if not is_companion(name))
        for name in sorted(files):
            path = Path(parent, name)
            if is_companion(name) or holds_no_image(path):
                passed.files += 1
            else:
                yield from _file_of_folder(path, passed)


def _refuse_unlisted(error: OSError) -> None:
    """What lies in a folder that cannot be listed must not be missing unreported."""
    raise UsageError(
        f"the folder {error.filename} cannot be listed ({error.strerror}); check the permission to read it"
    )


def _file_of_folder(path: Path, passed: PassedOver) -> Iterator[ImageSource]:
    """An archive whose directory cannot be read stands for itself: reading it will report what is wrong."""
    name = path.name.lower()
    try:
        if name.endswith(".zip"):
            members = zip_members(path)
        elif name.endswith(TAR_SUFFIXES):
            members = tar_members(path)
        else:
            yield ImageSource.of_file(path)
            return
    except UsageError:
        yield ImageSource.of_file(path)
        return
    yield from _images_of(path, members, passed)


def _images_of(archive: Path, members: list[Member], passed: PassedOver) -> Iterator[ImageSource]:
    """By their names alone: each would have to be unpacked."""
    for member in members:
        if any(is_companion(part) for part in PurePosixPath(member.name).parts):
            passed.files += 1
        else:
            yield ImageSource(shown(f"{archive}!{member.name}"), member.location)


def _in_dicomdir(path: Path) -> Iterator[ImageSource]:
    """The image files a DICOMDIR lists, below its own folder, in its order."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be opened ({error.strerror}); check the permission") from error
    disc = _Disc(path.parent)
    for parts in dicom.listed_files(data):
        if any(part in ("", ".", "..") or "/" in part or "\\" in part for part in parts):
            continue  # a file ID names folders below the DICOMDIR and nothing else, PS3.10 8.2
        yield ImageSource.of_file(disc.path(parts))


class _Disc:
    """The files of a disc by their file IDs, which copies of a disc often spell otherwise.

    docs/choices-intake.md#file-ids
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[Path, dict[str, str]] = {}

    def path(self, file_id: tuple[str, ...]) -> Path:
        """Of the file that is there; as the file ID has it where there is none, so that it is reported."""
        path = self._root
        for part in file_id:
            exact = path / part
            path = exact if exact.exists() else path / self._alike(path).get(_plain(part), part)
        return path

    def _alike(self, folder: Path) -> dict[str, str]:
        """Plain names to names; the first of equal ones counts."""
        if folder not in self._names:
            names = sorted(os.listdir(folder), reverse=True) if folder.is_dir() else []
            self._names[folder] = {_plain(name): name for name in names}
        return self._names[folder]


def _plain(name: str) -> str:
    """Without case, version number (ISO 9660 6.8: ;1), empty extension and .dcm."""
    return name.casefold().split(";")[0].removesuffix(".").removesuffix(".dcm")
