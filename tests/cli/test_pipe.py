"""A reader that ends first, as head does, ends kltool without a message and without a code of its own."""

import signal
import subprocess
import sys

import pytest


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="this system has no SIGPIPE")
@pytest.mark.parametrize("command", ["--help", "models"])
def test_a_reader_that_ends_first_ends_it_by_sigpipe(command: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "kltool", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        run.stdout.close()
        assert run.stderr is not None
        assert run.stderr.read() == b""
        assert run.wait() == -signal.SIGPIPE
