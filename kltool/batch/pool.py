"""Reading in processes of their own, so that an image which ends its process costs one row and no more."""

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from threading import Event, Timer
from typing import Any, Final

from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome, failed, unread
from kltool.batch.read_task import Orders
from kltool.errors import InstallationError, KltoolError
from kltool.intake.sources import ImageSource, Memory, Remote

CHILD: Final = (sys.executable, "-P", "-m", "kltool.batch.worker")  # -P: not from the folder of the user
START_S: Final = 120.0  # docs/choices.md#dead-readers
GRACE_S: Final = 5.0  # for a child to end by itself once it has closed its output
TRIES: Final = 2  # docs/choices.md#dead-readers
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE_EACH: Final = dict.fromkeys(THREADS, "1")  # a library's own threads would take the cores of other readers


class Died(Exception):
    """A child ended in place of an answer; how."""


class Late(Exception):
    """A child was given up since it took too long."""


class Reader:
    """One child process; see kltool.batch.worker. Not for two threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **ONE_EACH}
        )

    def begin(self, orders: Orders) -> None:
        """Raises Died, Late, and InstallationError where it cannot read and says why."""
        self._within(START_S, orders)

    def read(self, task: Task, limit_s: float) -> Outcome:
        """Raises Died, Late, and StorageFull; then this reader is of no more use."""
        outcome: Outcome = self._within(limit_s, task)
        return outcome

    def _within(self, limit_s: float, given: object) -> Any:
        late = Event()

        def give_up() -> None:
            late.set()
            self.kill()

        timer = Timer(limit_s, give_up)
        timer.start()
        try:
            return self._exchange(given)
        except Died:
            if late.is_set():
                raise Late(f"no answer within {limit_s:g} s") from None
            raise
        finally:
            timer.cancel()

    def kill(self) -> None:
        self._process.kill()

    def _exchange(self, given: object) -> Any:
        """Raises Died, and what the child raised for everybody."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            pickle.dump(given, self._process.stdin)
            self._process.stdin.flush()
            answer = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise Died(self._end()) from None
        if isinstance(answer, KltoolError):
            raise answer
        return answer

    def _end(self) -> str:
        """How a child that no longer answers ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self.close()
        status = self._process.returncode
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def close(self) -> None:
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not sent yet finds nobody
                if pipe:
                    pipe.close()


class Readers:
    """Several children, one a job, that take turns; each is replaced when it ends."""

    def __init__(self, jobs: int, orders: Orders, limit_s: float) -> None:
        """limit_s: of an image; then it is given up. Children start when they are first needed."""
        self._orders, self._limit_s = orders, limit_s
        self._turns: SimpleQueue[Reader | None] = SimpleQueue()
        self._alive: set[Reader] = set()
        self._stopped = self._begun = False
        for _ in range(jobs):
            self._turns.put(None)

    def read(self, task: Task) -> Outcome:
        """Fetch a remote image, then wait for a turn. Raises InstallationError, StorageFull."""
        made, end = {"model": self._orders.model}, ""
        try:
            task = _fetched(task)
        except Exception as error:
            return failed(error, made)
        for _ in range(TRIES):
            try:
                return self._in_turn(task)
            except Late as late:
                return unread("time_limit", f"{late}; raise --time-limit", made)
            except Died as death:
                end = str(death)
        return unread(
            "reader_died",
            f"the process that read it ended without an answer ({end}), and so did a second one: its decoder "
            "crashes on it, or the memory does not suffice",
            made,
        )

    def stop(self) -> None:
        """End every child at once, whatever it does; who waits for one gets an InstallationError."""
        self._stopped = True
        for reader in list(self._alive):
            reader.kill()

    def close(self) -> None:
        """To be called when nobody reads any more."""
        self.stop()
        for reader in list(self._alive):
            reader.close()

    def _in_turn(self, task: Task) -> Outcome:
        reader = self._turns.get()
        try:
            reader = reader or self._started()
            return reader.read(task, self._limit_s)
        except (Died, Late):
            self._alive.discard(reader)
            reader = None
            raise
        finally:
            self._turns.put(reader)

    def _started(self) -> Reader:
        """Where none ever began the installation is at fault; later it is what ended it."""
        reader = Reader()
        self._alive.add(reader)
        if self._stopped:
            reader.kill()
        try:
            reader.begin(self._orders)
        except (Died, Late) as end:
            self._alive.discard(reader)
            reader.close()
            if self._begun and not self._stopped:
                raise Died(str(end)) from None
            raise InstallationError(
                f"a process that reads images ended at its start ({end}); run kltool doctor"
            ) from None
        self._begun = True
        return reader


def _fetched(task: Task) -> Task:
    """A remote image with its bytes: they travel while a child reads another image."""
    source = task.source
    if not isinstance(source.location, Remote):
        return task
    return replace(task, source=ImageSource(source.name, Memory(source.read())))
