"""One task, read in this process."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome, failed
from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import StorageFull, UsageError
from kltool.intake import ImageSource, load
from kltool.intake.hashes import sha256_of_file
from kltool.reading import read
from kltool.report.record import knee_record
from kltool.tables.columns import OK, REFUSED, Row, knee_cells
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Reading
from kltool.weights import Models


def model_name(hashes: Mapping[str, str]) -> str:
    """What made a reading in one cell, by kltool.weights.hashes_of_reading; run.json has the whole hashes."""
    named = " ".join(f"{name}:{digest[:8]}" for name, digest in hashes.items())
    return f"kltool-{version('kltool')} {named}"


@dataclass(frozen=True, slots=True)
class Orders:
    """What holds for every image of a run. overlays: the folder for pictures, empty where none are wanted."""

    model: str
    overlays: str
    pseudonyms: Pseudonyms


def read_task(task: Task, models: Models, orders: Orders) -> Outcome:
    """Whatever happens to one image ends here, as its outcome. Raises StorageFull."""
    began = time.perf_counter()
    outcome = _outcome(task, models, orders)
    return replace(outcome, seconds=time.perf_counter() - began)


def _outcome(task: Task, models: Models, orders: Orders) -> Outcome:
    made, data, uid = {"model": orders.model}, b"", ""
    try:
        data = task.source.read()
        film = load(ImageSource.in_memory(task.source.name, data), side=task.side, spacing_mm=task.spacing_mm)
        uid = film.instance_uid or ""
        made |= _film_cells(film, orders.pseudonyms)
        outcome = _read(film, task, models, orders, made)
    except StorageFull:
        raise
    except Exception as error:  # one bad image must not stop the others; its kind is in the row
        if data and "input_sha256" not in made:
            made["input_sha256"] = sha256_of_file(data)
        outcome = failed(error, made)
    return replace(outcome, instance_uid=uid)


def _read(film: Radiograph, task: Task, models: Models, orders: Orders, made: dict[str, str]) -> Outcome:
    reading = read(film, models)
    made["notes"] = "; ".join(reading.film.notes)
    rows = tuple(_rows(reading, task, orders, made))
    return Outcome(OK if reading.knees else REFUSED, rows)


def _rows(reading: Reading, task: Task, orders: Orders, made: dict[str, str]) -> Iterator[Row]:
    for knee in reading.knees:
        row: Row = {"status": OK, "code": OK, **made, **knee_cells(knee_record(knee))}
        if orders.overlays:
            row["overlay"] = _overlay(knee, task, Path(orders.overlays))
        yield row
    for refused in reading.refused:
        yield {"status": REFUSED, "code": refused.code, "reason": refused.reason, **made}


def _film_cells(film: Radiograph, pseudonyms: Pseudonyms) -> dict[str, str]:
    day = film.study_date
    return {
        "subject": pseudonyms(film.subject) if film.subject else "",
        "study_date": f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else "",
        "projection": film.projection or "",
        "input_sha256": film.file_sha256,
        "pixels_sha256": film.pixels_sha256,
    }


def _overlay(knee: KneeReading, task: Task, folder: Path) -> str:
    """The picture's path below the output folder. Its name says nothing of whose knee it shows."""
    from kltool.report.plots import write_overlay

    name = f"{task.key[:16]}-{knee.side}.png"
    try:
        write_overlay(knee, folder / name)
    except UsageError as error:
        raise StorageFull(
            f"{error}; free some space and start the same command again: what was read is kept"
        ) from None
    return f"{folder.name}/{name}"
