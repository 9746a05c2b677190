"""The tasks of a run and their outcomes, in SQLite: each image is recorded as it ends and read once.

Images are listed again at every start; outcomes stay, by the task's key. One run at a time holds the file.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.batch.database import Database
from kltool.batch.listing import Task, task_of
from kltool.batch.outcome import Outcome, too_long_outcome
from kltool.errors import UsageError
from kltool.tables.columns import COLUMNS, FAILED, FORMER_NAMES, STATUS, STATUSES, Cell, Row
from kltool.version import __version__

LONGEST_ROWS: Final = 1_000_000  # docs/choices.md#ledger-check; characters, of one image
FORMAT: Final = (
    4  # of the tables below and of the columns of a row, as SQLite's user_version; kltool 0.1.0 wrote none
)
SCHEMA: Final = f"""
BEGIN;
PRAGMA user_version = {FORMAT};
CREATE TABLE configuration (
    name TEXT PRIMARY KEY CHECK (typeof(name) = 'text'), value TEXT NOT NULL CHECK (typeof(value) = 'text')
);
CREATE TABLE starts (
    began TEXT NOT NULL CHECK (typeof(began) = 'text'),
    ended TEXT CHECK (typeof(ended) IN ('text', 'null')),
    images INTEGER CHECK (typeof(images) IN ('integer', 'null')),
    how TEXT NOT NULL CHECK (typeof(how) = 'text')
);
CREATE TABLE tasks (position INTEGER PRIMARY KEY, key TEXT NOT NULL, task TEXT UNIQUE NOT NULL);
CREATE INDEX by_key ON tasks (key, position);
CREATE TABLE outcomes (
    key TEXT PRIMARY KEY, status TEXT NOT NULL, rows TEXT NOT NULL, overrides TEXT NOT NULL,
    input_sha256 TEXT NOT NULL, pixels_sha256 TEXT NOT NULL, instance_uid TEXT NOT NULL,
    seconds REAL NOT NULL, digest TEXT NOT NULL
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
OUTCOMES: Final = "SELECT rowid, * FROM outcomes WHERE rowid > ? ORDER BY rowid LIMIT ?"
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
    """Tasks and outcomes of a run. Raises StorageFull where the disk is full; what was recorded stays.

    Raises UsageError where the file is damaged.
    """

    def __init__(self, file: Path) -> None:
        """Raises UsageError where the file cannot be written, another run holds it, or its format differs."""
        self._file = file
        self._database = Database(file)
        try:
            self._create_or_check()
        except BaseException:
            self.close()
            raise
        self._database.keep_private()

    def close(self) -> None:
        self._database.close()

    def require_same(self, configuration: Mapping[str, str]) -> None:
        """All that readings depend on is the same at every start. Raises UsageError where it is not."""
        known: dict[str, str] = dict(self._database.rows("SELECT name, value FROM configuration"))
        if known:
            _require_same(known, configuration)
        elif self._database.rows("SELECT 1 FROM outcomes LIMIT 1"):
            raise self._database.damaged()
        with self._database.transaction() as sql:
            sql.executemany("INSERT OR REPLACE INTO configuration VALUES (?, ?)", configuration.items())

    def enqueue(self, tasks: Iterable[Task]) -> None:
        """The tasks of this start in place of those of the last; equal tasks are listed once.

        Two rows of a manifest that differ and name one image are two tasks, whose image is read once.
        """
        numbered = ((_key_of(task), task.text()) for task in tasks)
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM tasks")
            sql.executemany("INSERT OR IGNORE INTO tasks (key, task) VALUES (?, ?)", numbered)

    def discard_failed(self) -> None:
        """Images that failed become pending again."""
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM outcomes WHERE status = ?", (FAILED,))

    def pending(self) -> Iterator[Task]:
        """Tasks without an outcome, in order, each image once."""
        for _, text in self._database.pages(PENDING):
            yield task_of(text)

    def record(self, task: Task, outcome: Outcome) -> None:
        """An outcome longer than any film's is a failed row of its image, and ends no run."""
        rows = _rows_text(outcome)
        if len(rows) > LONGEST_ROWS:
            outcome = too_long_outcome(task.source.name, LONGEST_ROWS)
            rows = _rows_text(outcome)
        values = (
            _key_of(task),
            outcome.status,
            rows,
            json.dumps([task.side, task.spacing_mm]),
            outcome.input_sha256,
            outcome.pixels_sha256,
            outcome.instance_uid,
            outcome.seconds,
        )
        with self._database.transaction() as sql:
            sql.execute(
                "INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, _digest(values)),
            )

    def start(self, began: str, how: str) -> int:
        """Record a start of the run at a UTC time, and how it reads; its number."""
        with self._database.transaction() as sql:
            number = sql.execute("INSERT INTO starts (began, how) VALUES (?, ?)", (began, how)).lastrowid
        return int(number or 0)

    def end(self, number: int, ended: str, images: int) -> None:
        with self._database.transaction() as sql:
            sql.execute("UPDATE starts SET ended = ?, images = ? WHERE rowid = ?", (ended, images, number))

    def starts(self) -> list[dict[str, str | int | None]]:
        """Every start in its order; one that was killed has no end."""
        rows = self._database.rows("SELECT began, ended, images, how FROM starts ORDER BY rowid")
        return [dict(zip(("began", "ended", "images", "how"), row, strict=True)) for row in rows]

    def seconds(self) -> float:
        """The sum over the readings of all listed images."""
        (total,) = self._database.one(
            "SELECT TOTAL(seconds) FROM outcomes WHERE key IN (SELECT key FROM tasks)"
        )
        return float(total)

    def counts(self) -> dict[str, int]:
        """Listed images that were read, each once, by status."""
        counted = self._database.rows(
            "SELECT status, COUNT(*) FROM outcomes WHERE key IN (SELECT key FROM tasks) GROUP BY status"
        )
        return dict(counted)

    def listed(self) -> int:
        """The number of listed images, each counted once."""
        (number,) = self._database.one("SELECT COUNT(DISTINCT key) FROM tasks")
        return int(number)

    def entries(self) -> Iterator[Entry]:
        """Every listed image with an outcome, in the order of the listing, not of reading."""
        with self._database.transaction() as sql:
            sql.execute("DROP TABLE IF EXISTS duplicates")
            sql.execute(FIND_DUPLICATES)
            sql.execute("CREATE UNIQUE INDEX temp.by_position ON duplicates (position)")
        for position, text, rows, conflicting, original in self._database.pages(ENTRIES):
            task = task_of(text)
            name = task.source.name if original == position else self._name_at(original)
            yield Entry(task, self._rows_of(rows), bool(conflicting), name)

    def _rows_of(self, text: str) -> tuple[Row, ...]:
        """The rows of an outcome, one at least. Raises UsageError."""
        try:
            rows = tuple(_row_of(cells) for cells in json.loads(text))
        except (ValueError, TypeError) as error:
            raise self._database.damaged() from error
        if not rows:
            raise self._database.damaged()
        return rows

    def _name_at(self, position: int) -> str:
        (text,) = self._database.one("SELECT task FROM tasks WHERE position = ?", (position,))
        return task_of(text).source.name

    def _create_or_check(self) -> None:
        """Raises UsageError for a file that is damaged, no ledger, or of another format, by its version."""
        (found,) = self._database.one("PRAGMA user_version")
        tables = {name for (name,) in self._database.rows("SELECT name FROM sqlite_master")}
        if not tables:
            self._database.script(SCHEMA)
        elif found == FORMAT:
            self._database.require_intact(SCHEMA)
            self._require_outcomes_as_recorded()
        else:
            raise self._other_format(found, tables)

    def _require_outcomes_as_recorded(self) -> None:
        for _, *values, digest in self._database.pages(OUTCOMES):
            if _digest(values) != digest:
                raise self._database.damaged()

    def _other_format(self, found: int, tables: set[str]) -> UsageError:
        written_by = self._written_by(tables)
        if written_by is None:
            return self._database.damaged()
        renamed = ", ".join(f"{former} → {present}" for former, present in FORMER_NAMES.items())
        difference = f"format {found}, not {FORMAT}" if found else f"columns {renamed} renamed since"
        return UsageError(
            f"{self._file}: ledger of kltool {written_by} found ({difference}), one of kltool "
            f"{__version__} expected; choose another folder, or read on with kltool {written_by}"
        )

    def _written_by(self, tables: set[str]) -> str | None:
        """The version of kltool in a ledger of another format; None where the file is no ledger."""
        table = next((name for name in ("configuration", "made_by") if name in tables), None)
        if table is None:
            return None
        rows = self._database.rows(f"SELECT value FROM {table} WHERE name = 'version'")
        return str(rows[0][0]) if rows else "of unknown version"


def _key_of(task: Task) -> str:
    """Of the image and whether its subject is stated, as by a manifest: no PatientID is recorded then."""
    return f"{task.key}{' of a stated subject' if task.subject else ''}"


def _digest(values: Sequence[object]) -> str:
    """Of what was recorded of an image; it differs when any of it is damaged."""
    return hashlib.sha256(repr(tuple(values)).encode()).hexdigest()


def _row_of(cells: list[Cell]) -> Row:
    """Raises ValueError for cells that are no row of the table."""
    row = dict(zip(COLUMNS, cells, strict=True))
    if row[STATUS] not in STATUSES:
        raise ValueError
    return row


def _rows_text(outcome: Outcome) -> str:
    return json.dumps([[row.get(name) for name in COLUMNS] for row in outcome.rows])


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
