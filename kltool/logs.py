"""The log of kltool, on standard error.

A message says what was found and what to do; what caused it, as the error of a decoder, is in the log at
DEBUG. Causes may quote a file's content, names included: nothing of them is shown unless asked for.
"""

import logging
import sys
from contextlib import suppress
from typing import Final

from kltool.escaping import escaped

LOG: Final = logging.getLogger("kltool")
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_causes() -> None:
    """Write everything that kltool logs to standard error, from DEBUG on."""
    _log(logging.DEBUG, FORMAT)
    LOG.setLevel(logging.DEBUG)


def log_warnings() -> None:
    """Write the warnings that kltool logs to standard error, as the messages of a command."""
    _log(logging.WARNING, "kltool: %(message)s")


def are_causes_logged() -> bool:
    return LOG.isEnabledFor(logging.DEBUG)


def _log(level: int, form: str) -> None:
    handler = _ToStandardError()
    handler.setLevel(level)
    handler.setFormatter(_Escaping(form))
    LOG.handlers[:] = [handler]


class _ToStandardError(logging.Handler):
    """To what sys.stderr is when a message comes."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):  # it may be closed
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


class _Escaping(logging.Formatter):
    """Lines of a record after its first are indented, so that none passes for a record."""

    def format(self, record: logging.LogRecord) -> str:
        return escaped(super().format(record)).replace("\n", "\n    ")
