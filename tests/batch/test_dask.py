"""Many machines read the same table as one, even when one of them goes away."""

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


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler, last, and two workers, each a process of its own, as on three machines."""
    file = tmp_path / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    where = ["--scheduler-file", str(file)]
    processes = [
        subprocess.Popen(
            [*dask[:2], "distributed.cli.dask_scheduler", *where, "--port", "0", "--no-dashboard"], **quiet
        )
    ]
    worker = [
        *dask[:2],
        "distributed.cli.dask_worker",
        *where,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--no-nanny",
    ]
    processes += [subprocess.Popen([*worker, "--local-directory", str(tmp_path)], **quiet) for _ in range(2)]
    try:
        yield address(file), processes[1:] + processes[:1]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def address(file: Path) -> str:
    import json

    for _ in range(300):
        if file.exists() and file.read_text().strip():
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise TimeoutError("no scheduler came up")


def test_a_killed_worker_costs_nothing(
    films: Path, tmp_path: Path, table: Table, scheduler: tuple[str, list[Any]]
) -> None:
    whole = (films / "knee_right_normal.dcm").read_bytes()
    for number in range(16):
        (films / f"more{number}.dcm").write_bytes(whole + bytes(2 + 2 * number))
    (films / "text.dcm").write_text("not a film")
    where, workers = scheduler

    def kill_one() -> None:
        while seen(tmp_path / "cluster" / "ledger.sqlite") < 3:
            time.sleep(0.05)
        os.kill(workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    table(films, out=tmp_path / "cluster", scheduler=where)
    killer.join()
    assert workers[0].wait() == -signal.SIGKILL
    table(films, out=tmp_path / "here")
    for name in ("readings.parquet", "readings.csv"):
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_a_scheduler_that_does_not_answer_is_said(
    films: Path, tmp_path: Path, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kltool.batch.dask.PATIENCE", "1s")
    with pytest.raises(UsageError, match=r"--scheduler tcp://127\.0\.0\.1:9.*no scheduler"):
        table(films, out=tmp_path / "out", scheduler="tcp://127.0.0.1:9")


def test_a_scheduler_that_dies_loses_nothing(
    films: Path, tmp_path: Path, table: Table, scheduler: tuple[str, list[Any]]
) -> None:
    whole = (films / "knee_right_normal.dcm").read_bytes()
    for number in range(30):
        (films / f"more{number:02}.dcm").write_bytes(whole + bytes(2 + 2 * number))
    where, processes = scheduler

    def kill() -> None:
        while seen(tmp_path / "cluster" / "ledger.sqlite") < 3:
            time.sleep(0.05)
        os.kill(processes[-1].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ClusterLost, match="the same command again"):
        table(films, out=tmp_path / "cluster", scheduler=where)
    killer.join()
    rows = table(films, out=tmp_path / "cluster")
    assert set(rows.status) == {"ok", "duplicate"}
    table(films, out=tmp_path / "here")
    for name in ("readings.parquet", "readings.csv"):
        assert (tmp_path / "cluster" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_a_scheduler_without_workers_is_said(
    films: Path,
    tmp_path: Path,
    table: Table,
    scheduler: tuple[str, list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where, processes = scheduler
    for worker in processes[:2]:
        worker.kill()
        worker.wait()
    monkeypatch.setattr("kltool.batch.dask.PATIENCE", "3s")
    with pytest.raises(UsageError, match=f"{where}.*no workers"):
        table(films, out=tmp_path / "out", scheduler=where)
