"""One image of many read for the command line, with a picture of each knee where a folder is given."""

import hashlib
from pathlib import Path
from typing import Final

from kltool.cli.sources import Image
from kltool.errors import InstallationError
from kltool.reading import read_source
from kltool.report.files import writable
from kltool.report.plots import write_overlay
from kltool.values.reading import KneeReading, Reading, Unread
from kltool.weights import Models

LONGEST_STEM: Final = 150  # bytes; with what is added, below the 255 of most file systems


def prepared(overlay: Path | None) -> Path | None:
    """The folder of the pictures, made and tried at the start. Raises UsageError."""
    return writable(overlay, "--overlay") if overlay else None


def read_image(image: Image, models: Models, overlays: Path | None) -> Reading | Unread:
    """As `read_source`; an image whose pictures cannot be written is unread. Raises InstallationError."""
    stated = image.stated
    outcome = read_source(image.source, models, side=stated.side, spacing_mm=stated.spacing_mm)
    if overlays is None or isinstance(outcome, Unread):
        return outcome
    try:
        write_overlays(outcome, overlays)
    except InstallationError:
        raise
    except Exception as error:
        return Unread.from_error(outcome.source, error, outcome.film, outcome.produced_by)
    return outcome


def write_overlays(reading: Reading, folder: Path) -> None:
    for knee in reading.knees:
        write_overlay(knee, folder / overlay_name(knee))


def overlay_name(knee: KneeReading) -> str:
    """The name of the file, a hash of its content, and the side: two files of one name have two pictures."""
    film = knee.knee.film
    stem = _short(Path(film.source.rsplit("!", 1)[-1]).stem)
    return f"{stem}-{film.file_sha256[:8]}-{knee.side}.png"


def _short(stem: str) -> str:
    """A long name, as a member of an archive may have, is cut; a hash of the whole tells it from others."""
    data = stem.encode()
    if len(data) <= LONGEST_STEM:
        return stem
    return f"{data[:LONGEST_STEM].decode(errors='ignore')}-{hashlib.sha256(data).hexdigest()[:8]}"
