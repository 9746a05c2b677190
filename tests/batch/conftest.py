"""Folders of films, batches with and without worker processes, and workers that can be made to crash."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from kltool.batch import Batch, pool, run, run_batch
from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.read_task import read_task
from kltool.weights import Models

Table = Callable[..., Any]
TROUBLE = """
import ctypes, os, signal, sys, time
from kltool.batch import worker
from kltool.weights import entries, hashes_of_reading

healthy, load = worker.read_task, worker.load_models

class NotLoadedYet:
    hashes = hashes_of_reading(entries())

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
    return healthy(task, load(), config)

worker.read_task, worker.load_models = troubled, NotLoadedYet
worker.main()
"""


def copied(samples: Path, folder: Path, pattern: str = "*.dcm") -> Path:
    """The folder, made, with these samples."""
    folder.mkdir()
    for film in sorted(samples.glob(pattern)):
        shutil.copy(film, folder)
    return folder


@pytest.fixture
def films(tmp_path: Path, samples: Path) -> Path:
    """A folder of four films, five knees."""
    return copied(samples, tmp_path / "films")


@pytest.fixture
def right_films(tmp_path: Path, samples: Path) -> Path:
    """A folder of two films, two knees: knee_right_normal and knee_right_severe."""
    return copied(samples, tmp_path / "right", "knee_right_*.dcm")


def written(*sources: Path | str, out: Path, **asked: Any) -> Any:
    """What a batch of these sources wrote: the Parquet table."""
    run_batch(Batch(tuple(map(str, sources)), out, **{"jobs": 2, **asked}))
    return pd.read_parquet(out / "readings.parquet")


@pytest.fixture
def workers_table() -> Table:
    """`written`, by worker processes as in use."""
    return written


@pytest.fixture
def table(models: Models, monkeypatch: pytest.MonkeyPatch) -> Table:
    """`written`, by this process, for what does not depend on who reads: no worker has to start."""

    @contextmanager
    def here(jobs: int, config: WorkerConfig, limit_s: float) -> Iterator[Any]:
        def outcomes(tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
            return ((task, read_task(task, models, config)) for task in tasks)

        yield outcomes

    monkeypatch.setattr(run, "local_engine", here)
    return written


class Worked(NamedTuple):
    """A folder of four films and a text, and what a batch of two workers made of it; not to be changed."""

    films: Path
    out: Path
    rows: Any


@pytest.fixture(scope="session")
def worked(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    films = copied(samples, tmp_path_factory.mktemp("worked") / "films")
    (films / "text.dcm").write_text("not a film")
    out = films.with_name("out")
    return Worked(films, out, written(films, out=out))


@pytest.fixture
def trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that die, or take for ever, at films whose names say so."""
    script = tmp_path / "troubled.py"
    script.write_text(TROUBLE)
    monkeypatch.setattr(pool, "WORKER_COMMAND", (sys.executable, str(script)))
