"""File → Radiograph: what was handed over becomes one film, bone bright, at full depth, or is refused.

    source.py        one image to be read;             places.py     where its bytes lie
    finding.py       a file, folder, archive, DICOMDIR or address → sources
    archives.py      what a zip or tar archive holds;  remote.py     what a store holds
    kinds.py         which kind of file the bytes are
    loading.py       the road through this folder, bytes → Radiograph
    pictures.py      PNG, JPEG, TIFF, BMP → pixels;    soundness.py  is the file whole
    dicom.py         bytes → data set;                 tags.py       its values, read without trust
    suitability.py   what is not a frontal knee by its tags;  words.py  the words that say so
    codecs.py        data set → stored pixels, whatever they are compressed with
    stored.py        stored pixels → pixels as a viewer shows them
    colour.py        grey stored as colour, and colour photographs
    bounds.py        sizes that are read
    polarity.py      pictures stored inverted whatever their tags say
    spacing.py       tags → millimetres and their tier
    side.py          tags → side of the body
    identity.py      subject, date of the visit, the image's own UID
    fingerprint.py   hashes of file and pixels

Importing this package imports neither pydicom nor OpenCV; both are imported where a file is read.
"""

from collections.abc import Iterator
from pathlib import Path

from kltool.intake.source import ImageSource
from kltool.values.radiograph import Radiograph, Side

__all__ = ["ImageSource", "decoders", "find_images", "load"]


def load(
    source: Path | ImageSource,
    *,
    spacing_mm: float | tuple[float, float] | None = None,
    side: Side | None = None,
) -> Radiograph:
    """One file as one Radiograph, bone bright.

    source: a path, or an ImageSource (`ImageSource.in_memory(name, data)` for bytes).
    spacing_mm: millimetres a pixel, or (between rows, between columns); takes precedence over the tags.
    side: side of the body; takes precedence over the tags. What the tags say otherwise goes to the notes.
    Raises: Refusal where the file is no readable radiograph of a knee, UsageError where there is no such
    file, SpacingError where spacing_mm cannot be true, InstallationError where a codec is missing.
    """
    from kltool.intake.loading import load_source

    return load_source(source, spacing_mm=spacing_mm, side=side)


def find_images(path: Path | str) -> Iterator[ImageSource]:
    """Every image under a path, in a fixed order: the file itself, a folder's, an archive's, a DICOMDIR's.

    path: or an address that fsspec understands, as s3://bucket/folder.

    Companions (.json, .csv, .txt, hidden files ...) inside folders and archives are passed over; a file
    named by the caller never is. Raises UsageError where there is no such path, or no image under it.
    """
    from kltool.intake.finding import find_sources

    return find_sources(path)


def decoders() -> dict[str, tuple[str, ...]]:
    """What pixels can be stored in, with the installed packages that decode it; none where one is missing."""
    from kltool.intake.codecs import installed_decoders

    return installed_decoders()
