"""Ctrl-C and SIGTERM end a command with 130 and no traceback, whenever they come and however often."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# when the signals are caught, during imports, among films
MOMENTS_S = (0.0, 0.3, 1.2)
AS_COMMAND = """
import sys
from kltool.cli import entry
print("begun", file=sys.stderr, flush=True)
entry.run()
"""


def stopped(arguments: list[str], after_s: float, number: int, times: int) -> tuple[int, str]:
    """Exit status and standard error of a command that gets signals, while it starts or reads."""
    process = subprocess.Popen(
        [sys.executable, "-c", AS_COMMAND, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr
    process.stderr.readline()
    time.sleep(0.02 + after_s)  # the signals are caught a moment after
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.005)
    try:
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    return process.returncode, said


@pytest.fixture
def arguments(request: pytest.FixtureRequest, samples: Path, tmp_path: Path) -> list[str]:
    """Of a command that lasts longer than the latest moment."""
    before, after = samples / "case" / "before.dcm", samples / "case" / "after.dcm"
    films = 10 * [str(after)]
    return {
        "read": ["read", *films],
        "compare": ["compare", str(before), str(after), "--report", str(tmp_path / "page.html")],
        "batch": ["batch", *films, "--out", str(tmp_path / "out"), "--jobs", "1"],
    }[request.param]


@pytest.mark.parametrize("arguments", ["read", "compare", "batch"], indirect=True)
@pytest.mark.parametrize(("number", "times"), [(signal.SIGINT, 1), (signal.SIGINT, 5), (signal.SIGTERM, 1)])
def test_a_command_that_is_stopped_ends_with_130_and_no_traceback(
    arguments: list[str], number: int, times: int
) -> None:
    for moment in MOMENTS_S:
        code, said = stopped(arguments, moment, number, times)
        assert code == 130, (moment, said)
        assert "Traceback" not in said
        assert "ignored" not in said
