"""Memory that cannot be had costs one image its row, which says so."""

import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from kltool.batch import Batch
from kltool.errors import Undecodable, UsageError
from kltool.values.reading import Status, Unread

LIMITED = """
import numpy as np
from kltool.memory import limit_memory
limit_memory(500)
np.ones(30_000_000)
try:
    np.ones(100_000_000)
except MemoryError:
    print("held")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems enforce no limit")
def test_a_process_gets_no_more_than_its_limit() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, check=True)
    assert done.stdout == "held\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        cv2.error("OpenCV(4.11.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes"),
        RuntimeError("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : bad allocation"),
    ],
)
def test_memory_that_cannot_be_had_is_named_even_where_a_decoder_failed_of_it(error: Exception) -> None:
    refusal = Undecodable("damaged")
    refusal.__cause__ = error
    for raised in (error, refusal):
        unread = Unread.from_error("film.dcm", raised)
        assert (unread.status, unread.code) == (Status.FAILED, "memory_limit")
        assert "--memory" in unread.reason


def test_a_limit_below_what_a_film_needs_is_refused() -> None:
    with pytest.raises(UsageError, match="--memory 100"):
        Batch(("films",), Path("out"), memory_mb=100)
