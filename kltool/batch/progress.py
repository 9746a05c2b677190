"""How far a batch is: a progress bar on a terminal, a line now and then in a log."""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TextIO

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kltool.batch.listing import Listing, Task
from kltool.escaping import complain, say
from kltool.report.terminal.console import Console
from kltool.tables.columns import FAILED, REFUSED

EVERY_S: Final = 10.0  # between two lines of a log


class ProgressDisplay(Protocol):
    def advance(self, status: str) -> None:
        """One more image ended, with this status."""


@contextmanager
def progress(total: int, done: Counter[str], stream: TextIO | None = None) -> Iterator[ProgressDisplay]:
    """total: images of the run. done: those of earlier starts, by status. stream: standard error."""
    stream = stream or sys.stderr
    if stream.isatty():
        with _bar(total, done, stream) as bar:
            yield bar
        return
    lines = LogLines(total, done, stream)
    yield lines
    lines.print()


def log_listing(
    tasks: Iterable[Task], stream: TextIO | None = None, every_s: float = EVERY_S
) -> Iterator[Task]:
    """The same tasks; a line now and then counts them, since a store may take long to list."""
    printed = time.monotonic()
    for number, task in enumerate(tasks, 1):
        if time.monotonic() - printed >= every_s:
            printed = time.monotonic()
            say(f"kltool batch: {number:,} images listed", stream or sys.stderr)
        yield task


def say_passed_over(listing: Listing) -> None:
    """After the listing, once: how many files were no images."""
    if listing.passed_over.files:
        complain(f"kltool batch: {listing.passed_over}")


class LogLines:
    """Images, rate, time left, refused and failed. No name of a file, which may be a person's."""

    def __init__(self, total: int, done: Counter[str], stream: TextIO, every_s: float = EVERY_S) -> None:
        self._total, self._done, self._stream, self._every_s = total, Counter(done), stream, every_s
        self._before = self._done.total()
        self._began = self._printed = time.monotonic()

    def advance(self, status: str) -> None:
        self._done[status] += 1
        if time.monotonic() - self._printed >= self._every_s:
            self.print()

    def print(self) -> None:
        self._printed = time.monotonic()
        say(f"kltool batch: {self.line()}", self._stream)

    def line(self) -> str:
        done, now = self._done.total(), self._done.total() - self._before
        rate = now / max(time.monotonic() - self._began, 1e-9)
        left = _duration((self._total - done) / rate) if now and done < self._total else ""
        parts = [f"{done:,} of {self._total:,} images", f"{rate:.1f} a second" if now else "", left]
        parts += [f"{self._done[status]:,} {status}" for status in (REFUSED, FAILED)]
        return ", ".join(filter(None, parts))


@contextmanager
def _bar(total: int, done: Counter[str], stream: TextIO) -> Iterator[ProgressDisplay]:
    columns = (
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[bad]}"),
    )
    with Progress(*columns, console=Console(stream)) as bar:
        yield _ProgressBar(bar, total, done)


class _ProgressBar:
    def __init__(self, bar: Progress, total: int, done: Counter[str]) -> None:
        self._bar, self._done, self._began = bar, Counter(done), time.monotonic()
        self._before = self._done.total()
        self._task = bar.add_task("", total=total, completed=self._before, rate="", bad=self._bad())

    def advance(self, status: str) -> None:
        self._done[status] += 1
        rate = (self._done.total() - self._before) / max(time.monotonic() - self._began, 1e-9)
        self._bar.update(self._task, advance=1, rate=f"{rate:.1f}/s", bad=self._bad())

    def _bad(self) -> str:
        return f"{self._done[REFUSED]:,} refused, {self._done[FAILED]:,} failed"


def _duration(seconds: float) -> str:
    """Rounded, in the unit that suits."""
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {name} left"
    return f"{seconds:.0f} s left"
