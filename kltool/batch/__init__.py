"""Many files → one table; a failure is a row, never a stop.

run.py         the front page: list, read what is left, write
tasks.py       sources → tasks, one an image
ledger.py      what is to be read and what was read, in SQLite
engine.py      tasks → outcomes, many at a time;   cluster.py    on many machines
readers.py     child processes that read;          child.py      one of them, from the inside
reader.py      one task → its outcome;             outcome.py    what became of one image
columns.py     the table's columns;                oai.py        as the OAI names them
tables.py      the ledger → Parquet and CSV;       summary.py    → a page
pseudonym.py   of subjects;                        progress.py   how far it is
"""

from kltool.batch.pseudonym import pseudonyms_of
from kltool.batch.run import Batch, run_batch

__all__ = ["Batch", "pseudonyms_of", "run_batch"]
