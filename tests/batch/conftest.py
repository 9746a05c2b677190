"""Folders of films, and workers that can be made to crash."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kltool.batch import Batch, pool, run_batch

Table = Callable[..., Any]
TROUBLE = """
import ctypes, os, signal, sys, time
from kltool.batch import worker

healthy = worker.read_task

def troubled(task, models, config):
    name = task.source.name
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "greedy" in name:
        sys.exit(9)
    if "endless" in name:
        time.sleep(600)
    if "once" in name and not os.path.exists(name + ".seen"):
        open(name + ".seen", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return healthy(task, models, config)

worker.read_task = troubled
worker.main()
"""


@pytest.fixture
def films(tmp_path: Path, samples: Path) -> Path:
    """A folder of four films, five knees."""
    folder = tmp_path / "films"
    folder.mkdir()
    for film in sorted(samples.glob("*.dcm")):
        shutil.copy(film, folder)
    return folder


@pytest.fixture
def table() -> Table:
    """What a batch of these sources wrote: the Parquet table."""

    def run(*sources: Path | str, out: Path, **asked: Any) -> Any:
        run_batch(Batch(tuple(map(str, sources)), out, **{"jobs": 2, **asked}))
        return pd.read_parquet(out / "readings.parquet")

    return run


@pytest.fixture
def trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that die, or take for ever, at films whose names say so."""
    script = tmp_path / "troubled.py"
    script.write_text(TROUBLE)
    monkeypatch.setattr(pool, "WORKER_COMMAND", (sys.executable, str(script)))
