"""The unpacked bytes of a tar archive as one stream, of which headers take a bounded number of bytes."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, Final, cast

COMPRESSIONS: Final[dict[bytes, Callable[..., Any]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
}
COMPRESSED: Final = tuple(COMPRESSIONS)


class TooManyHeaders(ValueError):
    """The directory of an archive is larger than one of films can be."""


def unpacked(archive: Path | str) -> IO[bytes]:
    """The archive itself where it is not compressed. Raises OSError; reading also zlib.error, EOFError."""
    with Path(archive).open("rb") as file:
        head = file.read(6)
    packed = (opened for magic, opened in COMPRESSIONS.items() if head.startswith(magic))
    return cast(IO[bytes], next(packed, open)(archive, "rb"))


class Headers(RawIOBase):
    """A stream that is read for an archive's directory alone; contents are passed over by seeking.

    zipfile and tarfile read whatever length a header states, at once.
    """

    def __init__(self, stream: IO[bytes], most: int) -> None:
        """most: bytes that may be read, all together, until more are allowed."""
        super().__init__()
        self._stream, self._left = stream, most

    def allow(self, more: int) -> None:
        self._left += more

    def read(self, size: int = -1) -> bytes:
        if size > self._left:
            raise TooManyHeaders
        data = self._stream.read(size if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TooManyHeaders
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()
