"""How long one image may take in a process that reads by itself; a batch ends its workers instead."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from kltool.errors import TimeLimitExceeded, UsageError

LIMIT_S: Final = 120.0  # of an image; docs/choices.md#dead-workers
AGAIN_S: Final = 1.0  # a library may take the first interruption for an error of its own


class _Late(BaseException):
    """No Exception, so that what is interrupted does not take it for a fault of the image."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeLimitExceeded. A decoder is not interrupted: the time counts when it returns.

    Not limited where the system is Windows, which has no such timer. UsageError where seconds is not above 0.
    """
    if not seconds > 0:
        raise UsageError(f"--time-limit {seconds:g} found; a number of seconds above 0 expected")
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _raise_late)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    except _Late as late:
        raise TimeLimitExceeded(seconds) from late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _raise_late(number: int, frame: FrameType | None) -> None:
    raise _Late
