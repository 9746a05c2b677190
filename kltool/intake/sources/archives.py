"""The members of a zip or tar archive by its own directory; nothing is unpacked here."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool.errors import UsageError
from kltool.intake.limits import SMALL_BYTES
from kltool.intake.sources.locations import Location, TarMember, ZipMember
from kltool.intake.sources.unpacked import COMPRESSED, Headers, TooManyHeaders, unpacked

MOST_MEMBERS = 100_000  # docs/choices-intake.md#archive-limits
MOST_UNPACKED_BYTES = 20_000_000_000_000  # docs/choices-intake.md#archive-limits
HIGHEST_COMPRESSION = 100.0  # docs/choices-intake.md#archive-limits; of more than SMALL_BYTES
LONGEST_DIRECTORY = 32_000_000  # docs/choices-intake.md#archive-limits; bytes, of a zip archive
LONGEST_HEADER = 1_000_000  # docs/choices-intake.md#archive-limits; bytes, of one member of a tar archive
BYTES_OF_HEADERS = 4_096  # docs/choices-intake.md#archive-limits; a member of a tar archive, on average
LONGEST_NAME = 1_024  # docs/choices-intake.md#archive-limits; characters
TAR_SUFFIXES = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True, slots=True)
class Member:
    """name: its path inside the archive."""

    name: str
    location: Location


def is_tar(path: Path, head: bytes) -> bool:
    """head: the first bytes of the file, 262 at least. A compressed file that holds no tar is none."""
    if head[257:262] == b"ustar":
        return True
    try:
        return head.startswith(COMPRESSED) and _holds_tar(path)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, MemoryError):
        return False


def _holds_tar(path: Path) -> bool:
    with unpacked(path) as stream:
        try:
            tarfile.TarInfo.frombuf(stream.read(tarfile.BLOCKSIZE), tarfile.ENCODING, "surrogateescape")
        except tarfile.TarError:
            return False
    return True


def zip_members(archive: Path) -> list[Member]:
    """In the order of their names. Raises UsageError."""
    try:
        with Headers(archive.open("rb"), LONGEST_DIRECTORY) as headers, zipfile.ZipFile(headers) as opened:
            members = [info for info in opened.infolist() if not info.filename.endswith("/")]
    except TooManyHeaders as error:
        raise _refused(archive, f"a directory of more than {LONGEST_DIRECTORY / 1e6:.0f} MB") from error
    except Exception as error:  # zipfile raises many types on a damaged directory
        raise _damaged(archive, "zip") from error
    size = sum(info.file_size for info in members)
    _refuse_bomb(archive, len(members), size, archive.stat().st_size)
    return [
        Member(info.filename, ZipMember(str(archive.absolute()), info.filename, info.CRC, info.file_size))
        for info in sorted(members, key=lambda info: info.filename)
    ]


def tar_members(archive: Path) -> list[Member]:
    """In the order of the archive, which is read fastest; the last of a name counts. Raises UsageError."""
    members = list(_tar_members(archive))
    return list({member.name: member for member in members}.values())


def _tar_members(archive: Path) -> Iterator[Member]:
    """Every member, one that was replaced by a later one of the same name included."""
    size = 0
    files: dict[str, TarMember] = {}
    try:
        state = archive.stat()
        version = f"{state.st_size}-{state.st_mtime_ns}"
        with archive.open("rb") as file:
            packed = file.read(6).startswith(COMPRESSED)
        for number, info in enumerate(_tar_headers(archive), 1):
            size += info.size
            _refuse_bomb(archive, number, size, state.st_size)
            if info.isreg():
                where = str(archive.absolute()), info.offset_data, info.size
                files[info.name] = TarMember(*where, version, packed)
            elif info.islnk():  # of a file before it, whose bytes are read once more
                files[info.name] = files[info.linkname]
                size += files[info.linkname].size
                _refuse_bomb(archive, number, size, state.st_size)
            else:
                continue
            yield Member(info.name, files[info.name])
    except TooManyHeaders as error:
        raise _refused(archive, "headers that are longer than those of files") from error
    except UsageError:
        raise
    except Exception as error:  # tarfile raises many types; RecursionError on headers that announce headers
        raise _damaged(archive, "tar") from error


def _tar_headers(archive: Path) -> Iterator[tarfile.TarInfo]:
    """One a member; none is kept, since a million fill the memory."""
    with (
        Headers(unpacked(archive), LONGEST_HEADER) as headers,
        tarfile.open(fileobj=headers, mode="r:") as opened,
    ):
        while (info := opened.next()) is not None:
            if len(info.name) > LONGEST_NAME:
                raise TooManyHeaders
            if info.size < 0 or not 0 <= info.offset_data <= opened.offset:
                raise tarfile.ReadError  # a size below zero would lead back, and read a stream to its end
            yield info
            opened.members = []  # type: ignore[attr-defined]  # of the standard library, not in its types
            opened.pax_headers = {}  # of all members that follow: nothing that is used here
            headers.allow(BYTES_OF_HEADERS)


def _refuse_bomb(archive: Path, members: int, size: int, packed: int) -> None:
    """size, packed: bytes of all members, and of the archive."""
    if members > MOST_MEMBERS:
        raise _refused(archive, f"more than {MOST_MEMBERS} members")
    if size > MOST_UNPACKED_BYTES or size > max(HIGHEST_COMPRESSION * packed, SMALL_BYTES):
        raise _refused(archive, f"{size / 1e6:.0f} MB packed into {packed / 1e6:.1f} MB")


def _refused(archive: Path, found: str) -> UsageError:
    return UsageError(
        f"{archive} holds {found}; an archive of radiographs was expected; unpack it and name the folder"
    )


def _damaged(archive: Path, archive_format: str) -> UsageError:
    return UsageError(
        f"{archive} is a damaged {archive_format} archive; a whole one was expected; copy the archive again"
    )
