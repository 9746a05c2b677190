"""Runs of `kltool batch` as a user starts them, watched from outside: time, memory, kills."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import psutil

EVERY_S: Final = 0.5  # between two samples of the memory
TABLES: Final = ("readings.parquet", "readings.csv")


@dataclass(frozen=True, slots=True)
class Run:
    """images: that were listed. memory: for each sample, MB of the run's processes by process number."""

    images: int
    seconds: float
    memory: tuple[Mapping[int, float], ...]
    tables: tuple[str, ...]

    @property
    def rate(self) -> float:
        return self.images / self.seconds

    @property
    def peak_mb(self) -> float:
        """The most that one process used."""
        return max(max(sample.values(), default=0.0) for sample in self.memory)

    @property
    def growth(self) -> float:
        """Of the process that grew most: the median of its last tenth of samples over that of its second."""
        return max(_growth(used) for used in _by_process(self.memory))


def run(source: Path, out: Path, jobs: int, images: int, *more: str) -> Run:
    """A batch from its start to its end, start of Python and writing of the tables included."""
    began = time.perf_counter()
    samples: list[Mapping[int, float]] = []
    process = subprocess.Popen(
        command(source, out, jobs, *more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None:
        samples.append(_memory(process.pid))
        time.sleep(EVERY_S)
    return Run(images, time.perf_counter() - began, tuple(samples), hashes(out))


def run_with_kills(
    source: Path, out: Path, jobs: int, kills: int, longest_s: float, seed: int
) -> list[float]:
    """The same, killed (SIGKILL) after random times and started again, then left alone to its end.

    The seconds after which it was killed. A run that ends before it is killed is not counted.
    """
    times = random.Random(seed)
    waited: list[float] = []
    for _ in range(kills):
        process = subprocess.Popen(
            command(source, out, jobs), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seconds = times.uniform(0.2, longest_s)
        time.sleep(seconds)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            waited.append(seconds)
        process.wait()
    subprocess.run(command(source, out, jobs), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return waited


def run_on_cluster(source: Path, out: Path, work: Path, kill_after: int) -> tuple[str, ...]:
    """On a Dask scheduler with two workers, one of which is killed when so many images were read."""
    with _cluster(work) as (address, workers):
        process = subprocess.Popen(
            command(source, out, 2, "--scheduler", address), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        threading.Thread(target=_kill_after, args=(out, kill_after, workers[0])).start()
        process.communicate()
        assert workers[0].poll() == -signal.SIGKILL, "the worker was to be killed on the way"
    return hashes(out)


def command(source: Path, out: Path, jobs: int, *more: str) -> list[str]:
    called = [sys.executable, "-m", "kltool", "batch", str(source), "--out", str(out), "--jobs", str(jobs)]
    return [*called, *more]


def hashes(out: Path) -> tuple[str, ...]:
    return tuple(hashlib.sha256((out / name).read_bytes()).hexdigest() for name in TABLES)


def images_of(out: Path) -> int:
    """Rows of a finished run's table, each of an image of its own; raises where one comes twice."""
    rows = pd.read_parquet(out / TABLES[0], columns=["path", "spacing_mm", "side"])
    assert not rows.duplicated().any(), "an image stands in the table twice"
    return len(rows)


def _kill_after(out: Path, images: int, worker: "subprocess.Popen[bytes]") -> None:
    """The ledger's log of writes grows by some kilobytes an image; the ledger itself is locked by the run."""
    log = out / "ledger.sqlite-wal"
    first = None
    while worker.poll() is None:
        size = log.stat().st_size if log.exists() else 0
        first = size if first is None and size else first
        if first is not None and size > first + 4096 * images:
            worker.send_signal(signal.SIGKILL)
        time.sleep(0.05)


@contextmanager
def _cluster(work: Path) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """A scheduler and two workers of one thread, each a process of its own."""
    file = work / "scheduler.json"
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m"]
    where = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = subprocess.Popen([*dask, "distributed.cli.dask_scheduler", "--port", "0", *where], **quiet)
    one = [*dask, "distributed.cli.dask_worker", *where, "--nthreads", "1", "--no-nanny"]
    workers = [subprocess.Popen([*one, "--local-directory", str(work)], **quiet) for _ in range(2)]
    try:
        while not (file.exists() and file.read_text().strip()):
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in (scheduler, *workers):
            process.kill()
            process.wait()


def _memory(pid: int) -> dict[int, float]:
    """Resident MB of a process and of all below it."""
    used: dict[int, float] = {}
    try:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            used[process.pid] = process.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        pass
    return used


def _by_process(memory: tuple[Mapping[int, float], ...]) -> list[list[float]]:
    pids = {pid for sample in memory for pid in sample}
    return [[sample[pid] for sample in memory if pid in sample] for pid in sorted(pids)]


def _growth(used: list[float]) -> float:
    tenth = max(len(used) // 10, 1)
    if len(used) < 4 * tenth:
        return 0.0
    early, late = sorted(used[tenth : 2 * tenth]), sorted(used[-tenth:])
    return late[len(late) // 2] / early[len(early) // 2] - 1.0
