"""One task, read in this process."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kltool.batch.config import WorkerConfig
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome, unread_outcome
from kltool.batch.pseudonym import Pseudonyms
from kltool.errors import InstallationError, StorageFull, UsageError
from kltool.intake import ImageSource
from kltool.intake.hashes import sha256_of_file
from kltool.reading import read_source, settings_of
from kltool.report.plots import write_overlay
from kltool.report.rows import film_cells, knee_row
from kltool.tables.columns import REFUSED, Row
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading, Reading, Unread
from kltool.weights import Models


def read_task(task: Task, models: Models, config: WorkerConfig) -> Outcome:
    """Every error of one image becomes its outcome. Raises StorageFull."""
    began = time.perf_counter()
    outcome = _outcome(task, models, config)
    return replace(outcome, seconds=time.perf_counter() - began)


def _outcome(task: Task, models: Models, config: WorkerConfig) -> Outcome:
    common: Row = {"model": config.made_by}
    try:
        data = task.source.read()
    except Exception as error:
        return unread_outcome(Unread.from_error(task.source.name, error), common)
    result = _read(ImageSource.in_memory(task.source.name, data), task, models, config)
    common |= _image_cells(result.film, data, _subject_of(result.film, task, config.pseudonyms))
    if isinstance(result, Unread):
        outcome = unread_outcome(result, common)
    else:
        outcome = _with_rows(result, task, config, {**common, "notes": "; ".join(result.film.notes)})
    return replace(outcome, instance_uid=result.film.instance_uid or "" if result.film else "")


def _read(source: ImageSource, task: Task, models: Models, config: WorkerConfig) -> Reading | Unread:
    """A codec that is missing costs the images that need it and no other.

    A spacing that a manifest states counts more than the sphere of the run.
    """
    sphere_mm = config.sphere_mm if task.spacing_mm is None else None
    try:
        return read_source(
            source,
            models,
            side=task.side,
            spacing_mm=task.spacing_mm,
            sphere_mm=sphere_mm,
            settings=settings_of(config.require_side, config.site),
        )
    except InstallationError as error:
        return Unread.from_error(source.name, error)


def _with_rows(reading: Reading, task: Task, config: WorkerConfig, common: Row) -> Outcome:
    try:
        return Outcome(str(reading.status), tuple(_rows(reading, task, config.overlays, common)))
    except StorageFull:
        raise
    except Exception as error:
        return unread_outcome(Unread.from_error(reading.source, error), common)


def _rows(reading: Reading, task: Task, overlays: str, common: Row) -> Iterator[Row]:
    for knee in reading.knees:
        row: Row = {**common, **knee_row(knee)}
        if overlays:
            row["overlay"] = _overlay(knee, task, Path(overlays))
        yield row
    for refused in reading.refused:
        yield {"status": REFUSED, "code": refused.code, "reason": refused.reason, **common}


def _subject_of(film: Radiograph | None, task: Task, pseudonyms: Pseudonyms) -> str:
    """Empty where a manifest states the subject: a PatientID that is not needed is not recorded."""
    if film is None or task.subject or not film.subject:
        return ""
    return pseudonyms(film.subject)


def _image_cells(film: Radiograph | None, data: bytes, subject: str) -> Row:
    """Of the film, or of the bytes where no film could be made of them."""
    if film is None:
        return {"input_sha256": sha256_of_file(data)} if data else {}
    return {**film_cells(film), "subject": subject}


def _overlay(knee: KneeReading, task: Task, folder: Path) -> str:
    """The picture's path below the output folder; named by a hash, so that it names no person."""
    name = f"{task.key[:16]}-{knee.side}.png"
    try:
        write_overlay(knee, folder / name)
    except UsageError as error:
        raise StorageFull(
            f"{error}; free some space and start the same command again: what was read is kept"
        ) from error
    return f"{folder.name}/{name}"
