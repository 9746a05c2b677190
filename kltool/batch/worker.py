"""A process that reads images for another one: python -m kltool.batch.worker, tasks in, outcomes out.

Pickles go through its standard input and output. It ends when its input ends, so that no worker outlives a
run that was killed. It is a process of its own since decoders are native code: one that crashes ends this
process and no other.
"""

import os
import pickle
import signal
import sys
from typing import BinaryIO

import cv2

from kltool.batch.config import WorkerConfig
from kltool.batch.read_task import read_task
from kltool.errors import InstallationError, KltoolError
from kltool.logs import log_causes
from kltool.memory import limit_memory
from kltool.native_messages import NativeMessages, native_messages
from kltool.tables.cells import model_name
from kltool.version import __version__
from kltool.weights import load_models


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides what stops
    requests, answers = sys.stdin.buffer, _private_output()
    try:
        with native_messages() as messages:
            _serve(requests, answers, messages)
    except KltoolError as error:
        _send(error, answers)
    except (EOFError, BrokenPipeError):
        return


def _serve(requests: BinaryIO, answers: BinaryIO, messages: NativeMessages) -> None:
    """Answers the configuration with None when ready, then each task with its outcome."""
    cv2.setNumThreads(1)
    config: WorkerConfig = pickle.load(requests)
    if config.log_causes:
        log_causes()
    models = load_models()
    found = model_name(__version__, models.hashes)
    if found != config.model:
        raise InstallationError(
            f"a worker with {found} found, {config.model} expected; install the same kltool on every machine"
        )
    limit_memory(config.memory_mb)
    _send(None, answers)
    while True:
        outcome = read_task(pickle.load(requests), models, config)
        messages.log()
        _send(outcome, answers)


def _send(answer: object, answers: BinaryIO) -> None:
    pickle.dump(answer, answers)
    answers.flush()


def _private_output() -> BinaryIO:
    """The standard output for answers alone; what libraries print is no answer and is not shown."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


if __name__ == "__main__":
    main()
