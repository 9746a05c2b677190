"""Tasks to outcomes, many at a time: on this machine by processes, elsewhere by kltool.batch.dask."""

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

from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.pool import Readers
from kltool.batch.read_task import Orders
from kltool.errors import KltoolError
from kltool.intake.sources import ImageSource, Memory, TarMember

Engine = Callable[[Iterable[Task]], Iterator[tuple[Task, Outcome]]]
AHEAD: Final = 2  # tasks for each job: while one is read the next is fetched


@contextmanager
def on_this_machine(jobs: int, orders: Orders, limit_s: float) -> Iterator[Engine]:
    """A process for each job. limit_s: of an image."""
    readers = Readers(jobs, orders, limit_s)
    executor = ThreadPoolExecutor(AHEAD * jobs)
    try:
        yield lambda tasks: outcomes(executor, readers.read, tasks, lambda: AHEAD * jobs)
    finally:
        readers.stop()
        executor.shutdown(cancel_futures=True)
        readers.close()


def outcomes(
    executor: Executor,
    work: Callable[[Task], Outcome],
    tasks: Iterable[Task],
    most: Callable[[], int],
    lost: Callable[[Exception], Outcome] | None = None,
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, as they come. most: tasks that are under way at a time.

    lost: the outcome where the work raised in place of returning one; without it the error is raised. Errors
    that kltool raises are everybody's, since one image's are outcomes: they are raised in any case, and so is
    CancelledError, where nobody works any more.
    """
    under_way: dict[Future[Outcome], Task] = {}
    for task in tasks:
        under_way[executor.submit(work, in_hand(task))] = task
        while len(under_way) >= most():
            yield from _ended(under_way, lost)
    while under_way:
        yield from _ended(under_way, lost)


def in_hand(task: Task) -> Task:
    """A member of a packed archive with its bytes: unpacked once, in order, and not by each reader anew."""
    location = task.source.location
    if not (isinstance(location, TarMember) and location.packed):
        return task
    with suppress(KltoolError):  # the reader will find the same, and say so in the image's row
        return replace(task, source=ImageSource(task.source.name, Memory(location.read())))
    return task


def _ended(
    under_way: dict[Future[Outcome], Task], lost: Callable[[Exception], Outcome] | None
) -> Iterator[tuple[Task, Outcome]]:
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        task = under_way.pop(future)
        try:
            outcome = future.result()
        except (KltoolError, CancelledError):
            raise
        except Exception as error:
            if lost is None:
                raise
            outcome = lost(error)
        yield task, outcome
