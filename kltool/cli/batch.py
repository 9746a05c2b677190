"""kltool batch: many images to one table."""

import json
from collections import Counter
from pathlib import Path

import kltool.batch
from kltool.batch.settings import Batch
from kltool.errors import Exit
from kltool.escaping import complain, say
from kltool.tables.columns import FAILED, QUARANTINED, REFUSED
from kltool.tables.write import PARQUET, table_names
from kltool.values.reading import DISCLAIMER

RUN_RECORD = "run.json"
OTHER_FILES = (RUN_RECORD, "summary.html")


def batch_all(batch: Batch) -> Exit:
    """Run a batch; print the number of rows by status and how far the films are from the training films."""
    try:
        counts = kltool.batch.run_batch(batch)
    except KeyboardInterrupt:
        complain("kltool: stopped; what was read is kept; the same command continues the run")
        return Exit.STOPPED
    _print(counts, batch.out)
    if counts[FAILED]:
        return Exit.FAILED
    return Exit.REFUSED if counts[REFUSED] + counts[QUARANTINED] else Exit.OK


def _print(counts: Counter[str], out: Path) -> None:
    by_status = ", ".join(f"{number:,} {status}" for status, number in counts.items())
    say(f"{counts.total():,} rows: {by_status}")
    say(json.loads((out / RUN_RECORD).read_text(encoding="utf-8"))["drift"]["sentences"])
    say(", ".join(str(out / name) for name in (*table_names(), *OTHER_FILES)))
    if PARQUET not in table_names():
        complain(f"{PARQUET} is not written without pyarrow: pip install 'kltool[parquet]'")
    say(DISCLAIMER)
