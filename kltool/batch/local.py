"""Tasks to outcomes, several at a time: on this machine by processes, on a cluster by kltool.batch.dask."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.pool import WorkerPool
from kltool.errors import KltoolError
from kltool.intake import ImageSource
from kltool.intake.sources import Memory, TarMember

Engine = Callable[[Iterable[Task]], Iterator[tuple[Task, Outcome]]]
AHEAD: Final = 2  # tasks for each job: while one is read the next is fetched; docs/choices.md#tasks-in-flight
MOST_CARRIED_BYTES: Final = 100_000_000  # docs/choices.md#tasks-in-flight; of one task


@contextmanager
def local_engine(jobs: int, config: WorkerConfig, limit_s: float) -> Iterator[Engine]:
    """A worker process for each job. limit_s: of an image."""
    pool = WorkerPool(jobs, config, limit_s)
    executor = ThreadPoolExecutor(AHEAD * jobs)
    try:
        yield lambda tasks: run_tasks(executor, pool.read, tasks, lambda: AHEAD * jobs)
    finally:
        pool.stop()
        executor.shutdown(cancel_futures=True)
        pool.close()


def run_tasks(
    executor: Executor,
    work: Callable[[Task], Outcome],
    tasks: Iterable[Task],
    most_in_flight: Callable[[], int],
    on_error: Callable[[Task, Exception], Outcome] | None = None,
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, as they end. most_in_flight: tasks at a time.

    on_error: the outcome where the work raised instead of returning one; without it the error is raised.
    Errors of kltool concern every image, since those of one image are outcomes: they are raised in any case,
    and so is CancelledError, after which nothing runs.
    """
    in_flight: dict[Future[Outcome], Task] = {}
    for task in tasks:
        in_flight[executor.submit(work, with_unpacked_bytes(task))] = task
        while len(in_flight) >= most_in_flight():
            yield from _completed(in_flight, on_error)
    while in_flight:
        yield from _completed(in_flight, on_error)


def with_unpacked_bytes(task: Task) -> Task:
    """A member of a compressed tar with its bytes: unpacked once, in order, and not by each worker again.

    One that is larger than films are is left to its worker, whose memory is limited.
    """
    location = task.source.location
    if not (isinstance(location, TarMember) and location.packed and location.size <= MOST_CARRIED_BYTES):
        return task
    with suppress(KltoolError):  # the worker meets the same error and reports it in the image's row
        return replace(task, source=ImageSource(task.source.name, Memory(location.read())))
    return task


def _completed(
    in_flight: dict[Future[Outcome], Task], on_error: Callable[[Task, Exception], Outcome] | None
) -> Iterator[tuple[Task, Outcome]]:
    for future in wait(in_flight, return_when=FIRST_COMPLETED).done:
        task = in_flight.pop(future)
        try:
            outcome = future.result()
        except (KltoolError, CancelledError):
            raise
        except Exception as error:
            if on_error is None:
                raise
            outcome = on_error(task, error)
        yield task, outcome
