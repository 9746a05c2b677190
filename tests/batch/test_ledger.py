"""A ledger continues only what the same version and configuration began; any other is refused by name."""

import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from kltool.batch.database import Database
from kltool.batch.ledger import LONGEST_ROWS, Ledger
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.errors import UsageError
from kltool.intake import ImageSource
from tests.messages import guides

OLD = Path(__file__).with_name("ledger-0.1.0.sql")  # by kltool 0.1.0, of one sample image


def database(file: Path, script: str) -> Path:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(script)
    return file


def contents(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_a_ledger_of_version_0_1_0_is_refused_by_name_and_left_as_it_is(tmp_path: Path) -> None:
    file = database(tmp_path / "ledger.sqlite", OLD.read_text())
    before = contents(file)
    with pytest.raises(UsageError) as refused:
        Ledger(file)
    message = str(refused.value)
    assert "kltool 0.1.0 found" in message
    assert "kl_set → kl_prediction_set" in message
    assert f"kltool {version('kltool')} expected" in message
    assert message.endswith("choose another folder, or read on with kltool 0.1.0")
    assert contents(file) == before


def test_a_database_that_is_no_ledger_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = database(tmp_path / "ledger.sqlite", "CREATE TABLE songs (name TEXT);")
    with pytest.raises(UsageError, match="not the ledger of a batch"):
        Ledger(file)
    assert contents(file)[1:-1] == ["CREATE TABLE songs (name TEXT);"]


def test_another_version_is_refused_by_name(tmp_path: Path) -> None:
    with closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        ledger.require_same({"version": "7.1", "overlays": "False"})
    with closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
        ledger.require_same({"version": "7.1", "overlays": "False"})
        with pytest.raises(UsageError, match=r"ledger of kltool 7\.1 found.* 7\.2 expected"):
            ledger.require_same({"version": "7.2", "overlays": "False"})
        with pytest.raises(UsageError, match="other overlays"):
            ledger.require_same({"version": "7.1", "overlays": "True"})


def test_rows_longer_than_any_films_are_a_failed_row_and_no_damage(tmp_path: Path) -> None:
    task = Task(ImageSource.of_file(tmp_path / "a.dcm"))
    for _ in range(2):
        with closing(Ledger(tmp_path / "ledger.sqlite")) as ledger:
            ledger.require_same({"version": "1"})
            ledger.enqueue([task])
            ledger.record(task, Outcome("ok", ({"status": "ok", "subject": "x" * LONGEST_ROWS},)))
            (entry,) = ledger.entries()
            assert entry.rows[0]["status"] == "failed"
            assert guides(str(entry.rows[0]["reason"]))


def test_a_text_that_sqlite_does_not_take_is_no_damage(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "ledger.sqlite")) as opened:
        opened.script("CREATE TABLE texts (text TEXT)")
        opened._sql.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000)
        with pytest.raises(UsageError, match="longer than a ledger can hold"):
            opened.rows("INSERT INTO texts VALUES (?)", ("x" * 2_000,))
