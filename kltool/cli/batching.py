"""kltool batch: many images to one table."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from kltool.batch import Batch, run_batch
from kltool.errors import Exit
from kltool.values.reading import DISCLAIMER


def batch_all(batch: Batch) -> Exit:
    signal.signal(signal.SIGTERM, _stop)  # a scheduler's wish to end is treated as the user's
    try:
        counts = run_batch(batch)
    except KeyboardInterrupt:
        print("kltool: stopped; what was read is kept: the same command goes on", file=sys.stderr)
        return Exit.STOPPED
    _tell(counts, batch.out)
    return Exit.FAILED if counts["failed"] else Exit.REFUSED if _unread(counts) else Exit.OK


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _unread(counts: Counter[str]) -> int:
    return counts["refused"] + counts["quarantined"]


def _tell(counts: Counter[str], out: Path) -> None:
    told = ", ".join(f"{number:,} {status}" for status, number in counts.items())
    print(f"{counts.total():,} rows: {told}")
    print(f"{out / 'readings.parquet'}, {out / 'readings.csv'}, {out / 'run.json'}, {out / 'summary.html'}")
    print(DISCLAIMER)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
