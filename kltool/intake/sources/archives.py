"""The members of a zip or tar archive by its own directory; nothing is unpacked here."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kltool.errors import UsageError
from kltool.intake.sources.locations import Location, TarMember, ZipMember

MOST_MEMBERS = 1_000_000  # docs/choices-intake.md#archive-limits
MOST_UNPACKED_BYTES = 20_000_000_000_000  # docs/choices-intake.md#archive-limits
HIGHEST_COMPRESSION = 1_000.0  # docs/choices-intake.md#archive-limits
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")  # gzip, bzip2, xz
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
        return head.startswith(COMPRESSED) and tarfile.is_tarfile(path)
    except (OSError, EOFError, zlib.error):
        return False


def zip_members(archive: Path) -> list[Member]:
    """In the order of their names. Raises UsageError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            members = [info for info in opened.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(archive, "zip") from error
    _refuse_bomb(archive, len(members), sum(info.file_size for info in members))
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
    unpacked = 0
    try:
        state = archive.stat()
        version = f"{state.st_size}-{state.st_mtime_ns}"
        with archive.open("rb") as file:
            packed = file.read(6).startswith(COMPRESSED)
        with tarfile.open(archive) as opened:
            for number, info in enumerate(opened, 1):
                unpacked += info.size
                _refuse_bomb(archive, number, unpacked)
                target = opened.getmember(info.linkname) if info.islnk() else info
                if target.isreg():
                    where = str(archive.absolute()), target.offset_data, target.size
                    yield Member(info.name, TarMember(*where, version, packed))
    except (OSError, KeyError, tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise _damaged(archive, "tar") from error


def _refuse_bomb(archive: Path, members: int, unpacked: int) -> None:
    packed = archive.stat().st_size
    found = None
    if members > MOST_MEMBERS:
        found = f"more than {MOST_MEMBERS} files"
    elif unpacked > MOST_UNPACKED_BYTES or unpacked > HIGHEST_COMPRESSION * max(packed, 1_000):
        found = f"{unpacked / 1e6:.0f} MB packed into {packed / 1e6:.1f} MB"
    if found:
        raise UsageError(
            f"{archive} holds {found}; an archive of radiographs was expected; unpack it and name the folder"
        )


def _damaged(archive: Path, archive_format: str) -> UsageError:
    return UsageError(
        f"{archive} is a damaged {archive_format} archive; a whole one was expected; copy the archive again"
    )
