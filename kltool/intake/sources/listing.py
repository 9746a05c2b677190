"""A file, folder, archive, DICOMDIR or address → the images in it, in a fixed order."""

import os
from collections.abc import Iterator
from os import PathLike
from pathlib import Path, PurePosixPath

from kltool.errors import UsageError
from kltool.intake import dicom, sources
from kltool.intake.formats import FileFormat, format_of
from kltool.intake.sources.access import NOTHING_ALLOWED, Access, is_http, is_remote, require_allowed
from kltool.intake.sources.archives import TAR_SUFFIXES, Member, is_tar, tar_members, zip_members
from kltool.intake.sources.locations import ImageSource, LocalFile, Unopened, refuse_oversize, shown
from kltool.intake.sources.passed_over import PassedOver, head_of, holds_no_image, is_companion

_OUTSIDE = (
    "a name that leads out of its archive or disc was found, one inside it was expected; make the archive or "
    "disc again"
)


def find_images(
    path: str | PathLike[str], passed_over: PassedOver | None = None, access: Access = NOTHING_ALLOWED
) -> Iterator[ImageSource]:
    """Every image under a path, in a fixed order.

    Parameters
    ----------
    path : str or path
        A file, folder, zip or tar archive or DICOMDIR, or an address: ``s3://bucket/folder``, ``gs://...``,
        ``az://...``, ``https://...``.
    passed_over : PassedOver, optional
        Counts the files that were passed over.
    access : Access
        Whether web addresses are opened, and the folder that paths must lie in.

    Yields
    ------
    ImageSource
        What `load` and `read_source` take. Files inside folders and archives that are no images (text,
        .json, .csv, .svg, hidden files ...) are passed over; a file named by the caller never is.

    Raises
    ------
    UsageError
        Where there is no such path, no image under it, or where it is not allowed.
    NotAnImage, Undecodable
        Where a DICOMDIR is none, or damaged.

    Examples
    --------
    >>> folder = kltool.sample_path("case/before.dcm").parent
    >>> [Path(source.name).name for source in find_images(folder)]
    ['after.dcm', 'before.dcm']
    """
    found, passed = False, PassedOver() if passed_over is None else passed_over
    before = passed.files
    remote = isinstance(path, str) and is_remote(path)
    sources_of = _at_address(str(path), passed, access) if remote else _expand(Path(path), passed, access)
    for source in sources_of:
        found = True
        yield source
    if not found:
        others = f" ({PassedOver(passed.files - before)})" if passed.files > before else ""
        raise UsageError(
            f"no image was found in {path}{others}; DICOM, PNG, JPEG, TIFF or BMP files were expected; check "
            "the path"
        )


def _expand(path: Path, passed: PassedOver, access: Access) -> Iterator[ImageSource]:
    access.require_inside(path)
    if os.path.isdir(path):
        yield from _in_folder(path, passed, access)
        return
    if not os.path.exists(path):
        raise _missing(path)
    if not os.path.isfile(path):
        yield ImageSource.of_file(path)  # a device or pipe, which reading refuses
        return
    head = head_of(path)
    file_format = format_of(head)
    if file_format is FileFormat.ZIP:
        yield from _images_of(path, zip_members(path), passed)
    elif is_tar(path, head):
        yield from _images_of(path, tar_members(path), passed)
    elif file_format is FileFormat.DICOMDIR or path.name.upper() == "DICOMDIR":
        yield from _in_dicomdir(path, access)
    else:
        yield ImageSource.of_file(path)


def _missing(path: Path) -> UsageError:
    """Why a path leads to nothing: the system may not know the name, or not show it."""
    try:
        path.stat()
    except (OSError, ValueError) as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            reason = getattr(error, "strerror", None) or "the path is not valid"
            return UsageError(f"{path} cannot be opened ({reason}); check the path and the permission")
    return UsageError(f"no such file or folder: {path}; check the path")


def _at_address(url: str, passed: PassedOver, access: Access) -> Iterator[ImageSource]:
    """Files of a store by their names alone: the content of each is a transfer of its own."""
    require_allowed(url, access)
    if is_http(url):
        yield sources.http.http_image(url, access)
        return
    for source in sources.remote.find_remote(url):
        if is_companion(source.name.split("::")[0].rsplit("/", 1)[-1]):
            passed.files += 1
        else:
            yield source


