"""The tasks of a run and their outcomes, in SQLite: each image is recorded as it ends and read once.

Images are listed again at every start; outcomes stay, by the task's key. One run at a time holds the file.
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
from kltool.tables.columns import COLUMNS, FAILED, FORMER_NAMES, Row
from kltool.version import __version__

PAGE: Final = 500  # rows held in memory at a time
FORMAT: Final = 2  # of the tables below, as SQLite's user_version; kltool 0.1.0 wrote none
SCHEMA: Final = f"""
BEGIN;
PRAGMA user_version = {FORMAT};
CREATE TABLE configuration (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE starts (began TEXT NOT NULL, ended TEXT, images INTEGER, how TEXT NOT NULL);
CREATE TABLE tasks (position INTEGER PRIMARY KEY, key TEXT NOT NULL, task TEXT UNIQUE NOT NULL);
CREATE INDEX by_key ON tasks (key, position);
CREATE TABLE outcomes (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, rows TEXT NOT NULL, overrides TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, pixels_sha256 TEXT NOT NULL, instance_uid TEXT NOT NULL, seconds REAL NOT NULL
);
COMMIT;
"""
# Duplicates: the same bytes, or the same UID and pixels, read with the same stated side and spacing.
FIND_DUPLICATES: Final = """
CREATE TEMP TABLE duplicates AS
WITH read AS (SELECT position, input_sha256, pixels_sha256, instance_uid, overrides
              FROM tasks JOIN outcomes USING (key)),
     conflicts AS (SELECT instance_uid FROM read WHERE instance_uid != ''
                   GROUP BY instance_uid HAVING COUNT(DISTINCT pixels_sha256) > 1)
SELECT position, instance_uid IN conflicts AS conflicting,
       CASE WHEN input_sha256 = '' THEN position
            ELSE MIN(position) OVER (PARTITION BY input_sha256, overrides) END AS same_bytes,
       CASE WHEN instance_uid = '' THEN position
            ELSE MIN(position) OVER (PARTITION BY instance_uid, pixels_sha256, overrides) END AS same_image
FROM read
"""
ENTRIES: Final = """
SELECT tasks.position, task, rows, conflicting, MIN(same_bytes, same_image) AS original
FROM duplicates JOIN tasks USING (position) JOIN outcomes USING (key)
WHERE tasks.position > ? ORDER BY tasks.position LIMIT ?
"""
PENDING: Final = """
SELECT position, task FROM tasks
WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.key = tasks.key)
  AND position = (SELECT MIN(position) FROM tasks AS same WHERE same.key = tasks.key)
  AND position > ? ORDER BY position LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One image in the order of the listing.

    conflicting: another image has its UID and other pixels. original: the name of the image that it is a
    duplicate of, its own where it is none.
    """

    task: Task
    rows: tuple[Row, ...]
    conflicting: bool
    original: str

    @property
    def is_duplicate(self) -> bool:
        return self.original != self.task.source.name


class Ledger:
    """Tasks and outcomes of a run. Raises StorageFull where the disk is full; what was recorded stays."""

    def __init__(self, file: Path) -> None:
        """Raises UsageError where the file cannot be written, another run holds it, or its format differs."""
        try:
            self._sql = sqlite3.connect(file, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._sql.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            )
            self._create_or_require_format(file)
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"{file} cannot be used ({error}); choose a folder that can be written and in which no other "
                "kltool batch is running"
            ) from error
        except sqlite3.DatabaseError as error:
            raise _no_ledger(file) from error

    def close(self) -> None:
        self._sql.close()

    def require_same(self, configuration: Mapping[str, str]) -> None:
        """All that readings depend on is the same at every start. Raises UsageError where it is not."""
        known: dict[str, str] = dict(self._sql.execute("SELECT name, value FROM configuration"))
        if known:
            _require_same(known, configuration)
        with self._transaction():
            self._sql.executemany("INSERT OR REPLACE INTO configuration VALUES (?, ?)", configuration.items())

    def enqueue(self, tasks: Iterable[Task]) -> None:
        """The tasks of this start in place of those of the last; equal tasks are listed once.

        Two rows of a manifest that differ and name one image are two tasks, whose image is read once.
        """
        numbered = ((task.key, task.text()) for task in tasks)
        with self._transaction():
            self._sql.execute("DELETE FROM tasks")
            self._sql.executemany("INSERT OR IGNORE INTO tasks (key, task) VALUES (?, ?)", numbered)

    def discard_failed(self) -> None:
        """Images that failed become pending again."""
        with self._transaction():
            self._sql.execute("DELETE FROM outcomes WHERE status = ?", (FAILED,))

    def pending(self) -> Iterator[Task]:
        """Tasks without an outcome, in order, each image once."""
        for _, text in self._pages(PENDING):
            yield task_of(text)

    def record(self, task: Task, outcome: Outcome) -> None:
        values = (
            task.key,
            outcome.status,
            json.dumps([[row.get(name) for name in COLUMNS] for row in outcome.rows]),
            json.dumps([task.side, task.spacing_mm]),
            outcome.input_sha256,
            outcome.pixels_sha256,
            outcome.instance_uid,
            outcome.seconds,
        )
        with self._transaction():
            self._sql.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def start(self, began: str, how: str) -> int:
        """Record a start of the run at a UTC time, and how it reads; its number."""
        with self._transaction():
            number = self._sql.execute(
                "INSERT INTO starts (began, how) VALUES (?, ?)", (began, how)
            ).lastrowid
        return int(number or 0)

    def end(self, number: int, ended: str, images: int) -> None:
        with self._transaction():
            self._sql.execute(
                "UPDATE starts SET ended = ?, images = ? WHERE rowid = ?", (ended, images, number)
            )

    def starts(self) -> list[dict[str, str | int | None]]:
        """Every start in its order; one that was killed has no end."""
        rows = self._sql.execute("SELECT began, ended, images, how FROM starts ORDER BY rowid")
        return [dict(zip(("began", "ended", "images", "how"), row, strict=True)) for row in rows]

    def seconds(self) -> float:
        """The sum over the readings of all listed images."""
        (total,) = self._sql.execute(
            "SELECT TOTAL(seconds) FROM outcomes WHERE key IN (SELECT key FROM tasks)"
        ).fetchone()
        return float(total)

    def counts(self) -> dict[str, int]:
        """Listed images that were read, each once, by status."""
        counted = self._sql.execute(
            "SELECT status, COUNT(*) FROM outcomes WHERE key IN (SELECT key FROM tasks) GROUP BY status"
        )
        return dict(counted)

    def listed(self) -> int:
        """The number of listed images, each counted once."""
        (number,) = self._sql.execute("SELECT COUNT(DISTINCT key) FROM tasks").fetchone()
        return int(number)

    def entries(self) -> Iterator[Entry]:
        """Every listed image with an outcome, in the order of the listing, not of reading."""
        with self._transaction():
            self._sql.execute("DROP TABLE IF EXISTS duplicates")
            self._sql.execute(FIND_DUPLICATES)
            self._sql.execute("CREATE UNIQUE INDEX temp.by_position ON duplicates (position)")
        for position, text, rows, conflicting, original in self._pages(ENTRIES):
            task = task_of(text)
            name = task.source.name if original == position else self._name_at(original)
            cells = (dict(zip(COLUMNS, row, strict=True)) for row in json.loads(rows))
            yield Entry(task, tuple(cells), bool(conflicting), name)

    def _name_at(self, position: int) -> str:
        (text,) = self._sql.execute("SELECT task FROM tasks WHERE position = ?", (position,)).fetchone()
        return task_of(text).source.name

    def _pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query by position, some at a time: the tables may change in between."""
        position = -1
        while page := self._sql.execute(query, (position, PAGE)).fetchall():
            yield from page
            position = page[-1][0]

    def _create_or_require_format(self, file: Path) -> None:
        """Raises UsageError for a ledger of another format, by the version of kltool that wrote it."""
        (found,) = self._sql.execute("PRAGMA user_version").fetchone()
        if found == FORMAT:
            return
        tables = {name for (name,) in self._sql.execute("SELECT name FROM sqlite_master")}
        if not tables:
            self._sql.executescript(SCHEMA)
            return
        written_by = self._written_by(tables)
        self.close()
        if written_by is None:
            raise _no_ledger(file)
        renamed = ", ".join(f"{former} → {present}" for former, present in FORMER_NAMES.items())
        raise UsageError(
            f"{file}: ledger of kltool {written_by} found (columns {renamed} renamed since), one of kltool "
            f"{__version__} expected; choose another folder, or read on with kltool {written_by}"
        )

    def _written_by(self, tables: set[str]) -> str | None:
        """The version of kltool in a ledger of another format; None where the file is no ledger."""
        table = next((name for name in ("configuration", "made_by") if name in tables), None)
        if table is None:
            return None
        row = self._sql.execute(f"SELECT value FROM {table} WHERE name = 'version'").fetchone()
        return str(row[0]) if row else "of unknown version"

    @contextmanager
    def _transaction(self) -> Iterator[None]:
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
            ) from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        if self._sql.in_transaction:
            self._sql.execute("ROLLBACK")


def _require_same(known: Mapping[str, str], configuration: Mapping[str, str]) -> None:
    former, present = known.get("version"), configuration.get("version")
    if former != present:
        raise UsageError(
            f"ledger of kltool {former} found, one of kltool {present} expected; choose another folder, or "
            f"read on with kltool {former}"
        )
    names = sorted(known.keys() | configuration.keys())
    changed = [name for name in names if known.get(name) != configuration.get(name)]
    if changed:
        raise UsageError(
            f"readings with another configuration found in this folder (other {', '.join(changed)}); one "
            "configuration a table expected: choose another folder, or remove this one"
        )


def _no_ledger(file: Path) -> UsageError:
    return UsageError(
        f"{file} is not the ledger of a batch or is damaged; choose another folder, or remove it"
    )
