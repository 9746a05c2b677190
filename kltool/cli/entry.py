"""The entry of the command line: Ctrl-C and SIGTERM end it with 130 and no traceback, at any moment.

The first lets the command end cleanly, any other ends it at once: ledger and tables bear that. Nothing heavy
is imported before the signals are caught.
"""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import Final

STOPPED: Final = 130  # kltool.errors.Exit.STOPPED; also where importing that was stopped
CAUGHT: Final = (signal.SIGINT, signal.SIGTERM)


class _Stop:
    """Whether the user, or a job scheduler, has stopped the command."""

    asked = False


def run() -> None:
    for number in CAUGHT:
        signal.signal(number, _stop)
    try:
        from kltool.cli.main import run as run_command

        run_command()
    except BaseException:  # libraries turn a stop into errors of theirs
        if not _Stop.asked:
            raise
        _end()
    finally:
        for number in CAUGHT:
            signal.signal(number, signal.SIG_IGN)  # the interpreter ends, with the status that was found


def _stop(number: int, frame: FrameType | None) -> None:
    _Stop.asked = True
    for each in CAUGHT:
        signal.signal(each, _end)
    raise KeyboardInterrupt


def _end(*_: object) -> None:
    """Not by the interpreter, which is ended by a signal of its own where another one comes."""
    with suppress(Exception):  # a pipe that is closed, or a print that was interrupted
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(STOPPED)
