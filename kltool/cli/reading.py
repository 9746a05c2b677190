"""kltool read: every image to a record; a bad one is a record with its reason, never a stop."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from kltool.cli.tasks import Task, tasks_of
from kltool.errors import Exit, InstallationError
from kltool.intake import load
from kltool.reading import provenance_of_models, read
from kltool.report.files import writable
from kltool.report.record import error_record, provenance_record, reading_record
from kltool.typing import Record
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Reading
from kltool.weights import Models, load_models


def read_all(
    paths: list[Path],
    manifest: Path | None,
    side: Side | None,
    spacing: float | None,
    as_json: bool,
    overlay: Path | None,
) -> Exit:
    tasks = tasks_of(paths, manifest, side, spacing)
    folder = prepared(overlay)
    models = load_models()
    records = []
    for record in _records(tasks, models, folder, shown=not as_json):
        records.append(record)
        if as_json:
            print(json.dumps(record), flush=True)
    if not as_json:
        from kltool.report.terminal.readings import print_readings

        print_readings(records, Console())
    return exit_of(records)


def exit_of(records: list[Record]) -> Exit:
    """Failed outweighs refused outweighs read."""
    statuses = {record["status"] for record in records}
    return Exit.FAILED if "failed" in statuses else Exit.REFUSED if "refused" in statuses else Exit.OK


def prepared(overlay: Path | None) -> Path | None:
    """The overlay folder, made and tried at the start. Raises UsageError."""
    return writable(overlay, "--overlay") if overlay else None


def write_overlays(reading: Reading, folder: Path) -> None:
    from kltool.report.plots import write_overlay

    for knee in reading.knees:
        write_overlay(knee, folder / overlay_name(knee))


def overlay_name(knee: KneeReading) -> str:
    """The file's own name, what it held, and the side: two files of one name do not collide."""
    film = knee.knee.film
    stem = Path(film.source.rsplit("!", 1)[-1]).stem
    return f"{stem}-{film.file_sha256[:8]}-{knee.side}.png"


def _records(tasks: list[Task], models: Models, folder: Path | None, shown: bool) -> Iterator[Record]:
    visible = shown and sys.stderr.isatty() and len(tasks) > 1
    for task in track(tasks, "reading", console=Console(stderr=True)) if visible else tasks:
        yield _record(task, models, folder)


def _record(task: Task, models: Models, folder: Path | None) -> Record:
    try:
        film = load(task.source, spacing_mm=task.spacing_mm, side=task.side)
        reading = read(film, models)
        if folder is not None:
            write_overlays(reading, folder)
        return reading_record(reading)
    except InstallationError:
        raise
    except Exception as error:  # one bad image must not stop the others; its kind is in the record
        return error_record(task.source.name, error, provenance_record(provenance_of_models(models)))
