"""A run of `kltool batch` that may be killed at any point, and what must hold in its folder at any time."""

import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from evaluation.hostile.command import KLTOOL
from kltool.batch.local import AHEAD

LEDGER: Final = "ledger.sqlite"
UNFINISHED: Final = ".readings.csv.unfinished"  # there from the first row of the tables to their last
READ: Final = "SELECT COUNT(*), MAX(position) FROM tasks JOIN outcomes USING (key)"
LEFT: Final = "SELECT MIN(position) FROM tasks WHERE key NOT IN (SELECT key FROM outcomes)"
JOBS: Final = 2
OFTEN_S: Final = 0.01
Process = subprocess.Popen[bytes]
Recorded = Mapping[str, str]  # digest of what was recorded of an image, its seconds included, by key


@dataclass(frozen=True, slots=True)
class Batch:
    """A source, and the tables of an undisturbed run of it, by name."""

    source: Path
    whole: Mapping[str, bytes]
    seconds: float
    writing_s: float

    @classmethod
    def undisturbed(cls, source: Path, out: Path) -> "Batch":
        """Run once to its end, and timed: all of it, and from the first row that is written."""
        began = time.perf_counter()
        process = started(source, out)
        wait_until(lambda: (out / UNFINISHED).exists(), process)
        writing = time.perf_counter()
        process.wait()
        ended = time.perf_counter()
        return cls(source, _tables(out), ended - began, ended - writing)

    def wrong_at_end(self, out: Path) -> Iterator[str]:
        """Of a run that has ended: other tables, or something that it left."""
        found = _tables(out)
        for name in sorted(self.whole.keys() | found.keys()):
            if found.get(name) != self.whole.get(name):
                yield f"another {name} than an undisturbed run"
        yield from (f"{left.name} left" for left in out.glob(".*"))

    def wrong_in_between(self, out: Path) -> Iterator[str]:
        """Of a run that was killed: a table is complete or not there."""
        for name, data in _tables(out).items():
            if data != self.whole[name]:
                yield f"an incomplete {name}"


def started(source: Path, out: Path, jobs: int = JOBS) -> Process:
    command = [*KLTOOL, "batch", str(source), "--out", str(out), "--jobs", str(jobs)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(is_so: Callable[[], bool], process: Process) -> None:
    """Until it is so, or the process has ended."""
    while process.poll() is None and not is_so():
        time.sleep(OFTEN_S)


def unfinished(out: Path) -> tuple[int, int] | None:
    """Of the table that is written, or was when the run was killed: what changes as it grows."""
    try:
        state = (out / UNFINISHED).stat()
    except FileNotFoundError:
        return None
    return state.st_ino, state.st_mtime_ns


def is_killed(process: Process, after_s: float) -> bool:
    """Killed after so many seconds; False where it had ended before."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(after_s)
        return False
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def recorded(out: Path) -> Recorded:
    """What the ledger holds."""
    with _copied(out) as connection, suppress(sqlite3.DatabaseError):
        return dict(connection.execute("SELECT key, digest FROM outcomes"))
    return {}


def caught_up(out: Path) -> int:
    """The number of images read, where no image lies behind those that are read at a time; otherwise 0."""
    with _copied(out) as connection, suppress(sqlite3.DatabaseError):
        read, last = connection.execute(READ).fetchone()
        (first_left,) = connection.execute(LEFT).fetchone()
        return read if read and (first_left or last) >= last - AHEAD * JOBS else 0
    return 0


def wrong_since(before: Recorded, now: Recorded) -> Iterator[str]:
    """Outcomes that were lost, or that were recorded again."""
    lost = before.keys() - now.keys()
    again = [key for key in before.keys() & now.keys() if before[key] != now[key]]
    if lost:
        yield f"{len(lost)} outcomes lost"
    if again:
        yield f"{len(again)} images read twice"


def moments(random: Random, longest_s: float) -> Iterator[float]:
    while True:
        yield random.uniform(0.0, longest_s)


@contextmanager
def _copied(out: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the ledger, which a run may hold."""
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copy(out / f"{LEDGER}{ending}", folder)
        with closing(sqlite3.connect(Path(folder, LEDGER))) as connection:
            yield connection


def _tables(out: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(out.glob("readings.*"))}
