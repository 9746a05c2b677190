"""Tasks to outcomes on many machines, by Dask distributed.

Each Dask worker reads with a pool of processes of its own, as on one machine: an image that crashes its
decoder costs one row and no Dask worker. The images of a Dask worker that goes away are read by another.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from distributed import Client, LocalCluster, get_worker
from distributed.client import ClosedClientError

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.local import Engine, run_tasks
from kltool.batch.outcome import Outcome, unread_outcome
from kltool.batch.pool import WorkerPool
from kltool.errors import ClusterLost, InstallationError, UsageError
from kltool.values.reading import Status, Unread

LOCAL: Final = "local"
PER_THREAD: Final = 4  # tasks for each thread of the cluster; docs/choices.md#tasks-in-flight
FEWEST_IN_FLIGHT: Final = 64  # docs/choices.md#tasks-in-flight
CONNECTION_TIMEOUT: Final = "30s"  # until the scheduler answers

_pools: dict[str, WorkerPool] = {}  # of this Dask worker, by run
_pools_lock = Lock()


@contextmanager
def dask_engine(address: str, jobs: int, config: WorkerConfig, limit_s: float) -> Iterator[Engine]:
    """address: of a scheduler, or "local" for a cluster of `jobs` workers on this machine.

    Every Dask worker needs the same version of kltool, and the images and folders under the same paths.
    Raises InstallationError where a worker lacks kltool, UsageError where no scheduler or no worker answers,
    ClusterLost where the scheduler goes away.
    """
    with _client(address, jobs) as client:
        _require_same_version(client, address)
        run = uuid4().hex
        work = partial(_read, run=run, config=config, limit_s=limit_s)
        try:
            yield lambda tasks: _outcomes(client, work, tasks, config)
        finally:
            with suppress(Exception):  # workers that are gone have no pool to close
                client.run(_close_pool, run, on_error="ignore")


def _outcomes(
    client: Any, work: partial[Outcome], tasks: Iterable[Task], config: WorkerConfig
) -> Iterator[tuple[Task, Outcome]]:
    def most_in_flight() -> int:
        return max(FEWEST_IN_FLIGHT, PER_THREAD * int(sum(client.nthreads().values())))

    def lost(task: Task, error: Exception) -> Outcome:
        if isinstance(error, ClosedClientError):
            raise error
        reason = f"the workers that read it went away one after the other ({type(error).__name__})"
        return unread_outcome(
            Unread(
                task.source.name, Status.FAILED, "worker_lost", f"{reason}; start again with --retry-failed"
            ),
            {"model": config.made_by},
        )

    executor = client.get_executor(pure=False)
    try:
        yield from run_tasks(executor, work, tasks, most_in_flight, lost)
    except (CancelledError, ClosedClientError, OSError) as error:
        raise ClusterLost(
            "the scheduler went away; what was read is kept: start the same command again when it is back"
        ) from error


def _read(task: Task, run: str, config: WorkerConfig, limit_s: float) -> Outcome:
    """On a Dask worker: by a pool of as many processes as it has threads."""
    with _pools_lock:
        if run not in _pools:
            _pools[run] = WorkerPool(get_worker().state.nthreads, config, limit_s)
        pool = _pools[run]
    return pool.read(task)


def _close_pool(run: str) -> None:
    """The processes of a run on this Dask worker end."""
    with _pools_lock:
        pool = _pools.pop(run, None)
    if pool:
        pool.close()


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    if address == LOCAL:
        with (
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=CONNECTION_TIMEOUT)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {address}: no scheduler answers ({type(error).__name__}); the address that "
            f"`dask scheduler` prints expected, or {LOCAL}"
        ) from error
    with client:
        yield client


def _require_same_version(client: Any, address: str) -> None:
    """Of the workers that are there; each process of a later one compares its models with the run's."""
    try:
        client.wait_for_workers(1, timeout=CONNECTION_TIMEOUT)
        found = set(client.run(version, "kltool").values())
    except TimeoutError as error:
        raise UsageError(
            f"--scheduler {address} has no workers; start some with `dask worker` and the same command again"
        ) from error
    except Exception as error:  # whatever a worker without kltool raised
        raise InstallationError(
            f"a worker of the cluster has no kltool ({type(error).__name__}); install it on every worker"
        ) from error
    if found - {version("kltool")}:
        raise InstallationError(
            f"workers with kltool {', '.join(sorted(found))} found, {version('kltool')} expected on each"
        )
