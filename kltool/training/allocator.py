"""Memory that training frees is kept and used again: to fetch it anew takes a third of the time."""

import ctypes
import sys

# Of the C library's malloc.h
TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> None:
    """Set glibc's allocator so, for the rest of the process; elsewhere, nothing. docs/choices.md#allocator"""
    if not sys.platform.startswith("linux"):
        return
    setting = getattr(ctypes.CDLL(None), "mallopt", None)
    if setting:
        setting(MMAP_MAX, 0)
        setting(TRIM_THRESHOLD, 2**31 - 1)
        setting(TOP_PAD, 2**28)
