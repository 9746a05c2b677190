"""Freed memory is reused and not returned to the kernel, which would cost a third of the training time."""

import ctypes
import sys

# Of the C library's malloc.h
TRIM_THRESHOLD, TOP_PAD, MMAP_MAX = -1, -2, -4


def keep_freed_memory() -> None:
    """Configure glibc's malloc for this process; elsewhere do nothing. docs/choices.md#allocator"""
    if not sys.platform.startswith("linux"):
        return
    setting = getattr(ctypes.CDLL(None), "mallopt", None)
    if setting:
        setting(MMAP_MAX, 0)
        setting(TRIM_THRESHOLD, 2**31 - 1)
        setting(TOP_PAD, 2**28)
