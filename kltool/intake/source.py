"""Where the bytes of an image come from."""

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from kltool.errors import NotAnImage, Undecodable, UsageError

LARGEST_FILE_BYTES = 1_000_000_000  # docs/choices-intake.md#file-size


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One image to be read: a file, a member of a zip archive, or bytes in memory.

    name: as it is shown to people, `archive.zip!member` for a member of an archive.
    """

    name: str
    path: Path | None = None
    member: str | None = None  # of the zip archive at `path`
    data: bytes | None = field(default=None, repr=False)

    @classmethod
    def of_file(cls, path: Path) -> "ImageSource":
        return cls(str(path), path)

    @classmethod
    def of_member(cls, archive: Path, member: str) -> "ImageSource":
        return cls(f"{archive}!{member}", archive, member)

    @classmethod
    def in_memory(cls, name: str, data: bytes) -> "ImageSource":
        return cls(name, data=data)

    def read(self) -> bytes:
        """The bytes, of a size that can be an image."""
        if self.data is not None:
            _refuse_oversize(len(self.data))
            return self.data
        if self.path is None:
            raise UsageError("an image source without path or bytes was given; give one of them")
        if self.member is not None:
            return _read_member(self.path, self.member)
        return _read_file(self.path)


def _read_file(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UsageError(f"no such file: {path}; check the path")
        if path.is_dir():
            raise NotAnImage("a folder was found, one image file was expected; name a file inside it")
        if not path.is_file():
            raise NotAnImage("a device or pipe was found, an image file was expected; name a regular file")
        _refuse_oversize(path.stat().st_size)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise UsageError(
            f"{path} cannot be opened ({reason}); check the path and the permission to read it"
        ) from None


def _read_member(archive: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(archive) as opened:
            info = opened.getinfo(member)
            _refuse_oversize(info.file_size)
            if info.flag_bits & 0x1:
                raise Undecodable(
                    "a member protected by a password was found, an open archive was expected; "
                    "unpack the archive and read the files"
                )
            with opened.open(info) as stream:
                data = stream.read(LARGEST_FILE_BYTES + 1)
    except KeyError:
        raise UsageError(f"no member {member!r} in the archive {archive}; list the archive") from None
    except OSError as error:
        reason = error.strerror or "not readable"
        raise UsageError(f"the archive {archive} cannot be opened ({reason}); check the path") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Undecodable(
            "a damaged member of a zip archive was found, a whole one was expected; copy the archive anew"
        ) from None
    _refuse_oversize(len(data))
    return data


def _refuse_oversize(size: int) -> None:
    if size > LARGEST_FILE_BYTES:
        raise NotAnImage(
            f"a file of {size / 1e6:.0f} MB was found, at most {LARGEST_FILE_BYTES / 1e6:.0f} MB was "
            "expected of one radiograph; export the single image"
        )
