"""What takes too long is interrupted, whatever catches the interruption; what does not is left alone."""

import signal
import time

import pytest

from kltool.errors import TimeLimitExceeded, UsageError
from kltool.time_limit import time_limit

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no such timer")

FOREVER_S = 30.0


def test_what_takes_too_long_is_interrupted() -> None:
    with pytest.raises(TimeLimitExceeded, match=r"within 0.05 s; raise --time-limit"), time_limit(0.05):
        time.sleep(FOREVER_S)


def test_a_library_that_takes_the_interruption_for_its_own_error_is_interrupted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kltool.time_limit.AGAIN_S", 0.05)
    with pytest.raises(TimeLimitExceeded), time_limit(0.05):
        _take_interruptions_for_errors_of_its_own()


def test_nothing_is_interrupted_afterwards() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_limit_above_0_is_expected() -> None:
    with pytest.raises(UsageError, match="above 0 expected"), time_limit(0.0):
        pass


def _take_interruptions_for_errors_of_its_own() -> None:
    """Once, as destructors and callbacks do."""
    try:
        time.sleep(FOREVER_S)
    except BaseException:
        time.sleep(FOREVER_S)
