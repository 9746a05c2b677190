"""One image of many read for the command line, with a picture of each knee where a folder is given."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.cli.sources import Image
from kltool.errors import InstallationError, TimeLimitExceeded
from kltool.reading import DEFAULT, Settings, provenance, read_source, settings_with
from kltool.report.files import writable
from kltool.report.plots import write_overlay
from kltool.time_limit import time_limit
from kltool.values.reading import KneeReading, Reading, Unread
from kltool.weights import Models

LONGEST_STEM: Final = 150  # bytes; with what is added, below the 255 of most file systems


def prepared(overlay: Path | None) -> Path | None:
    """The folder of the pictures, made and tried at the start. Raises UsageError."""
    return writable(overlay, "--overlay") if overlay else None


@dataclass(frozen=True, slots=True)
class ImageReader:
    """Reads one image after the other. overlays: the folder of the pictures. limit_s: of each image.

    settings: of every reading.
    """

    models: Models
    overlays: Path | None
    limit_s: float
    settings: Settings = DEFAULT

    def read(self, image: Image) -> Reading | Unread:
        """As `read_source`; an image that takes too long, or whose pictures cannot be written, is unread.

        Raises InstallationError.
        """
        try:
            with time_limit(self.limit_s):
                return self._read(image)
        except TimeLimitExceeded as late:
            made = provenance(self.models, settings_with(self.settings, image.stated.sphere_mm), None)
            return Unread.from_error(image.source.name, late, None, made)

    def _read(self, image: Image) -> Reading | Unread:
        stated = image.stated
        outcome = read_source(
            image.source,
            self.models,
            side=stated.side,
            spacing_mm=stated.spacing_mm,
            settings=self.settings,
            sphere_mm=stated.sphere_mm,
        )
        if self.overlays is None or isinstance(outcome, Unread):
            return outcome
        try:
            write_overlays(outcome, self.overlays)
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
