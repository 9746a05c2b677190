"""How much memory a process may use, and which errors mean that it needed more."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MEMORY_MB: Final = 4_000  # docs/choices.md#memory; above what an idle process maps
MAPPED: Final = Path("/proc/self/statm")  # of Linux
# of OpenCV, of C++ libraries, of ONNX Runtime, of the dynamic loader
SIGNS: Final = (
    "Insufficient memory",
    "bad_alloc",
    "bad allocation",
    "Failed to allocate memory",
    "Cannot allocate",
)
TOO_LITTLE: Final = (
    "more memory was needed than there is, or than the limit allows; check that the file is one radiograph, "
    "and raise --memory of kltool batch, or use fewer --jobs"
)


def limit_memory(above_mb: int) -> None:
    """Limit the address space to what this process maps now and so many MB.

    Libraries and models are to be loaded before: what they map differs by system and number of cores. Nothing
    is limited where the system is not Linux.
    """
    if sys.platform != "linux":
        return
    import resource  # of Unix only

    mapped = int(MAPPED.read_text().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mapped + above_mb * 1_000_000
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def is_out_of_memory(error: BaseException) -> bool:
    """Whether it, or one of its causes, is that memory could not be had."""
    return any(
        isinstance(cause, MemoryError) or any(sign in str(cause) for sign in SIGNS)
        for cause in _with_causes(error)
    )


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
