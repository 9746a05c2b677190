"""Files written anew: complete or not at all, with the rights that the umask leaves, never through a link."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

LONGEST_NAME: Final = 60  # characters, 240 bytes at most: with the ending below 255, which file systems allow


def write_file(file: Path, data: bytes) -> None:
    """Raises OSError; the file is then as it was before."""
    with new_file(file) as opened:
        opened.write(data)


@contextmanager
def new_file(file: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `file` where no error occurs; what a link leads to stays as it is.

    It is created exclusively, so that it is never what somebody else put there. Raises OSError, also where
    `file` is a device, a pipe or a folder.
    """
    if file.exists() and not file.is_file():
        raise OSError(errno.EEXIST, "it is there and no regular file")
    part = file.with_name(f".{file.name[-LONGEST_NAME:]}.unfinished")
    part.unlink(missing_ok=True)  # of a run that was killed, or a link
    try:
        with part.open("xb") as opened:
            yield opened
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
