"""kltool batch: many images to one table."""

import os
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from kltool.batch import Batch, pseudonyms_of, run_batch
from kltool.errors import Exit, UsageError
from kltool.values.findings import DISCLAIMER


def batch_all(
    sources: list[str],
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    time_limit: float,
    overlay: bool,
    oai_names: bool,
    retry_failed: bool,
    pseudonyms: Path | None,
) -> Exit:
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs} found; 1 at least expected")
    if time_limit <= 0:
        raise UsageError(f"--time-limit {time_limit:g} found; a number of seconds above 0 expected")
    asked = Batch(
        tuple(sources),
        out,
        jobs or cores(),
        scheduler or "",
        time_limit,
        overlay,
        oai_names,
        retry_failed,
        pseudonyms_of(pseudonyms),
    )
    signal.signal(signal.SIGTERM, _stop)  # a scheduler's wish to end is treated as the user's
    try:
        counts = run_batch(asked)
    except KeyboardInterrupt:
        print("kltool: stopped; what was read is kept: the same command goes on", file=sys.stderr)
        return Exit.STOPPED
    _tell(counts, out)
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
