"""A process that reads files as a worker of a batch does, and whose memory, time and end are watched."""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Final

import cv2

from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Entry
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.batch.rows import table_rows
from kltool.errors import KltoolError, Refusal
from kltool.intake import find_images
from kltool.memory import MEMORY_MB, is_out_of_memory, limit_memory
from kltool.samples import sample_path
from kltool.tables.cells import model_name
from kltool.tables.write import write_tables
from kltool.version import __version__
from kltool.weights import Models, load_models

HANG_S: Final = 10.0
START_S: Final = 120.0
READ: Final = "read"
DIED: Final = "worker_died"
HUNG: Final = "hung"
STATUS: Final = Path("/proc/self/status")  # of Linux
RESET_PEAK: Final = ("/proc/self/clear_refs", "5")  # proc(5)


@dataclass(frozen=True, slots=True)
class Watched:
    """One file read.

    codes: of each image in it, READ where it was; of the file itself where its images cannot be listed; an
    error that kltool does not raise itself has the name of its class; DIED and HUNG for a process that ended,
    or was ended. megabytes: of resident memory at most, above the process when it was started and idle.
    """

    codes: tuple[str, ...]
    seconds: float
    megabytes: float

    @property
    def code(self) -> str:
        """All in one text."""
        return " ".join(self.codes)


class Watcher:
    """One worker at a time; one that died, or was ended, is replaced. Not for two threads."""

    def __init__(self, hang_s: float = HANG_S) -> None:
        """hang_s: after which a process that has not answered is ended."""
        self._hang_s = hang_s
        self._start()

    @property
    def pid(self) -> int:
        """Of the process that reads next."""
        return self._process.pid or 0

    def read(self, path: Path) -> Watched:
        """The images of a file or folder listed and read, and the table of each written."""
        began = perf_counter()
        try:
            self._here.send(path)
            if self._here.poll(self._hang_s):
                answer: Watched = self._here.recv()
                return answer
            code = HUNG
        except (EOFError, OSError):
            code = DIED
        seconds = perf_counter() - began
        self.close()
        self._start()
        return Watched((code,), seconds, 0.0)

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._here.close()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        there.close()
        if not self._here.poll(START_S):
            raise TimeoutError("the watched process does not start")
        self._here.recv()


@contextmanager
def watching(hang_s: float = HANG_S) -> Iterator[Watcher]:
    """A watcher whose process is ended afterwards."""
    watcher = Watcher(hang_s)
    try:
        yield watcher
    finally:
        watcher.close()


def _serve(requests: Connection) -> None:
    """As kltool.batch.worker does; a film is read first, so that all libraries are loaded."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        reader = _Reader(load_models(), Path(folder))
        reader.codes(sample_path("knee_right_normal.dcm"))
        limit_memory(MEMORY_MB)
        idle = _megabytes("VmRSS")
        requests.send(None)
        _silence()
        while True:
            try:
                path = requests.recv()
            except EOFError:
                return
            requests.send(_watched(reader, path, idle))


def _watched(reader: "_Reader", path: Path, idle: float) -> Watched:
    Path(RESET_PEAK[0]).write_text(RESET_PEAK[1])
    began = perf_counter()
    codes = reader.codes(path)
    return Watched(codes, perf_counter() - began, _megabytes("VmHWM") - idle)


class _Reader:
    def __init__(self, models: Models, folder: Path) -> None:
        """folder: of the tables."""
        self._models, self._folder = models, folder
        self._config = WorkerConfig(model_name(__version__, models.hashes), "", Pseudonyms())

    def codes(self, path: Path) -> tuple[str, ...]:
        """As in Watched."""
        try:
            return tuple(self._code(Task(image)) for image in find_images(path))
        except Refusal as error:
            return (error.code,)
        except KltoolError as error:
            return (type(error).__name__,)
        except Exception as error:
            return ("memory_limit" if is_out_of_memory(error) else type(error).__name__,)

    def _code(self, task: Task) -> str:
        outcome = read_task(task, self._models, self._config)
        self._store(task, outcome)
        codes = [str(row.get("code") or READ) for row in outcome.rows]
        return READ if "ok" in codes or READ in codes else codes[0]

    def _store(self, task: Task, outcome: Outcome) -> None:
        """What a run does with it: text of the file that cannot be stored would end the run."""
        json.dumps([dict(row) for row in outcome.rows], allow_nan=False).encode()
        outcome.instance_uid.encode()
        entry = Entry(task, outcome.rows, False, task.source.name)
        write_tables(table_rows([entry]), (), False, self._folder)


def _silence() -> None:
    """Decoders print what they think of a file."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _megabytes(heading: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(heading))
    return int(line.split()[1]) * 1_024 / 1e6
