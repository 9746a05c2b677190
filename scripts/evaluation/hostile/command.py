"""kltool's commands as processes of their own: on pipes, and on a terminal."""

import multiprocessing
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

WIDE: Final = 5_000  # columns of a terminal, so that no text is broken
KLTOOL: Final = (sys.executable, "-P", "-m", "kltool")
LONGEST_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def said(*arguments: str | Path, folder: Path) -> Said:
    """On pipes, in this folder."""
    done = subprocess.run(
        [*KLTOOL, *map(str, arguments)],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )
    return Said(done.returncode, _text(done.stdout), _text(done.stderr))


def said_in_turn(commands: Sequence[Sequence[str | Path]], folder: Path) -> list[Said]:
    """Many commands that end soon, by one process, which imports kltool once."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return [process.submit(_said_here, list(map(str, one)), folder).result() for one in commands]


def said_on_terminal(*arguments: str | Path, folder: Path) -> str:
    """All that reached a terminal, standard output and error, with the line ends of a terminal undone."""
    ours, of_command = pty.openpty()
    command = [*KLTOOL, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=folder, env=_environment(), stdin=of_command, stdout=of_command, stderr=of_command
    ):
        os.close(of_command)
        data = b"".join(_blocks(ours))
    os.close(ours)
    return _text(data).replace("\r\n", "\n")


def _said_here(arguments: list[str], folder: Path) -> Said:
    from kltool.cli.main import run

    os.chdir(folder)
    os.environ.update(_environment())
    sys.argv, out, err = ["kltool", *arguments], StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run()
        except SystemExit as ended:
            return Said(int(ended.code or 0), out.getvalue(), err.getvalue())
    return Said(0, out.getvalue(), err.getvalue())


def _environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": str(WIDE), "TERMINAL_WIDTH": str(WIDE), "TERM": "xterm-256color"}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _blocks(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the command has ended
        while block := os.read(terminal, 65_536):
            yield block
