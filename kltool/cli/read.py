"""kltool read: every image to a record; one that cannot be read is a record with its reason."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from kltool.cli.overlays import ImageReader, prepared
from kltool.cli.sources import Image, Stated, images_of
from kltool.errors import Exit
from kltool.escaping import say_json
from kltool.intake.sources import Access
from kltool.reading import DEFAULT, Settings
from kltool.report.record import reading_record, unread_record
from kltool.report.terminal.console import Console
from kltool.report.terminal.readings import print_readings
from kltool.typing import Record
from kltool.values.reading import Reading, Status, Unread
from kltool.weights import load_models


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """overlay: the folder of the pictures. limit_s: of an image. settings: of every reading."""

    stated: Stated
    as_json: bool
    overlay: Path | None
    access: Access
    limit_s: float
    settings: Settings = DEFAULT


def read_all(paths: list[Path], manifest: Path | None, options: ReadOptions) -> Exit:
    """Print a record of each image. Raises UsageError, SpacingError, InstallationError."""
    images = images_of(paths, manifest, options.stated, options.access)
    folder = prepared(options.overlay)
    reader = ImageReader(load_models(), folder, options.limit_s, options.settings)
    records = []
    for image in _tracked(images, visible=not options.as_json):
        records.append(_record(reader.read(image)))
        if options.as_json:
            say_json(records[-1])
    if not options.as_json:
        print_readings(records, Console())
    return exit_of(records)


def exit_of(records: list[Record]) -> Exit:
    """FAILED if any image failed, else REFUSED if any was refused."""
    statuses = {record["status"] for record in records}
    if Status.FAILED in statuses:
        return Exit.FAILED
    return Exit.REFUSED if Status.REFUSED in statuses else Exit.OK


def _tracked(images: list[Image], visible: bool) -> Iterator[Image]:
    """The same images; with a progress bar where a person waits for several."""
    hidden = not (visible and sys.stderr.isatty() and len(images) > 1)
    yield from track(images, "reading", console=Console(sys.stderr), disable=hidden)


def _record(outcome: Reading | Unread) -> Record:
    if isinstance(outcome, Reading):
        return reading_record(outcome)
    return unread_record(outcome)
