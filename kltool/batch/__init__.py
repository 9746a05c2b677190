"""Many images → one table; an image that cannot be read is a row with its reason, and stops no other.

    settings.py    the settings of a run
    run.py         its steps: list, read what is pending, write
    listing.py     sources → tasks, one an image
    ledger.py      the tasks of a run and their outcomes, in SQLite
    local.py       tasks → outcomes, several at a time, on this machine;   dask.py   on a cluster
    pool.py        worker processes;               worker.py      one of them, from the inside
    config.py      what every worker needs
    read_task.py   one task → its outcome;         outcome.py     the rows of one image
    rows.py        entries of the ledger → rows of the table
    progress.py    how far a run is
    pseudonym.py   pseudonyms of subjects

docs/table.md describes the table, docs/scale.md how many images a run can read. Names are loaded when they
are first used (SPEC 1), so that a worker loads only what it reads with.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
