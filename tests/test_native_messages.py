"""What a decoder writes to the standard error reaches no terminal as it is, and stops nothing."""

import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from kltool import logs
from kltool.native_messages import native_messages

{prepared}
with native_messages() as messages:
    os.write(2, b"libpng warning: profile \\x1b]0;owned\\x07\\n2 rows: 2 ok")
    print("of Python", file=sys.stderr)
    messages.log()
    for _ in range(100):
        try:
            os.write(2, b"x" * 10_000)
        except BlockingIOError:
            pass
os.write(2, b"after")
"""


@pytest.mark.parametrize("logged", [True, False])
def test_messages_of_libraries_are_logged_escaped_and_not_shown(logged: bool) -> None:
    prepared = "logs.log_causes()" if logged else "logs.log_warnings()"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(prepared=prepared)], capture_output=True, check=True, timeout=60
    )
    shown = done.stderr.decode()
    assert "\x1b" not in shown
    assert "\n2 rows" not in shown
    assert ("\\x1b]0;owned\\x07\n    2 rows: 2 ok" in shown) is logged
    assert shown.count("of Python\n") == 1
    assert shown.endswith("after")
    assert len(shown) < 100_000


def test_the_commands_and_the_workers_that_decode_keep_them_apart() -> None:
    """A profile of a picture named as a line of kltool; without --verbose nothing of it is shown."""
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["read", "compare_files", "worker"]


COMMANDS = """
import io, os, sys
from types import SimpleNamespace
import kltool.cli.read, kltool.cli.compare
from kltool.batch import worker
from kltool.cli.main import app

def noisy(name, result):
    def call(*_):
        print(name)
        os.write(2, b"raw")
        return result
    return call

kltool.cli.read.read_all = noisy("read", 0)
kltool.cli.compare.compare_files = noisy("compare_files", 0)
worker._serve = noisy("worker", None)
app(["read", "a"], standalone_mode=False)
app(["compare", "a", "b"], standalone_mode=False)
sys.stdout.flush()
worker._private_output = lambda: None
worker.main()
"""
