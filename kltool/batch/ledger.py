"""What is to be read and what was read, in SQLite: each image is recorded as it ends and read once.

The listing is made anew at every start; outcomes stay, by the task's key. One run at a time holds the file.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kltool.batch.listing import Task, task_of
from kltool.batch.outcome import Outcome
from kltool.errors import StorageFull, UsageError
from kltool.tables.columns import COLUMNS, FAILED, Row

PAGE: Final = 500  # rows held in memory at a time
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS made_by (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS starts (began TEXT NOT NULL, ended TEXT, images INTEGER, how TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (position INTEGER PRIMARY KEY, key TEXT NOT NULL, task TEXT UNIQUE NOT NULL);
CREATE INDEX IF NOT EXISTS by_key ON tasks (key, position);
CREATE TABLE IF NOT EXISTS outcomes (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, rows TEXT NOT NULL, said TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, pixels_sha256 TEXT NOT NULL, instance_uid TEXT NOT NULL, seconds REAL NOT NULL
);
"""
# An image is known by its bytes, or by its own name (UID) and its pixels; what was said of it counts, too.
VERDICTS: Final = """
CREATE TEMP TABLE verdicts AS
WITH read AS (SELECT position, input_sha256, pixels_sha256, instance_uid, said
              FROM tasks JOIN outcomes USING (key)),
     clashing AS (SELECT instance_uid FROM read WHERE instance_uid != ''
                  GROUP BY instance_uid HAVING COUNT(DISTINCT pixels_sha256) > 1)
SELECT position, instance_uid IN clashing AS clashes,
       CASE WHEN input_sha256 = '' THEN position
            ELSE MIN(position) OVER (PARTITION BY input_sha256, said) END AS same_bytes,
       CASE WHEN instance_uid = '' THEN position
            ELSE MIN(position) OVER (PARTITION BY instance_uid, pixels_sha256, said) END AS same_image
FROM read
"""
FINAL: Final = """
SELECT tasks.position, task, rows, clashes, MIN(same_bytes, same_image) AS first
FROM verdicts JOIN tasks USING (position) JOIN outcomes USING (key)
WHERE tasks.position > ? ORDER BY tasks.position LIMIT ?
"""
LEFT: Final = """
SELECT position, task FROM tasks
WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.key = tasks.key)
  AND position = (SELECT MIN(position) FROM tasks AS same WHERE same.key = tasks.key)
  AND position > ? ORDER BY position LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One image in the order of the listing.

    clashes: another image has its UID and other pixels. first: the name of the image that it repeats, its own
    where it repeats none.
    """

    task: Task
    rows: tuple[Row, ...]
    clashes: bool
    first: str

    @property
    def repeats(self) -> bool:
        return self.first != self.task.source.name


