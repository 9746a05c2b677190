"""What decoders write to the standard error themselves, kept from the terminal and logged escaped.

They quote the file, as libpng does the name of a colour profile, with every character that acts on a
terminal. What Python code writes to sys.stderr goes where it went.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, TextIO

from kltool.logs import LOG

STANDARD_ERROR: Final = 2  # the descriptor to which C code writes
MOST: Final = 65_536  # bytes that are kept, what a pipe of Linux holds; what is more is lost


class NativeMessages:
    """Those that wait in a pipe which nobody has to read: writing to a full one fails at once."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def log(self) -> None:
        """Log them, at DEBUG, and forget them."""
        with suppress(BlockingIOError):
            if data := os.read(self._descriptor, MOST):
                LOG.debug("messages of libraries:\n%s", data.decode("utf-8", "backslashreplace"))


@contextmanager
def native_messages() -> Iterator[NativeMessages]:
    """Kept apart until the end, and logged then; shown as they are on Windows before Python 3.12.

    For a process that does nothing else: the descriptor is everybody's.
    """
    if not hasattr(os, "set_blocking"):
        yield NativeMessages(os.open(os.devnull, os.O_RDONLY))
        return
    reading, writing = os.pipe()
    messages = NativeMessages(reading)
    try:
        for end in (reading, writing):
            os.set_blocking(end, False)
        with _standard_error_to(writing):
            yield messages
        messages.log()
    finally:
        os.close(reading)
        os.close(writing)


@contextmanager
def _standard_error_to(descriptor: int) -> Iterator[None]:
    before, stream = os.dup(STANDARD_ERROR), sys.stderr
    try:
        if _is_standard_error(stream):
            stream.flush()
            sys.stderr = open(before, "w", 1, stream.encoding, stream.errors, closefd=False)  # noqa: SIM115
        os.dup2(descriptor, STANDARD_ERROR)
        yield
    finally:
        os.dup2(before, STANDARD_ERROR)
        sys.stderr = stream
        os.close(before)


def _is_standard_error(stream: TextIO) -> bool:
    """Not where a notebook or a test has put something else in its place."""
    with suppress(OSError, ValueError, AttributeError):
        return stream.fileno() == STANDARD_ERROR
    return False
