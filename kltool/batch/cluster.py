"""The same tasks on many machines, by Dask distributed.

Each worker reads in processes of its own, as on one machine: an image that crashes its decoder costs one row
and no worker. A worker that goes away costs nothing: its images are read by another.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from threading import Lock
from typing import Any, Final

from kltool.batch.engine import Engine, outcomes
from kltool.batch.outcome import Outcome, unread
from kltool.batch.reader import Orders
from kltool.batch.readers import Readers
from kltool.batch.tasks import Task
from kltool.errors import ClusterLost, InstallationError, UsageError

LOCAL: Final = "local"
PER_THREAD: Final = 4  # images under way for each thread of the cluster; docs/choices.md#under-way
FEWEST_UNDER_WAY: Final = 64  # docs/choices.md#under-way
PATIENCE: Final = "30s"  # for the scheduler to answer

_readers: dict[tuple[Orders, float], Readers] = {}  # of this worker
_one_at_a_time = Lock()


@contextmanager
def on_cluster(address: str, jobs: int, orders: Orders, limit_s: float) -> Iterator[Engine]:
    """address: of a scheduler, or "local" for a cluster of `jobs` workers here.

    Every worker needs kltool in the same version, and the images and folders under the same paths. Raises
    InstallationError without the extra 'cluster' or where a worker lacks kltool, UsageError where no
    scheduler answers, ClusterLost where it goes away.
    """
    with _client(address, jobs) as client:
        _hold_to_version(client)
        most = max(FEWEST_UNDER_WAY, PER_THREAD * sum(client.nthreads().values()))
        work = partial(_read, orders=orders, limit_s=limit_s)
        try:
            yield lambda tasks: _outcomes(client, work, tasks, most, orders)
        finally:
            client.run(_dismiss)


def _outcomes(
    client: Any, work: partial[Outcome], tasks: Iterable[Task], most: int, orders: Orders
) -> Iterator[tuple[Task, Outcome]]:
    def lost(error: Exception) -> Outcome:
        reason = f"the workers that read it went away one after the other ({type(error).__name__})"
        return unread("worker_lost", f"{reason}; start again with --retry-failed", {"model": orders.model})

    try:
        yield from outcomes(client.get_executor(pure=False), work, tasks, most, lost)
    except CancelledError:
        raise ClusterLost(
            "the scheduler went away; what was read is kept: start the same command again when it is back"
        ) from None


def _read(task: Task, orders: Orders, limit_s: float) -> Outcome:
    """On a worker: with its own child processes, as many as it has threads."""
    from distributed import get_worker

    made_for = orders, limit_s
    with _one_at_a_time:
        if made_for not in _readers:
            _dismiss()
            _readers[made_for] = Readers(get_worker().state.nthreads, orders, limit_s)
    return _readers[made_for].read(task)


def _dismiss() -> None:
    """The child processes of this worker end."""
    for readers in _readers.values():
        readers.close()
    _readers.clear()


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


def _hold_to_version(client: Any) -> None:
    try:
        found = set(client.run(version, "kltool").values())
    except Exception as error:  # what a worker lacks comes back as whatever it raised
        raise InstallationError(
            f"a worker of the cluster has no kltool ({type(error).__name__}); install it on every worker"
        ) from None
    if found - {version("kltool")}:
        raise InstallationError(
            f"workers with kltool {', '.join(sorted(found))} found, {version('kltool')} expected on each"
        )
