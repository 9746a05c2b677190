"""The SQLite file of a ledger: private, never a link, checked before use; its errors are kltool's."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from kltool.errors import KltoolError, StorageFull, UsageError

PAGE: Final = 500  # rows held in memory at a time
COMPANIONS: Final = ("", "-wal", "-shm", "-journal")  # endings of SQLite's files
OWNER_ONLY: Final = 0o600  # a ledger holds identifiers of patients
OBJECTS: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
# What SQLite advises for files of others (sqlite.org/security.html), and one process at a time.
OPENING: Final = """
PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
"""
UNUSABLE: Final = frozenset(
    (
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
    )
)
FULL: Final = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS))
OF_DAMAGE: Final = frozenset((sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS))
PRIMARY_CODE: Final = 0xFF  # of an extended error code


class Database:
    """Raises UsageError where the file is damaged, StorageFull where the disk is full."""

    def __init__(self, file: Path) -> None:
        """Raises UsageError where the file cannot be written, is a link, or another run holds it."""
        self._file = file
        _require_private(file)
        with self._typed_errors():
            self._sql = sqlite3.connect(file, isolation_level=None, timeout=1.0, check_same_thread=False)
            try:
                self._sql.executescript(OPENING)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        self._sql.close()

    def script(self, text: str) -> None:
        with self._typed_errors():
            self._sql.executescript(text)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._typed_errors():
            return self._sql.execute(query, values).fetchall()

    def one(self, query: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The only row. Raises UsageError where there is another number."""
        rows = self.rows(query, values)
        if len(rows) != 1:
            raise self.damaged()
        return rows[0]

    def pages(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a query by their first column, some at a time: the tables may change in between."""
        position = -1
        while page := self.rows(query, (position, PAGE)):
            yield from page
            position = page[-1][0]

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing."""
        with self._typed_errors():
            try:
                self._sql.execute("BEGIN")
                yield self._sql
                self._sql.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def require_intact(self, schema: str) -> None:
        """Every page and index is sound, and the tables are those of `schema`; docs/choices.md#ledger-check

        Raises UsageError.
        """
        if self.rows("PRAGMA integrity_check(1)") != [("ok",)]:
            raise self.damaged()
        with closing(sqlite3.connect(":memory:")) as empty:
            empty.executescript(schema)
            expected = empty.execute(OBJECTS).fetchall()
        if self.rows(OBJECTS) != expected:
            raise self.damaged()

    def keep_private(self) -> None:
        """Nobody but the owner may read the file, whatever it was made with."""
        for part in _parts(self._file):
            with suppress(OSError):  # of another owner, who shares it, or not there
                part.chmod(OWNER_ONLY)

    def damaged(self) -> UsageError:
        return UsageError(
            f"{self._file} is not the ledger of a batch or is damaged; choose another folder, bring back a "
            "copy of the file, or remove it (all images are then read again)"
        )

    @contextmanager
    def _typed_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a mistake of ours
        except sqlite3.DatabaseError as error:
            raise self._typed(error) from error

    def _typed(self, error: sqlite3.DatabaseError) -> KltoolError:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)  # none: text that is not UTF-8
        if code & PRIMARY_CODE in FULL and code not in OF_DAMAGE:
            return StorageFull(
                f"the ledger cannot be written ({error}); free some space and start the same command again: "
                "what was read is kept"
            )
        if code & PRIMARY_CODE == sqlite3.SQLITE_TOOBIG:
            return UsageError(
                f"a text longer than a ledger can hold was found for {self._file}, cells of a table "
                "were expected; shorten the cells of the manifest"
            )
        if code & PRIMARY_CODE in UNUSABLE:
            return UsageError(
                f"{self._file} cannot be used ({error}); choose a folder that can be written and in which no "
                "other kltool batch is running"
            )
        return self.damaged()

    def _roll_back(self) -> None:
        with suppress(sqlite3.DatabaseError):  # the error that led here is the one to report
            if self._sql.in_transaction:
                self._sql.execute("ROLLBACK")


def _parts(file: Path) -> Iterable[Path]:
    return (file.with_name(file.name + ending) for ending in COMPANIONS)


def _require_private(file: Path) -> None:
    """The file, made with the owner's rights alone where it is missing. Raises UsageError."""
    for part in _parts(file):
        if part.is_symlink() or (part.exists() and not part.is_file()):
            raise UsageError(
                f"{part} is a link or no regular file, and is not written through; remove it, or choose "
                "another folder"
            )
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), OWNER_ONLY))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be used ({error.strerror}); choose a folder that can be written"
        ) from error
