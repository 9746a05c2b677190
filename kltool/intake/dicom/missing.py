"""Attributes without which pixels cannot be decoded, and which old files (ACR-NEMA) and converters leave out.

Each is filled in where the length of the pixels leaves no doubt. docs/choices-intake.md#missing-attributes
"""

from pydicom.dataset import FileDataset

from kltool.intake.dicom import dataset as elements

GREY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
HALVED = "YBR_FULL_422"  # two bytes of chrominance for two pixels, PS3.3 C.7.6.3.1.2


def fill_missing(dataset: FileDataset) -> tuple[str, ...]:
    """Complete the attributes of the pixels in place; a note names those that were missing."""
    if "PixelData" not in dataset:
        return ()
    missing = tuple(_fill(dataset))
    notes = (f"attributes missing, the usual values are used: {', '.join(missing)}",) if missing else ()
    return (*notes, *_settle_photometric(dataset))


def _settle_photometric(dataset: FileDataset) -> tuple[str, ...]:
    """Replace, with a note, one that does not go with the number of samples or the length of the pixels."""
    stated = elements.text(dataset, "PhotometricInterpretation")
    is_grey = elements.whole_number(dataset, "SamplesPerPixel") == 1
    settled = stated.upper()
    if settled not in (GREY if is_grey else COLOUR):
        settled = _photometric(dataset)
    elif settled == HALVED and _is_full_length(dataset):
        settled = "YBR_FULL"
    if settled == stated:
        return ()
    elements.put(dataset, "PhotometricInterpretation", settled)
    return (f"PhotometricInterpretation is not that of these pixels: read as {settled}",)


def _is_full_length(dataset: FileDataset) -> bool:
    """Whether uncompressed pixels of halved chrominance have it in full."""
    rows, columns = (elements.whole_number(dataset, keyword) or 0 for keyword in ("Rows", "Columns"))
    length = len(elements.pixel_bytes(dataset))
    return 3 * rows * columns <= length <= 3 * rows * columns + 1


def _fill(dataset: FileDataset) -> list[str]:
    filled: list[str] = []

    def complete(keyword: str, value: int | str | None) -> None:
        if value is not None and not elements.values(dataset, keyword):
            elements.put(dataset, keyword, value)
            filled.append(f"{keyword} {value}")

    complete("SamplesPerPixel", 1)
    complete("PhotometricInterpretation", _photometric(dataset))
    complete("BitsAllocated", _bits_allocated(dataset))
    high = elements.whole_number(dataset, "HighBit")
    complete("BitsStored", elements.whole_number(dataset, "BitsAllocated") if high is None else high + 1)
    stored = elements.whole_number(dataset, "BitsStored")
    complete("HighBit", None if stored is None else stored - 1)
    complete("PixelRepresentation", 0)
    if (elements.whole_number(dataset, "SamplesPerPixel") or 1) > 1:
        complete("PlanarConfiguration", 0)
    return filled


def _photometric(dataset: FileDataset) -> str:
    """Whether bone is bright is decided by the picture, whatever is stated here."""
    return "MONOCHROME2" if elements.whole_number(dataset, "SamplesPerPixel") == 1 else "RGB"


def _bits_allocated(dataset: FileDataset) -> int | None:
    """By the length of uncompressed pixels; None where it fits no whole number of bytes."""
    rows, columns, samples = (
        elements.whole_number(dataset, keyword) or 0 for keyword in ("Rows", "Columns", "SamplesPerPixel")
    )
    cells = rows * columns * samples
    length = len(elements.pixel_bytes(dataset))
    fitting = (size for size in (1, 2, 4) if cells and length in (cells * size, cells * size + 1))
    return next((8 * size for size in fitting), None)
