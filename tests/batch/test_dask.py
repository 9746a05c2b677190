"""Many machines read the same table as one, even when one of them goes away."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kltool.errors import ClusterLost, UsageError
from tests.batch.ledgers import seen

pytest.importorskip("distributed", reason="Dask distributed is not installed")
Table = Callable[..., Any]
Process = subprocess.Popen[bytes]


class Cluster:
    """A scheduler and workers, each a process of its own, as on several machines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._started("dask_scheduler", "--port", "0")
        self.workers: list[Process] = []

    def add_worker(self) -> None:
        own = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        self.workers.append(self._started("dask_worker", *own))

    @property
    def address(self) -> str:
        file = self.folder / "scheduler.json"
        for _ in range(600):
            if file.exists() and file.read_text().strip():
                return str(json.loads(file.read_text())["address"])
            time.sleep(0.1)
        raise TimeoutError("no scheduler came up")

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _started(self, kind: str, *options: str) -> Process:
        command = [sys.executable, "-m", f"distributed.cli.{kind}", "--no-dashboard", *options]
        where = ["--scheduler-file", str(self.folder / "scheduler.json")]
        return subprocess.Popen([*command, *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Without workers."""
    started = Cluster(tmp_path)
    yield started
    started.close()


def copies(films: Path, count: int) -> None:
    """As many more files of one film, each of other bytes."""
    whole = (films / "knee_right_normal.dcm").read_bytes()
    for number in range(count):
        (films / f"more{number:02}.dcm").write_bytes(whole + bytes(2 + 2 * number))


def killer(process: Process, ledger: Path) -> threading.Thread:
    """Kills the process once three images are recorded."""

    def kill() -> None:
        while seen(ledger) < 3:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def tables(out: Path) -> list[bytes]:
    return [(out / name).read_bytes() for name in ("readings.parquet", "readings.csv")]


def test_a_cluster_reads_the_same_table(
    right_films: Path, tmp_path: Path, table: Table, cluster: Cluster
) -> None:
    cluster.add_worker()
    (right_films / "text.dcm").write_text("not a film")
    table(right_films, out=tmp_path / "cluster", scheduler=cluster.address)
    table(right_films, out=tmp_path / "here")
    assert tables(tmp_path / "cluster") == tables(tmp_path / "here")


@pytest.mark.slow
def test_a_killed_worker_costs_nothing(films: Path, tmp_path: Path, table: Table, cluster: Cluster) -> None:
    cluster.add_worker()
    cluster.add_worker()
    copies(films, 16)
    (films / "text.dcm").write_text("not a film")
    end = killer(cluster.workers[0], tmp_path / "cluster" / "ledger.sqlite")
    table(films, out=tmp_path / "cluster", scheduler=cluster.address)
    end.join()
    assert cluster.workers[0].wait() == -signal.SIGKILL
    table(films, out=tmp_path / "here")
    assert tables(tmp_path / "cluster") == tables(tmp_path / "here")


@pytest.mark.slow
def test_a_scheduler_that_dies_loses_nothing(
    films: Path, tmp_path: Path, table: Table, cluster: Cluster
) -> None:
    cluster.add_worker()
    cluster.add_worker()
    copies(films, 30)
    end = killer(cluster.scheduler, tmp_path / "cluster" / "ledger.sqlite")
    with pytest.raises(ClusterLost, match="the same command again"):
        table(films, out=tmp_path / "cluster", scheduler=cluster.address)
    end.join()
    rows = table(films, out=tmp_path / "cluster")
    assert set(rows.status) == {"ok", "duplicate"}
    table(films, out=tmp_path / "here")
    assert tables(tmp_path / "cluster") == tables(tmp_path / "here")


def test_a_scheduler_that_does_not_answer_is_said(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.batch.dask.CONNECTION_TIMEOUT", "1s")
    with pytest.raises(UsageError, match=r"--scheduler tcp://127\.0\.0\.1:9.*no scheduler"):
        table(films, out=tmp_path / "out", scheduler="tcp://127.0.0.1:9")


def test_a_scheduler_without_workers_is_said(
    films: Path, tmp_path: Path, table: Table, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = cluster.address
    monkeypatch.setattr("kltool.batch.dask.CONNECTION_TIMEOUT", "3s")
    with pytest.raises(UsageError, match=f"{where}.*no workers"):
        table(films, out=tmp_path / "out", scheduler=where)
