"""What goes wrong in a worker, here or on a cluster, costs an image or stops the run; never more."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.local import run_tasks
from kltool.batch.outcome import Outcome
from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import ClusterLost, InstallationError, StorageFull
from kltool.intake import ImageSource

dask = pytest.importorskip("kltool.batch.dask", reason="Dask distributed is not installed")
TASKS = [Task(ImageSource.in_memory(name, b"")) for name in ("a", "b", "c")]
CONFIG = WorkerConfig("kltool-test", "", Pseudonyms())
READ = Outcome("ok", ({"status": "ok"},))


def failing(error: BaseException) -> Callable[[Task], Outcome]:
    """Work that raises at the second task."""

    def work(task: Task) -> Outcome:
        if task.source.name == "b":
            raise error
        return READ

    return work


def ran(work: Callable[[Task], Outcome], on_error: Any = None) -> dict[str, str]:
    with ThreadPoolExecutor(1) as executor:
        pairs = list(run_tasks(executor, work, TASKS, lambda: 2, on_error))
    return {task.source.name: outcome.status for task, outcome in pairs}


def test_an_unexpected_error_stops_the_run_or_costs_one_image_where_that_is_wanted() -> None:
    assert ran(lambda _: READ) == dict.fromkeys("abc", "ok")
    with pytest.raises(ZeroDivisionError):
        ran(failing(ZeroDivisionError()))
    lost = Outcome("failed", ({"status": "failed"},))
    assert ran(failing(ZeroDivisionError()), lambda *_: lost) == {"a": "ok", "b": "failed", "c": "ok"}


@pytest.mark.parametrize("error", [StorageFull("no space"), CancelledError()])
def test_an_error_that_concerns_every_image_stops_the_run_in_any_case(error: BaseException) -> None:
    with pytest.raises(type(error)):
        ran(failing(error), lambda *_: READ)


class Client:
    """A cluster of one worker, which is this process, with two threads; `work` stands for its reading."""

    def __init__(self, versions: dict[str, str] | Exception, work: Callable[[Task], Outcome]) -> None:
        self.versions, self.work = versions, work

    def wait_for_workers(self, *_: object, **__: object) -> None:
        pass

    def nthreads(self) -> dict[str, int]:
        return {"worker": 2}

    def run(self, function: Callable[..., Any], *given: Any, **_: object) -> Any:
        if function is not version:
            return {"worker": function(*given)}
        if isinstance(self.versions, Exception):
            raise self.versions
        return self.versions

    def get_executor(self, **_: object) -> Any:
        return self

    def submit(self, _: object, task: Task) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        try:
            future.set_result(self.work(task))
        except BaseException as error:
            future.set_exception(error)
        return future


def on_cluster(monkeypatch: pytest.MonkeyPatch, client: Client) -> dict[str, Outcome]:
    @contextmanager
    def connected(*_: object) -> Iterator[Client]:
        yield client

    monkeypatch.setattr(dask, "_client", connected)
    with dask.dask_engine("tcp://scheduler:8786", 1, CONFIG, 60.0) as engine:
        return {task.source.name: outcome for task, outcome in engine(TASKS)}


OURS = {"worker": version("kltool")}


def test_an_image_whose_workers_all_go_away_is_a_row_that_says_how_to_read_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = on_cluster(monkeypatch, Client(OURS, failing(RuntimeError("killed four times"))))
    assert (found["a"].status, found["b"].status, found["c"].status) == ("ok", "failed", "ok")
    (row,) = found["b"].rows
    assert (row["code"], row["model"]) == ("worker_lost", CONFIG.model)
    assert "--retry-failed" in str(row["reason"])


@pytest.mark.parametrize("error", [CancelledError(), OSError("closed")])
def test_a_scheduler_that_goes_away_stops_the_run(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(OURS, lambda _: READ)
    monkeypatch.setattr(client, "submit", failing_submit(error))
    with pytest.raises(ClusterLost, match="the same command again"):
        on_cluster(monkeypatch, client)


def failing_submit(error: BaseException) -> Callable[..., Any]:
    def submit(*_: object) -> None:
        raise error

    return submit


def test_a_cluster_with_another_version_or_without_kltool_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InstallationError, match=r"0\.0\.1.*" + version("kltool")):
        on_cluster(monkeypatch, Client({**OURS, "old": "0.0.1"}, lambda _: READ))
    with pytest.raises(InstallationError, match="ModuleNotFoundError"):
        on_cluster(monkeypatch, Client(ModuleNotFoundError("kltool"), lambda _: READ))


def test_a_cluster_worker_reads_a_run_with_one_process_a_thread_and_ends_them_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int] = []
    closed: list[bool] = []

    def pool(jobs: int, *_: object) -> Any:
        started.append(jobs)
        return SimpleNamespace(read=lambda task: READ, close=lambda: closed.append(True))

    monkeypatch.setattr(dask, "WorkerPool", pool)
    monkeypatch.setattr(dask, "get_worker", lambda: SimpleNamespace(state=SimpleNamespace(nthreads=2)))
    client = Client(OURS, lambda _: READ)
    monkeypatch.setattr(client, "submit", lambda work, task: in_place(work, task))
    found = on_cluster(monkeypatch, client)
    assert {outcome.status for outcome in found.values()} == {"ok"}
    assert (started, closed) == ([2], [True])


def in_place(work: Callable[[Task], Outcome], task: Task) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_result(work(task))
    return future
