"""A ledger damaged at random between two starts of a run: found, or without consequence for the tables."""

import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.hostile.attack import Attack
from kltool.batch.database import COMPANIONS
from kltool.batch.ledger import FORMAT, Ledger
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.rows import table_rows
from kltool.errors import KltoolError
from kltool.intake import ImageSource
from kltool.intake.sources import Remote
from kltool.tables.columns import SUBJECT, VISIT, Row
from kltool.tables.write import table_names, write_tables

TIMES: Final = 100
IMAGES: Final = 60
RECORDED: Final = 45  # of them, before the damage
CONFIGURATION: Final = {"version": "1", "columns": "2", "overlays": "False"}
LEDGER: Final = "ledger.sqlite"
DETECTED, HARMLESS, HARMFUL = "detected", "harmless", "harmful"
JSON: Final = ("[]", "null", "{", "[[1]]", "[[]]", '{"a": 1}', "[null]", "7", "", "[" * 100_000)
TABLES: Final = ("outcomes", "tasks", "configuration", "starts")

Tables = tuple[bytes, ...]
Damage = Callable[[Path, random.Random], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """damage: its name. consequence: DETECTED, HARMLESS or HARMFUL. saw: the error, where there was one."""

    damage: str
    consequence: str
    saw: str = ""


def attack_ledger(times: int = TIMES, seed: int = 1) -> Attack:
    """The consequence of each damage for the tables of a run that goes on."""
    trials = damage_ledgers(times, seed)
    counts = Counter(trial.consequence for trial in trials)
    kinds = len({trial.damage for trial in trials})
    harmful = "; ".join(f"{one.damage}: {one.saw}" for one in trials if one.consequence == HARMFUL)
    found = f"{counts[DETECTED]} detected, {counts[HARMLESS]} harmless, {counts[HARMFUL]} harmful {harmful}"
    return Attack(
        f"ledger damaged in {times} random ways ({kinds} kinds: bytes, pages, log, JSON, tables)",
        f"detected or harmless, {times} of {times}",
        found.strip(),
        counts[HARMFUL] == 0,
    )


def damage_ledgers(times: int, seed: int) -> list[Trial]:
    """The kinds of damage in turn, each time at another random place of another copy."""
    randomness = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stopped = _stopped_run(folder / "stopped")
        expected = _finished(_copied(stopped, folder / "expected"))
        return [
            _trial(KINDS[number % len(KINDS)], stopped, folder / str(number), expected, randomness)
            for number in range(times)
        ]


def _trial(damage: Damage, stopped: Path, folder: Path, expected: Tables, randomness: random.Random) -> Trial:
    name = damage.__name__.strip("_").replace("_", " ")
    _copied(stopped, folder)
    if randomness.random() < 0.5:
        _sql(folder / LEDGER, "PRAGMA wal_checkpoint")  # as after a run that was stopped and not killed
    damage(folder / LEDGER, randomness)
    try:
        same = _finished(folder) == expected
    except KltoolError as error:
        return Trial(name, DETECTED, str(error))
    except Exception as error:
        return Trial(name, HARMFUL, type(error).__name__)
    return Trial(name, HARMLESS) if same else Trial(name, HARMFUL, "other tables")


def _stopped_run(folder: Path) -> Path:
    """The ledger of a run that was killed: its last outcomes stand in SQLite's log."""
    folder.mkdir()
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / LEDGER
        with closing(_started(file)) as ledger:
            _record(ledger, RECORDED - IMAGES // 3)
        with closing(_started(file)) as ledger:
            _record(ledger, IMAGES // 3)
            for ending in COMPANIONS:
                if file.with_name(file.name + ending).exists():
                    shutil.copy(file.with_name(file.name + ending), folder)
    return folder


def _copied(stopped: Path, folder: Path) -> Path:
    return Path(shutil.copytree(stopped, folder))


def _finished(folder: Path) -> Tables:
    """The tables of the run after another start."""
    with closing(_started(folder / LEDGER)) as ledger:
        _record(ledger, IMAGES)
        write_tables(table_rows(ledger.entries()), (), False, folder)
    return tuple((folder / name).read_bytes() for name in table_names())


def _started(file: Path) -> Ledger:
    ledger = Ledger(file)
    try:
        ledger.require_same(CONFIGURATION)
        ledger.enqueue(map(_task, range(IMAGES)))
    except BaseException:
        ledger.close()
        raise
    return ledger


def _record(ledger: Ledger, most: int) -> None:
    number = ledger.start("2026-01-01T00:00:00+00:00", "2 jobs")
    pending = list(ledger.pending())[:most]
    for task in pending:
        ledger.record(task, _outcome(task))
    ledger.end(number, "2026-01-01T01:00:00+00:00", len(pending))
    ledger.starts(), ledger.counts(), ledger.seconds()


def _task(number: int) -> Task:
    url = f"s3://bucket/film-{number:03}.dcm"
    return Task(
        ImageSource(url, Remote(url, 10**6, f"{number:032x}")), subject=f"S{number}" if number % 2 else ""
    )


def _outcome(task: Task) -> Outcome:
    """The same of the same image, however often it is read."""
    drawn = random.Random(task.source.name)
    digest = f"{drawn.getrandbits(256):064x}"
    row: Row = {"status": "ok", "code": "ok", SUBJECT: "" if task.subject else "P", VISIT: "2020-01-01"}
    numbers: Row = {
        "kl": drawn.randrange(5),
        "medial_mjsw_mm": drawn.random(),
        "warnings": "w" * drawn.randrange(9000),
    }
    identity: Row = {"input_sha256": digest, "pixels_sha256": digest}
    return Outcome("ok", ({**row, **numbers, **identity},), f"2.25.{drawn.getrandbits(60)}")


def _flipped_bits(file: Path, randomness: random.Random) -> None:
    for _ in range(randomness.randrange(1, 9)):
        _overwrite(file, randomness.randrange(file.stat().st_size), None, randomness)


def _a_flipped_bit_of_the_header(file: Path, randomness: random.Random) -> None:
    _overwrite(file, randomness.randrange(100), None, randomness)


def _a_flipped_bit_of_the_log(file: Path, randomness: random.Random) -> None:
    log = _log(file)
    _overwrite(log, randomness.randrange(log.stat().st_size), None, randomness)


def _zeros(file: Path, randomness: random.Random) -> None:
    size = file.stat().st_size
    _overwrite(file, randomness.randrange(size), bytes(randomness.randrange(1, 5000)), randomness)


def _noise(file: Path, randomness: random.Random) -> None:
    at = randomness.randrange(file.stat().st_size)
    _overwrite(file, at, randomness.randbytes(randomness.randrange(1, 5000)), randomness)


def _truncated(file: Path, randomness: random.Random) -> None:
    file.write_bytes(file.read_bytes()[: randomness.randrange(file.stat().st_size)])


def _a_truncated_log(file: Path, randomness: random.Random) -> None:
    _truncated(_log(file), randomness)


def _two_pages_exchanged(file: Path, randomness: random.Random) -> None:
    data, size = bytearray(file.read_bytes()), 4096
    first, second = (size * randomness.randrange(len(data) // size) for _ in range(2))
    one, other = bytes(data[first : first + size]), bytes(data[second : second + size])
    data[first : first + size], data[second : second + size] = other, one
    file.write_bytes(data)


def _other_JSON(file: Path, randomness: random.Random) -> None:  # noqa: N802 (the name is shown)
    text = randomness.choice(JSON)
    _sql(file, "UPDATE outcomes SET rows = ? WHERE rowid = ?", (text, randomness.randrange(1, RECORDED + 1)))


def _another_value(file: Path, randomness: random.Random) -> None:
    column = randomness.choice(("key", "status", "overrides", "input_sha256", "instance_uid", "seconds"))
    value = randomness.choice(("ok", "", "x", 7, 0.5, b"\xff\xfe"))
    row = randomness.randrange(1, RECORDED + 1)
    _sql(file, f"UPDATE OR REPLACE outcomes SET {column} = ? WHERE rowid = ?", (value, row))


def _rows_of_another_image(file: Path, randomness: random.Random) -> None:
    one, other = randomness.sample(range(1, RECORDED + 1), 2)
    _sql(
        file,
        "UPDATE outcomes SET rows = (SELECT rows FROM outcomes WHERE rowid = ?) WHERE rowid = ?",
        (one, other),
    )


def _a_table_renamed(file: Path, randomness: random.Random) -> None:
    _sql(file, f"ALTER TABLE {randomness.choice(TABLES)} RENAME TO other")


def _a_table_removed(file: Path, randomness: random.Random) -> None:
    _sql(file, f"DROP TABLE {randomness.choice(TABLES)}")


def _a_table_emptied(file: Path, randomness: random.Random) -> None:
    _sql(file, f"DELETE FROM {randomness.choice(TABLES)}")


def _a_column_more(file: Path, randomness: random.Random) -> None:
    _sql(file, f"ALTER TABLE {randomness.choice(TABLES)} ADD COLUMN more TEXT")


def _a_trigger(file: Path, randomness: random.Random) -> None:
    table = randomness.choice(TABLES[:2])
    _sql(file, f"CREATE TRIGGER foreign_one AFTER INSERT ON {table} BEGIN DELETE FROM outcomes; END")


def _another_format(file: Path, randomness: random.Random) -> None:
    _sql(file, f"PRAGMA user_version = {randomness.randrange(FORMAT + 1, 1000)}")


def _no_database(file: Path, randomness: random.Random) -> None:
    file.write_bytes(randomness.randbytes(randomness.randrange(1, 20_000)))


KINDS: Final[Sequence[Damage]] = (
    *(_flipped_bits, _a_flipped_bit_of_the_header, _a_flipped_bit_of_the_log, _zeros, _noise),
    *(_truncated, _a_truncated_log, _two_pages_exchanged, _other_JSON, _another_value),
    *(_rows_of_another_image, _a_table_renamed, _a_table_removed, _a_table_emptied, _a_column_more),
    *(_a_trigger, _another_format, _no_database),
)


def _log(file: Path) -> Path:
    """The ledger itself where it has none."""
    log = file.with_name(file.name + "-wal")
    return log if log.exists() else file


def _overwrite(file: Path, at: int, data: bytes | None, randomness: random.Random) -> None:
    """data: None to flip one bit."""
    with file.open("r+b") as opened:
        opened.seek(at)
        found = opened.read(1)
        opened.seek(at)
        opened.write(bytes([found[0] ^ 1 << randomness.randrange(8)]) if data is None else data)


def _sql(file: Path, statement: str, values: Sequence[object] = ()) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement, values)
        connection.commit()
