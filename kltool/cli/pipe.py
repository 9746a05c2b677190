"""A reader of the output that ends first, as `head` does: kltool then ends as other programs, by SIGPIPE."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, TextIO, cast


@contextmanager
def ends_with_its_reader() -> Iterator[None]:
    """Around all that writes to the standard output: no message, and no exit code of its own.

    Typer and rich each turn a broken pipe into exit code 1; the pipe is therefore watched as it is written.
    SIGPIPE is not left to the system, since a batch writes to pipes of workers that may die.
    """
    written = _Watched(sys.stdout)
    sys.stdout = cast(TextIO, written)
    try:
        yield
    finally:
        with suppress(BrokenPipeError, ValueError):  # ValueError: the stream was closed
            written.flush()
        sys.stdout = written.stream
        if written.broken:
            _end_by_sigpipe()


class _Watched:
    """A stream that remembers whether its reader has ended."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.broken = stream, False

    def write(self, text: str) -> int:
        with self._watching():
            return self.stream.write(text)

    def flush(self) -> None:
        with self._watching():
            self.stream.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self.broken = True
            raise


def _end_by_sigpipe() -> NoReturn:
    """What is still buffered goes nowhere; systems without the signal end by its exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(141)
