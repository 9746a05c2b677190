"""Worker processes, so that an image which ends the process that reads it costs one row and no more."""

import os
import pickle
import subprocess
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Timer
from typing import Any, Final

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome, unread_outcome
from kltool.errors import InstallationError, KltoolError
from kltool.values.reading import Status, Unread

WORKER_COMMAND: Final = (sys.executable, "-P", "-m", "kltool.batch.worker")  # -P: not from the user's folder
START_S: Final = 120.0  # docs/choices.md#dead-workers
GRACE_S: Final = 5.0  # for a worker to end by itself once it has closed its output
TRIES: Final = 2  # docs/choices.md#dead-workers
STARTS: Final = 3  # in a row, of a worker that reads an image; docs/choices.md#dead-workers
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ONE_THREAD: Final = dict.fromkeys(THREADS, "1")  # more would take the cores of other workers


class WorkerDied(Exception):
    """A worker ended instead of answering; how."""


class WorkerTimeout(Exception):
    """A worker was ended since it took too long."""


class WorkerProcess:
    """One worker; see kltool.batch.worker. Not for two threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            WORKER_COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,  # Ctrl-C reaches the run alone, which ends its workers
        )

    def start(self, config: WorkerConfig) -> None:
        """Raises WorkerDied, WorkerTimeout, and the InstallationError of a worker that cannot read."""
        self._request(config, START_S)

    def read(self, task: Task, limit_s: float) -> Outcome:
        """Raises WorkerDied, WorkerTimeout, and StorageFull; afterwards this worker cannot be used."""
        outcome: Outcome = self._request(task, limit_s)
        return outcome

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # a request that was not sent in full
                if pipe:
                    pipe.close()

    def _request(self, request: object, limit_s: float) -> Any:
        late = Event()

        def give_up() -> None:
            late.set()
            self.kill()

        timer = Timer(limit_s, give_up)
        timer.start()
        try:
            return self._exchange(request)
        except WorkerDied as error:
            if late.is_set():
                raise WorkerTimeout(f"no answer within {limit_s:g} s") from error
            raise
        finally:
            timer.cancel()

    def _exchange(self, request: object) -> Any:
        """Raises WorkerDied, and the errors of kltool that the worker sends: they concern every image."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            pickle.dump(request, self._process.stdin)
            self._process.stdin.flush()
            answer = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise WorkerDied(self._exit()) from error
        if isinstance(answer, KltoolError):
            raise answer
        return answer

    def _exit(self) -> str:
        """How a worker that no longer answers ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        self.close()
        status = self._process.returncode
        return f"signal {-status}" if status < 0 else f"exit status {status}"


class WorkerPool:
    """Several workers, one a job; each is replaced when it ends."""

    def __init__(self, jobs: int, config: WorkerConfig, limit_s: float) -> None:
        """limit_s: of an image. Workers start when they are first needed."""
        self._config, self._limit_s = config, limit_s
        self._idle: SimpleQueue[WorkerProcess | None] = SimpleQueue()  # None: one to be started
        self._alive: set[WorkerProcess] = set()
        self._stopped = self._any_started = False
        for _ in range(jobs):
            self._idle.put(None)

    def read(self, task: Task) -> Outcome:
        """By an idle worker, which also fetches a remote image. Raises InstallationError, StorageFull."""
        end = ""
        for _ in range(TRIES):
            try:
                return self._read_by_worker(task)
            except WorkerTimeout as late:
                return self._failed(task, "time_limit", f"{late}; raise --time-limit")
            except WorkerDied as death:
                end = str(death)
        return self._failed(
            task,
            "worker_died",
            f"the process that read it ended without an answer ({end}), and so did a second one: its decoder "
            "crashes on it, or there is too little memory",
        )

    def stop(self) -> None:
        """End every worker at once; threads that wait for one get an InstallationError."""
        self._stopped = True
        for worker in list(self._alive):
            worker.kill()

    def close(self) -> None:
        """To be called when no thread reads any more."""
        self.stop()
        for worker in list(self._alive):
            worker.close()

    def _failed(self, task: Task, code: str, reason: str) -> Outcome:
        return self._unread(Unread(task.source.name, Status.FAILED, code, reason))

    def _unread(self, unread: Unread) -> Outcome:
        return unread_outcome(unread, {"model": self._config.made_by})

    def _read_by_worker(self, task: Task) -> Outcome:
        worker = self._idle.get()
        try:
            worker = worker or self._started_again()
            return worker.read(task, self._limit_s)
        except (WorkerDied, WorkerTimeout):
            self._alive.discard(worker)
            worker = None
            raise
        finally:
            self._idle.put(worker)

    def _started_again(self) -> WorkerProcess:
        """A worker that ends at its start had no image yet: it is no try of one."""
        for _ in range(STARTS - 1):
            with suppress(WorkerDied):
                return self._started()
        return self._started()

    def _started(self) -> WorkerProcess:
        """Where none has ever started the installation is at fault; later it is what ended this one."""
        worker = WorkerProcess()
        self._alive.add(worker)
        if self._stopped:
            worker.kill()
        try:
            worker.start(self._config)
        except (WorkerDied, WorkerTimeout) as end:
            self._alive.discard(worker)
            worker.close()
            if self._any_started and not self._stopped:
                raise WorkerDied(str(end)) from end
            raise InstallationError(
                f"a worker process ended at its start ({end}); run kltool doctor"
            ) from end
        self._any_started = True
        return worker