def _in_folder(folder: Path, passed: PassedOver, access: Access) -> Iterator[ImageSource]:
    """Links to folders are not followed, so that a link to its own parent ends."""
    for parent, folders, files in os.walk(folder, onerror=_refuse_unlisted):
        folders[:] = sorted(name for name in folders if not is_companion(name))
        for name in sorted(files):
            path = Path(parent, name)
            if is_companion(name):
                passed.files += 1
            elif not access.allows(path):
                yield _file(path, access)
            elif holds_no_image(path):
                passed.files += 1
            else:
                yield from _file_of_folder(path, passed, access)


def _refuse_unlisted(error: OSError) -> None:
    """What lies in a folder that cannot be listed must not be missing unreported."""
    raise UsageError(
        f"the folder {error.filename} cannot be listed ({error.strerror}); check the permission to read it"
    )


def _file_of_folder(path: Path, passed: PassedOver, access: Access) -> Iterator[ImageSource]:
    """An archive whose directory cannot be read stands for itself: reading it will report what is wrong."""
    image, name = _file(path, access), path.name.lower()
    is_opened = isinstance(image.location, LocalFile) and os.path.isfile(path)
    try:
        if is_opened and name.endswith(".zip"):
            members = zip_members(path)
        elif is_opened and name.endswith(TAR_SUFFIXES):
            members = tar_members(path)
        else:
            yield image
            return
    except UsageError:
        yield image
        return
    yield from _images_of(path, members, passed)


def _file(path: Path, access: Access) -> ImageSource:
    """A file of a folder or disc; not opened where a link leads out of the root."""
    try:
        access.require_inside(path)
    except UsageError as error:
        return ImageSource(shown(path), Unopened(str(error)))
    return ImageSource.of_file(path)


def _images_of(archive: Path, members: list[Member], passed: PassedOver) -> Iterator[ImageSource]:
    """By their names alone: each would have to be unpacked."""
    for member in members:
        parts, name = PurePosixPath(member.name).parts, shown(f"{archive}!{member.name}")
        if ".." in parts:
            yield ImageSource(name, Unopened(_OUTSIDE))
        elif any(is_companion(part) for part in parts):
            passed.files += 1
        else:
            yield ImageSource(name, member.location)


def _in_dicomdir(path: Path, access: Access) -> Iterator[ImageSource]:
    """The image files a DICOMDIR lists, below its own folder, in its order."""
    try:
        refuse_oversize(path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be opened ({error.strerror}); check the permission") from error
    disc = _Disc(path.parent, access)
    for parts in dicom.listed_files(data):
        if any(part in ("", ".", "..") or "/" in part or "\\" in part for part in parts):
            # a file ID names folders below the DICOMDIR and nothing else, PS3.10 8.2
            yield ImageSource(shown(f"{path}!{'/'.join(parts)}"), Unopened(_OUTSIDE))
            continue
        yield _file(disc.path(parts), access)


class _Disc:
    """The files of a disc by their file IDs, which copies of a disc often spell otherwise.

    docs/choices-intake.md#file-ids
    """

    def __init__(self, root: Path, access: Access) -> None:
        self._root, self._access = root, access
        self._names: dict[Path, dict[str, str]] = {}

    def path(self, file_id: tuple[str, ...]) -> Path:
        """Of the file that is there; as the file ID has it where there is none, so that it is reported."""
        path = self._root
        for part in file_id:
            exact = path / part
            path = exact if os.path.exists(exact) else path / self._alike(path).get(_plain(part), part)
        return path

    def _alike(self, folder: Path) -> dict[str, str]:
        """Plain names to names; the first of equal ones counts. None where a link leads out of the root."""
        if folder not in self._names:
            is_listed = self._access.allows(folder) and os.path.isdir(folder)
            names = sorted(os.listdir(folder), reverse=True) if is_listed else []
            self._names[folder] = {_plain(name): name for name in names}
        return self._names[folder]


def _plain(name: str) -> str:
    """Without case, version number (ISO 9660 6.8: ;1), empty extension and .dcm."""
    return name.casefold().split(";")[0].removesuffix(".").removesuffix(".dcm")
