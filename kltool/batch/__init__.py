"""Many files → one table; a failure is a row, never a stop.

    run.py         the front page: list, read what is left, write
    tasks.py       sources → tasks, one an image
    ledger.py      what is to be read and what was read, in SQLite
    engine.py      tasks → outcomes, many at a time;   cluster.py    on many machines
    readers.py     child processes that read;          child.py      one of them, from the inside
    reader.py      one task → its outcome;             outcome.py    what became of one image
    columns.py     the table's columns;                tables.py     the ledger → Parquet and CSV
    summary.py     the table → a page;                 progress.py   how far it is
    pseudonym.py   of subjects

docs/table.md describes what comes out, docs/scale.md how far it goes.
"""

from kltool.batch.pseudonym import pseudonyms_of
from kltool.batch.run import Batch, run_batch

__all__ = ["Batch", "pseudonyms_of", "run_batch"]
