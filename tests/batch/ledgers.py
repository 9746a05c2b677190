"""Looking into a ledger while a run holds it."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path


def seen(ledger: Path) -> int:
    """Images that were recorded; read from a copy, for a run holds the ledger itself."""
    if not ledger.exists():
        return 0
    copy = ledger.with_name("copy.sqlite")
    for suffix in ("", "-wal"):
        with suppress(FileNotFoundError):  # the run that ends removes its log
            shutil.copy(ledger.with_name(ledger.name + suffix), copy.with_name(copy.name + suffix))
    connection = sqlite3.connect(copy)
    try:
        (number,) = connection.execute("SELECT COUNT(*) FROM outcomes").fetchone()
    except sqlite3.DatabaseError:
        return 0
    else:
        return int(number)
    finally:
        connection.close()
