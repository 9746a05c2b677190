"""The same tasks on many machines, by Dask distributed.

Each worker reads in processes of its own, as on one machine: an image that crashes its decoder costs one row
and no worker. A worker that goes away costs nothing: its images are read by another.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from kltool.batch.listing import Task
from kltool.batch.local import Engine, outcomes
from kltool.batch.outcome import Outcome, unread
from kltool.batch.pool import Readers
from kltool.batch.read_task import Orders
from kltool.errors import ClusterLost, InstallationError, UsageError

LOCAL: Final = "local"
PER_THREAD: Final = 4  # images under way for each thread of the cluster; docs/choices.md#under-way
FEWEST_UNDER_WAY: Final = 64  # docs/choices.md#under-way
PATIENCE: Final = "30s"  # for the scheduler to answer

_readers: dict[str, Readers] = {}  # of this worker, by run
_one_at_a_time = Lock()


@contextmanager
def on_cluster(address: str, jobs: int, orders: Orders, limit_s: float) -> Iterator[Engine]:
    """address: of a scheduler, or "local" for a cluster of `jobs` workers here.

    Every worker needs kltool in the same version, and the images and folders under the same paths. Raises
    InstallationError without the extra 'cluster' or where a worker lacks kltool, UsageError where no
    scheduler or no worker answers, ClusterLost where the scheduler goes away.
    """
    with _client(address, jobs) as client:
        _hold_to_version(client, address)
        run = uuid4().hex
        work = partial(_read, run=run, orders=orders, limit_s=limit_s)
        try:
            yield lambda tasks: _outcomes(client, work, tasks, orders)
        finally:
            with suppress(Exception):  # workers that are gone have no children to end
                client.run(_dismiss, run, on_error="ignore")


def _outcomes(
    client: Any, work: partial[Outcome], tasks: Iterable[Task], orders: Orders
) -> Iterator[tuple[Task, Outcome]]:
    from distributed.client import ClosedClientError

    def most() -> int:
        return max(FEWEST_UNDER_WAY, PER_THREAD * int(sum(client.nthreads().values())))

    def lost(error: Exception) -> Outcome:
        if isinstance(error, ClosedClientError):
            raise error
        reason = f"the workers that read it went away one after the other ({type(error).__name__})"
        return unread("worker_lost", f"{reason}; start again with --retry-failed", {"model": orders.model})

    executor = client.get_executor(pure=False)
    try:
        yield from outcomes(executor, work, tasks, most, lost)
    except (CancelledError, ClosedClientError, OSError):
        raise ClusterLost(
            "the scheduler went away; what was read is kept: start the same command again when it is back"
        ) from None


def _read(task: Task, run: str, orders: Orders, limit_s: float) -> Outcome:
    """On a worker: with its own child processes, as many as it has threads."""
    from distributed import get_worker

    with _one_at_a_time:
        if run not in _readers:
            _readers[run] = Readers(get_worker().state.nthreads, orders, limit_s)
        readers = _readers[run]
    return readers.read(task)


def _dismiss(run: str) -> None:
    """The child processes of a run on this worker end."""
    with _one_at_a_time:
        readers = _readers.pop(run, None)
    if readers:
        readers.close()


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Any]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise InstallationError(
            "--scheduler needs Dask distributed, which is not installed; install kltool[cluster]"
        ) from None
    if address == LOCAL:
        with (
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(
            f"--scheduler {address}: no scheduler answers ({type(error).__name__}); the address that "
            f"`dask scheduler` prints expected, or {LOCAL}"
        ) from None
    with client:
        yield client


def _hold_to_version(client: Any, address: str) -> None:
    """Those that are there; each child of a worker that comes later holds itself to the run's models."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        found = set(client.run(version, "kltool").values())
    except TimeoutError:
        raise UsageError(
            f"--scheduler {address} has no workers; start some with `dask worker` and the same command again"
        ) from None
    except Exception as error:  # what a worker lacks comes back as whatever it raised
        raise InstallationError(
            f"a worker of the cluster has no kltool ({type(error).__name__}); install it on every worker"
        ) from None
    if found - {version("kltool")}:
        raise InstallationError(
            f"workers with kltool {', '.join(sorted(found))} found, {version('kltool')} expected on each"
        )
