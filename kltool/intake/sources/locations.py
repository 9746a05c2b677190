"""An image to be read, and where its bytes are: a file, a member of an archive, a remote store, memory.

Each location reads its bytes and has a fingerprint that differs where the bytes may differ: an image need not
be read again as long as its fingerprint is the same. docs/choices-intake.md#locations

Messages hold the name of a file and not its folders, which may be named after people: a message becomes the
reason of a row, beside which the path stands as it was given.
"""

import atexit
import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import IO, Any, Final, Protocol, cast

from kltool.errors import KltoolError, NotAnImage, Undecodable, UsageError
from kltool.intake import sources
from kltool.intake.limits import inflates_too_much, most_inflated
from kltool.intake.sources.unpacked import unpacked
from kltool.intake.sources.zip_data import unpacked_member

LARGEST_FILE_BYTES = 1_000_000_000  # docs/choices-intake.md#file-size
OPEN_ARCHIVES: Final = 4  # kept open by a process, so that each is opened once and not once an image
READ_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
# PKWARE APPNOTE 4.4.5; Windows packs files of 2 GB and more by Deflate64
OTHER_METHODS: Final = {6: "Implode", 9: "Deflate64", 93: "Zstandard", 95: "XZ", 98: "PPMd"}


class Location(Protocol):
    def read(self) -> bytes:
        """The bytes, of a size that can be an image. Raises UsageError, NotAnImage, Undecodable."""

    def fingerprint(self) -> str:
        """Differs where the bytes may differ."""


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One image to be read, and where its bytes are.

    Attributes
    ----------
    name : str
        As it is shown to people, ``archive.zip!member`` for a member of an archive.
    location : Location
        Reads the bytes.
    """

    name: str
    location: Location

    @classmethod
    def of_file(cls, path: str | PathLike[str]) -> "ImageSource":
        """A file of this machine."""
        return cls(shown(path), LocalFile(str(Path(path).absolute())))

    @classmethod
    def in_memory(cls, name: str, data: bytes) -> "ImageSource":
        """The bytes of a file."""
        return cls(name, Memory(data))

    def read(self) -> bytes:
        """The bytes, of a size that can be an image. Raises UsageError, NotAnImage, Undecodable."""
        return self.location.read()


@dataclass(frozen=True, slots=True)
class LocalFile:
    path: str

    def read(self) -> bytes:
        path = Path(self.path)
        try:
            if not path.exists():
                raise UsageError(f"no such file: {shown(path.name)}; check the path")
            if path.is_dir():
                raise NotAnImage("a folder was found, one image file was expected; name a file inside it")
            if not path.is_file():
                raise NotAnImage(
                    "a device or pipe was found, an image file was expected; name a regular file"
                )
            refuse_oversize(path.stat().st_size)
            return path.read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "the path is not valid"
            raise UsageError(
                f"{shown(path.name)} cannot be opened ({reason}); check the path and the permission "
                "to read it"
            ) from error

    def fingerprint(self) -> str:
        return _file_fingerprint(self.path)


@dataclass(frozen=True, slots=True)
class ZipMember:
    """crc, size: of the unpacked bytes, by the archive's own directory."""

    archive: str
    member: str
    crc: int
    size: int

    def read(self) -> bytes:
        refuse_oversize(self.size)
        try:
            opened = _opened_zip(self.archive)
            info = opened.getinfo(self.member)
            if info.flag_bits & 0x1:
                raise Undecodable(
                    "a member protected by a password was found, an open archive was expected; "
                    "unpack the archive and read the files"
                )
            _refuse_method(info.compress_type)
            packed = min(info.compress_size, Path(self.archive).stat().st_size)
            refuse_oversize(max(info.file_size, info.compress_size))
            if info.file_size > most_inflated(packed):
                raise inflates_too_much(packed)
            data = unpacked_member(opened, info)
        except KltoolError:
            raise
        except KeyError as error:
            raise UsageError(
                f"no such member in the archive {Path(self.archive).name}; list the archive"
            ) from error
        except Exception as error:  # zipfile and its decompressors raise many types
            raise _unread(self.archive, "zip", error) from error
        refuse_oversize(len(data))
        return data

    def fingerprint(self) -> str:
        return f"{self.size}-{self.crc:08x}"


