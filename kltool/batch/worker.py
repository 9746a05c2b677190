"""A process that reads images for another one: python -m kltool.batch.worker, tasks in, outcomes out.

Pickles go through its standard input and output. It ends when its input does, so that no child outlives a run
that was killed. It is a process of its own since decoders are not of Python: one that crashes takes this
process with it and nothing else.
"""

import os
import pickle
import signal
import sys
from typing import BinaryIO

from kltool.batch.read_task import Orders, model_name, read_task
from kltool.errors import InstallationError, KltoolError
from kltool.weights import load_models


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides what stops
    given, answers = sys.stdin.buffer, _private_output()
    try:
        _serve(given, answers)
    except KltoolError as error:
        _send(error, answers)
    except (EOFError, BrokenPipeError):
        return


def _serve(given: BinaryIO, answers: BinaryIO) -> None:
    """Answers the orders with None when it is ready, then each task with its outcome."""
    import cv2

    cv2.setNumThreads(1)
    orders: Orders = pickle.load(given)
    models = load_models()
    if model_name(models.hashes) != orders.model:
        raise InstallationError(
            f"a reader with {model_name(models.hashes)} found, {orders.model} expected; install the same "
            "kltool on every machine"
        )
    _send(None, answers)
    while True:
        _send(read_task(pickle.load(given), models, orders), answers)


def _send(answer: object, answers: BinaryIO) -> None:
    pickle.dump(answer, answers)
    answers.flush()


def _private_output() -> BinaryIO:
    """The output, kept from libraries that print: what they print goes to the standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    main()