class Ledger:
    """A run's memory. Raises StorageFull where the disk is full; what was recorded stays."""

    def __init__(self, file: Path) -> None:
        """Raises UsageError where the file cannot be written, or another run holds it."""
        try:
            self._sql = sqlite3.connect(file, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._sql.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            )
            self._sql.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"{file} cannot be used ({error}); choose a folder that can be written and in which no other "
                "kltool batch is at work"
            ) from None
        except sqlite3.DatabaseError:
            raise UsageError(
                f"{file} is not the ledger of a batch or is damaged; choose another folder, or remove it"
            ) from None

    def close(self) -> None:
        self._sql.close()

    def held_to(self, made_by: Mapping[str, str]) -> None:
        """Whatever the readings depend on, the same at every start. Raises UsageError where it is not."""
        known: dict[str, str] = dict(self._sql.execute("SELECT name, value FROM made_by"))
        changed = sorted(name for name in known.keys() | made_by if known.get(name) != made_by.get(name))
        if known and changed:
            raise UsageError(
                "this folder holds readings that were made otherwise (other "
                f"{', '.join(changed)}); a table is made in one way: choose another folder or remove this"
            )
        with self._written():
            self._sql.executemany("INSERT OR REPLACE INTO made_by VALUES (?, ?)", made_by.items())

    def take_up(self, tasks: Iterable[Task]) -> None:
        """What there is to read now, in place of what there was; what is said twice is listed once.

        Two rows of a manifest that say different things of one image are two tasks, whose image is read once.
        """
        numbered = ((task.key, task.text()) for task in tasks)
        with self._written():
            self._sql.execute("DELETE FROM tasks")
            self._sql.executemany("INSERT OR IGNORE INTO tasks (key, task) VALUES (?, ?)", numbered)

    def forget_failed(self) -> None:
        """Images at which something went wrong are read again."""
        with self._written():
            self._sql.execute("DELETE FROM outcomes WHERE status = ?", (FAILED,))

    def left(self) -> Iterator[Task]:
        """What is not read yet, in order."""
        for _, text in self._pages(LEFT):
            yield task_of(text)

    def record(self, task: Task, outcome: Outcome) -> None:
        said = json.dumps([task.side, task.spacing_mm])
        values = (
            task.key,
            outcome.status,
            json.dumps([[row.get(name) for name in COLUMNS] for row in outcome.rows]),
            said,
            outcome.input_sha256,
            outcome.pixels_sha256,
            outcome.instance_uid,
            outcome.seconds,
        )
        with self._written():
            self._sql.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def start(self, began: str, how: str) -> int:
        """A start of the run at a UTC time, and how it reads; its number."""
        with self._written():
            number = self._sql.execute(
                "INSERT INTO starts (began, how) VALUES (?, ?)", (began, how)
            ).lastrowid
        return int(number or 0)

    def end(self, number: int, ended: str, images: int) -> None:
        with self._written():
            self._sql.execute(
                "UPDATE starts SET ended = ?, images = ? WHERE rowid = ?", (ended, images, number)
            )

    def starts(self) -> list[dict[str, str | int | None]]:
        """Every start in its order; one that was killed has no end."""
        told = self._sql.execute("SELECT began, ended, images, how FROM starts ORDER BY rowid")
        return [dict(zip(("began", "ended", "images", "how"), row, strict=True)) for row in told]

    def seconds(self) -> float:
        """That all readings of listed images took together."""
        (sum_,) = self._sql.execute(
            "SELECT TOTAL(seconds) FROM outcomes WHERE key IN (SELECT key FROM tasks)"
        ).fetchone()
        return float(sum_)

    def counts(self) -> dict[str, int]:
        """Listed images that were read, each once, by status."""
        counted = self._sql.execute(
            "SELECT status, COUNT(*) FROM outcomes WHERE key IN (SELECT key FROM tasks) GROUP BY status"
        )
        return dict(counted)

    def listed(self) -> int:
        """Images, each once."""
        (number,) = self._sql.execute("SELECT COUNT(DISTINCT key) FROM tasks").fetchone()
        return int(number)

    def entries(self) -> Iterator[Entry]:
        """Every listed image that was read, in the listing's order, however it came to be read."""
        with self._written():
            self._sql.execute("DROP TABLE IF EXISTS verdicts")
            self._sql.execute(VERDICTS)
            self._sql.execute("CREATE UNIQUE INDEX temp.by_position ON verdicts (position)")
        for position, text, rows, clashes, first in self._pages(FINAL):
            task = task_of(text)
            name = task.source.name if first == position else self._name_at(first)
            cells = (dict(zip(COLUMNS, row, strict=True)) for row in json.loads(rows))
            yield Entry(task, tuple(cells), bool(clashes), name)

    def _name_at(self, position: int) -> str:
        (text,) = self._sql.execute("SELECT task FROM tasks WHERE position = ?", (position,)).fetchone()
        return task_of(text).source.name

    def _pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query by position, some at a time: the tables may change in between."""
        position = -1
        while page := self._sql.execute(query, (position, PAGE)).fetchall():
            yield from page
            position = page[-1][0]

    @contextmanager
    def _written(self) -> Iterator[None]:
        """All of it or nothing. Raises StorageFull."""
        try:
            self._sql.execute("BEGIN")
            yield
            self._sql.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._roll_back()
            raise StorageFull(
                f"the ledger cannot be written ({error}); free some space and start the same command again: "
                "what was read is kept"
            ) from None
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._sql.in_transaction:
            self._sql.execute("ROLLBACK")