@dataclass(frozen=True, slots=True)
class TarMember:
    """offset, size: of its bytes in the unpacked archive; version: the fingerprint of the archive itself.

    packed: the archive is unpacked as a stream; members that are read in their order cost one pass.
    """

    archive: str
    offset: int
    size: int
    version: str
    packed: bool

    def read(self) -> bytes:
        refuse_oversize(self.size)
        if self.size < 0 or self.offset < 0:  # a negative size would be everything up to the end
            raise _damaged("tar")
        try:
            stream = _opened_tar(self.archive)
            stream.seek(self.offset)
            data = stream.read(self.size)
        except Exception as error:  # decompressors raise many types
            raise _unread(self.archive, "tar", error) from error
        if len(data) < self.size:
            raise _damaged("tar")
        return data

    def fingerprint(self) -> str:
        return f"{self.version}-{self.offset}-{self.size}"


@dataclass(frozen=True, slots=True)
class Remote:
    """A file of a store that fsspec reaches. version: of its state by the store, such as an ETag."""

    url: str
    size: int
    version: str

    def read(self) -> bytes:
        refuse_oversize(self.size)
        data = sources.remote.fetch(self.url, LARGEST_FILE_BYTES + 1)
        refuse_oversize(len(data))
        return data

    def fingerprint(self) -> str:
        return self.version


@dataclass(frozen=True, slots=True)
class Unopened:
    """An image that is not opened. reason: why, as reading it reports."""

    reason: str

    def read(self) -> bytes:
        raise UsageError(self.reason)

    def fingerprint(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Memory:
    data: bytes = field(repr=False)

    def read(self) -> bytes:
        refuse_oversize(len(self.data))
        return self.data

    def fingerprint(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def shown(path: str | PathLike[str]) -> str:
    """A path as people and files of text can have it: bytes that are not UTF-8 are escaped."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _file_fingerprint(path: str) -> str:
    """Size and time of change; empty where there is no such file, which reading it will report."""
    try:
        state = Path(path).stat()
    except (OSError, ValueError):
        return ""
    return f"{state.st_size}-{state.st_mtime_ns}"


def _opened_zip(archive: str) -> zipfile.ZipFile:
    return cast(zipfile.ZipFile, _open_archives.get(archive, zipfile.ZipFile))


def _opened_tar(archive: str) -> IO[bytes]:
    """The unpacked stream of a tar archive, whether it is compressed or not."""
    return cast(IO[bytes], _open_archives.get(archive, unpacked))


class _OpenArchives:
    """The archives that were read last stay open, as long as their files do not change."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Any] = {}

    def get(self, archive: str, opened: Callable[[str], Any]) -> Any:
        key = archive, _file_fingerprint(archive)
        if key not in self._open:
            while len(self._open) >= OPEN_ARCHIVES:
                self._open.pop(next(iter(self._open))).close()
            self._open[key] = opened(archive)
        return self._open[key]

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


_open_archives = _OpenArchives()
atexit.register(_open_archives.close)


def _unread(archive: str, archive_format: str, error: Exception) -> UsageError | Undecodable:
    """An error of the system has a number; all others mean that the archive is damaged."""
    if isinstance(error, OSError) and error.errno:
        reason = error.strerror or "not readable"
        return UsageError(f"the archive {Path(archive).name} cannot be opened ({reason}); check the path")
    return _damaged(archive_format)


def _damaged(archive_format: str) -> Undecodable:
    return Undecodable(
        f"a damaged member of a {archive_format} archive was found, a whole one was expected; "
        "copy the archive again"
    )


def _refuse_method(method: int) -> None:
    """Raises Undecodable for a compression of a zip member that Python does not read."""
    if method not in READ_METHODS:
        name = OTHER_METHODS.get(method, f"method {method}")
        raise Undecodable(
            f"a member of a zip archive compressed by {name} was found, Deflate was expected; the archive is "
            "not damaged: unpack it and read the folder, or pack it again by Deflate"
        )


def refuse_oversize(size: int) -> None:
    """Raises NotAnImage for more bytes than an image can have."""
    if size > LARGEST_FILE_BYTES:
        raise NotAnImage(
            f"a file of {size / 1e6:.0f} MB was found, at most {LARGEST_FILE_BYTES / 1e6:.0f} MB was "
            "expected of one radiograph; export the single image"
        )
