"""A ledger that was damaged is refused with the remedy, or its tables are the same; no row vanishes."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from evaluation.hostile.ledger import HARMFUL, damage_ledgers

from kltool.batch.config import WorkerConfig
from kltool.batch.database import COMPANIONS
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.errors import UsageError
from kltool.intake import ImageSource
from kltool.weights import Models

posix = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Of one image that was read."""
    file = tmp_path / "ledger.sqlite"
    film = tmp_path / "a.dcm"
    film.write_bytes(b"one")
    task = Task(ImageSource.of_file(film))
    with closing(Ledger(file)) as opened:
        opened.require_same({"version": "1"})
        opened.enqueue([task])
        opened.record(task, Outcome("ok", ({"status": "ok"},)))
    return file


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()


def test_damage_at_random_is_found_or_harmless() -> None:
    trials = damage_ledgers(36, seed=7)
    assert [trial for trial in trials if trial.consequence == HARMFUL] == []


@pytest.mark.parametrize("text", ["[]", "{", "[[1]]", "null"])
def test_an_outcome_that_is_none_is_an_error_with_its_remedy(text: str, ledger: Path) -> None:
    changed(ledger, f"UPDATE outcomes SET rows = '{text}'")
    with pytest.raises(UsageError, match=r"damaged; choose another folder.* or remove it"):
        Ledger(ledger)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE outcomes RENAME TO others",
        "ALTER TABLE starts ADD COLUMN more TEXT",
        "CREATE TRIGGER other AFTER INSERT ON tasks BEGIN DELETE FROM outcomes; END",
        "DROP INDEX by_key",
    ],
)
def test_a_foreign_schema_is_refused_with_the_remedy(statement: str, ledger: Path) -> None:
    changed(ledger, statement)
    with pytest.raises(UsageError, match="damaged; choose another folder"):
        Ledger(ledger)


def test_outcomes_of_an_unknown_configuration_are_refused(ledger: Path) -> None:
    changed(ledger, "DELETE FROM configuration")
    with closing(Ledger(ledger)) as opened, pytest.raises(UsageError, match="damaged"):
        opened.require_same({"version": "2"})


@posix
def test_the_ledger_is_its_owners_alone_whatever_the_umask_and_its_rights_before(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    before = os.umask(0)
    try:
        with closing(Ledger(file)) as opened:
            opened.require_same({"version": "1"})
            assert {stat.S_IMODE(part.stat().st_mode) for part in tmp_path.iterdir()} == {0o600}
        file.chmod(0o644)
        Ledger(file).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@posix
@pytest.mark.parametrize("ending", COMPANIONS)
def test_a_ledger_is_never_written_through_a_link(ending: str, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f"ledger.sqlite{ending}").symlink_to(victim)
    with pytest.raises(UsageError, match="link"):
        Ledger(tmp_path / "ledger.sqlite")
    assert victim.read_text() == "mine"


@posix
def test_a_pipe_in_its_place_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ledger.sqlite")
    with pytest.raises(UsageError, match="no regular file"):
        Ledger(tmp_path / "ledger.sqlite")


def test_a_patient_id_is_not_recorded_where_a_manifest_states_the_subject(
    models: Models, samples: Path, read_sample: Callable[..., Any]
) -> None:
    source = ImageSource.of_file(samples / "knee_right_normal.dcm")
    patient = read_sample("knee_right_normal.dcm").film.subject
    config = WorkerConfig("", "", Pseudonyms())
    assert read_task(Task(source), models, config).rows[0]["subject"] == patient
    stated = read_task(Task(source, subject="S1"), models, config)
    assert patient
    assert patient not in repr(stated)
