"""Batches and workers killed at random points: nothing lost, nothing twice, the same bytes at the end."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

import psutil

from evaluation.hostile import killed, places
from evaluation.hostile.attack import Attack
from evaluation.hostile.killed import Batch, Process

SMALL_FILMS: Final = 60
MANY_FILMS: Final = 240  # small ones, of which some are read while a killed worker is replaced
FILMS: Final = ("knee_right_normal.dcm", "knee_left_moderate.dcm")
ROWS: Final = 10_000  # of the tables that are written while they are killed
KILLS_A_RUN: Final = 5  # before it is left alone to its end
APART: Final = 6  # images between two kills of workers
LONGEST_PAUSE_S: Final = 0.5


Kill = Callable[[Process, Path], bool]  # a run in its folder, killed; False where it had ended before


@dataclass(slots=True)
class Tally:
    """kills: that met a running process. ends: runs that went on to their end. wrong: what was found."""

    kills: int = 0
    ends: int = 0
    wrong: list[str] = field(default_factory=list)


def attack_kills(points: int = 50, workers: int = 12, seed: int = 1) -> Attack:
    """Half of the points while images are read, half while tables are written; then the workers' kills."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, rows = _films(folder / "films", SMALL_FILMS), _rows(folder / "rows")
        many = _films(folder / "many", MANY_FILMS)
        reading = Batch.undisturbed(small, folder / "whole-films")
        of_many = Batch.undisturbed(many, folder / "whole-many")
        writing = Batch.undisturbed(rows, folder / "whole-rows")
        tallies = (
            kill_while_reading(reading, folder / "reading", points - points // 2, random),
            kill_while_writing(writing, folder / "writing", points // 2, random),
            kill_workers(of_many, folder / "workers", workers, random),
        )
    wrong = [what for tally in tallies for what in tally.wrong]
    kills, ends = [tally.kills for tally in tallies], sum(tally.ends for tally in tallies)
    films = SMALL_FILMS + len(FILMS)
    return Attack(
        f"SIGKILL of a batch at {points} random points ({kills[0]} while {films} films are read, {kills[1]} "
        f"while tables of {ROWS:,} rows are written) and of {workers} workers; started again until done",
        "nothing lost, nothing read twice, tables complete or not there, and the bytes of an undisturbed run",
        f"{kills[0] + kills[1]} kills of runs and {kills[2]} of workers, {ends} runs to the end: "
        + ("; ".join(dict.fromkeys(wrong)) or "nothing lost, nothing twice, the same bytes"),
        not wrong and kills[0] + kills[1] == points and kills[2] == workers,
    )


def kill_while_reading(batch: Batch, folder: Path, kills: int, random: Random) -> Tally:
    """At random points of the time that an undisturbed run takes."""
    moments = killed.moments(random, batch.seconds - batch.writing_s)
    return _killed(batch, folder, kills, lambda process, out: killed.is_killed(process, next(moments)))


def kill_while_writing(batch: Batch, folder: Path, kills: int, random: Random) -> Tally:
    """At random points from the first row that is written to the end of the run."""
    moments = killed.moments(random, batch.writing_s)

    def kill(process: Process, out: Path) -> bool:
        of_last = killed.unfinished(out)
        killed.wait_until(lambda: killed.unfinished(out) not in (None, of_last), process)
        return killed.is_killed(process, next(moments))

    return _killed(batch, folder, kills, kill)


def kill_workers(batch: Batch, folder: Path, kills: int, random: Random) -> Tally:
    """Each some images after the last, at a random moment; a worker is killed, the run goes on."""
    tally, moments = Tally(), killed.moments(random, LONGEST_PAUSE_S)
    while tally.kills < kills:
        out = folder / str(tally.ends)
        out.mkdir(parents=True)
        process = killed.started(batch.source, out)
        while tally.kills < kills and process.poll() is None:
            _wait_for_images(process, out)
            time.sleep(next(moments))
            tally.kills += _is_worker_killed(process, random)
        process.wait()
        _ended(batch, out, tally)
    return tally


def _killed(batch: Batch, folder: Path, kills: int, kill: Kill) -> Tally:
    """Killed, started again and killed again, some times a run, which is then left alone to its end."""
    tally = Tally()
    for number in count():
        out, of_run = folder / str(number), 0
        before: killed.Recorded = {}
        out.mkdir(parents=True)
        while tally.kills < kills and of_run < KILLS_A_RUN and kill(killed.started(batch.source, out), out):
            now = killed.recorded(out)
            tally.wrong += [*killed.wrong_since(before, now), *batch.wrong_in_between(out)]
            before, of_run, tally.kills = now, of_run + 1, tally.kills + 1
        killed.started(batch.source, out).wait()
        tally.wrong += killed.wrong_since(before, killed.recorded(out))
        _ended(batch, out, tally)
        if tally.kills >= kills:
            return tally
    raise AssertionError  # count() has no end


def _ended(batch: Batch, out: Path, tally: Tally) -> None:
    tally.wrong += batch.wrong_at_end(out)
    tally.ends += 1
    shutil.rmtree(out)


def _wait_for_images(process: Process, out: Path) -> None:
    """An image whose workers die twice is given up: that of the last kill is read before the next."""
    read = len(killed.recorded(out))
    killed.wait_until(lambda: killed.caught_up(out) >= read + APART, process)


def _is_worker_killed(process: Process, random: Random) -> bool:
    try:
        random.choice(psutil.Process(process.pid).children()).kill()
    except (IndexError, psutil.NoSuchProcess):
        return False
    return True


def _films(folder: Path, small: int) -> Path:
    folder.mkdir()
    for number in range(small):
        (folder / f"{number:03}.dcm").write_bytes(places.film_of(number, places.SMALL_FILM))
    for name in FILMS:
        shutil.copy(places.FILM.with_name(name), folder)
    return folder


def _rows(folder: Path) -> Path:
    """A manifest of rows that differ and name one film, which is read once."""
    folder.mkdir()
    shutil.copy(places.FILM, folder / "film.dcm")
    rows = [("film.dcm", f"S{number}", f"V{number % 7}", number / 3) for number in range(ROWS)]
    return places.table(folder / "rows.csv", ("path", "subject", "visit", "note"), rows)
