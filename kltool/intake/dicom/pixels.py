"""Stored DICOM pixels → pixels as a viewer displays them at full depth: bone bright, padding dark.

The order is the standard's (PS3.3 C.11, PS3.4 N.2): Modality LUT or rescale, then inversion for
MONOCHROME1 or an INVERSE presentation. Windows and VOI LUTs are not applied: they choose what a person
sees on an 8-bit screen, and joint margins are measured at full depth.
"""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.processing import apply_color_lut

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake.colour import grey_of
from kltool.intake.content import DisplayedPixels, single_precision, without_padding
from kltool.intake.dicom import dataset as elements
from kltool.intake.dicom.codestream import damaged_pixels
from kltool.intake.dicom.decoders import StoredPixels, stored_pixels
from kltool.intake.dicom.header import DisplayTags, Header
from kltool.intake.limits import check_compression, check_size
from kltool.typing import Float64, Mask

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
MOST_BITS_OF_A_TABLE = 16  # PS3.3 C.11.1.1.1
Range = tuple[float, float]  # lowest and highest value


def displayed_pixels(dataset: FileDataset, header: Header) -> DisplayedPixels:
    """Raises Undecodable, NotARadiograph (size, colour), InstallationError (decoder missing)."""
    pixel_format = header.pixel_format
    check_size(pixel_format.rows or 0, pixel_format.columns or 0)
    check_compression(pixel_format.rows or 0, pixel_format.columns or 0, _packed_bytes(dataset))
    stored, notes = stored_pixels(dataset, pixel_format)
    displayed = _displayed(dataset, header, stored)
    return replace(displayed, notes=(*notes, *displayed.notes))


def _packed_bytes(dataset: Dataset) -> int:
    """Of the pixels as they are stored."""
    found = (value for name in PIXELS for value in elements.values(dataset, name))
    return sum(len(value) for value in found if isinstance(value, bytes))


def _displayed(dataset: Dataset, header: Header, stored: StoredPixels) -> DisplayedPixels:
    pixel_format = header.pixel_format
    if stored.ndim == 3:
        bits = pixel_format.bits_stored or stored.dtype.itemsize * 8
        return _displayed_colour(stored, bits)
    if pixel_format.photometric == "PALETTE COLOR":
        channels = _palette_colour(dataset, stored)
        return _displayed_colour(channels, channels.dtype.itemsize * 8)
    return _displayed_grey(dataset, header, stored)


def _palette_colour(dataset: Dataset, stored: StoredPixels) -> StoredPixels:
    try:
        return apply_color_lut(stored, dataset)[..., :3]
    except Exception as error:  # a palette that is missing or too short raises many types
        raise damaged_pixels() from error


def _displayed_colour(channels: StoredPixels, bits: int) -> DisplayedPixels:
    if channels.shape[2] != 3:
        raise NotARadiograph(
            f"an image of {channels.shape[2]} channels was found, grey or RGB was expected; "
            "export the radiograph in grey"
        )
    grey, notes = grey_of(channels, 2.0**bits - 1)
    return DisplayedPixels(grey, None, notes)


def _displayed_grey(dataset: Dataset, header: Header, stored: StoredPixels) -> DisplayedPixels:
    if not np.isfinite(stored).all():
        raise damaged_pixels()
    width = stored.dtype.itemsize * 8
    bits = min(header.pixel_format.bits_stored or width, width)
    padding = _padding(header.display, stored, bits)
    stored_range = _stored_range(stored if padding is None else stored[~padding], bits)
    values, value_range, notes = _modality(dataset, header.display, stored, stored_range)
    if not np.isfinite(values).all():
        raise damaged_pixels()
    if _is_displayed_inverted(header):
        values = sum(value_range) - values
    pixels = without_padding(single_precision(values, padding), padding)
    return DisplayedPixels(pixels, padding, notes)


def _is_displayed_inverted(header: Header) -> bool:
    """MONOCHROME1 and INVERSE mean the same (PS3.3 C.8.11.3.1.2): one inversion, not two."""
    return header.pixel_format.photometric == "MONOCHROME1" or header.display.lut_shape == "INVERSE"


def _stored_range(image: StoredPixels, bits: int) -> Range:
    """Lowest and highest value that BitsStored can hold, which an inversion exchanges.

    image: without padding. Floating-point pixels have no bits stored: the lowest and highest that occur.
    """
    if image.dtype.kind == "f":
        return float(image.min()), float(image.max())
    if image.dtype.kind == "i":
        return -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
    return 0.0, 2.0**bits - 1


def _modality(
    dataset: Dataset, display: DisplayTags, stored: StoredPixels, stored_range: Range
) -> tuple[Float64, Range, tuple[str, ...]]:
    """Values after the Modality LUT, the range they can take, notes. A table outranks the rescale."""
    tables = elements.items(dataset, "ModalityLUTSequence")
    if tables:
        return *_by_table(tables[0], stored), ()
    slope, intercept, notes = _rescale(display)
    values = stored.astype(np.float64) * slope + intercept
    low, high = sorted(end * slope + intercept for end in stored_range)
    return values, (low, high), notes


def _by_table(table: Dataset, stored: StoredPixels) -> tuple[Float64, Range]:
    """Source: PS3.3 C.11.1.1.1; stored values below or above the table take its first or last entry."""
    try:
        count, first, bits = (int(value) for value in elements.values(table, "LUTDescriptor"))
        if not 0 <= bits <= MOST_BITS_OF_A_TABLE:
            raise ValueError(bits)
        entries = _entries(table, count % 65_536 or 65_536, bits)
    except (TypeError, ValueError) as error:
        raise damaged_pixels() from error
    places = np.clip(stored.astype(np.int64) - first, 0, len(entries) - 1)
    return entries[places].astype(np.float64), (0.0, 2.0**bits - 1)


def _entries(table: Dataset, count: int, bits: int) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """One byte an entry of 8 bits, or two as older files have it: the length tells. Raises ValueError."""
    found = elements.values(table, "LUTData")
    if not isinstance(found[0] if found else b"", bytes):
        return np.array(found, np.int64).astype(np.uint16)[:count]
    data = b"".join(found)
    narrow = bits <= 8 and len(data) <= count + 1
    return np.frombuffer(data, np.uint8 if narrow else "<u2", count)


def _rescale(display: DisplayTags) -> tuple[float, float, tuple[str, ...]]:
    """Slope, intercept, notes."""
    if not display.slope:
        return 1.0, display.intercept or 0.0, ()
    slope = display.slope[0]
    if slope == 0 or not math.isfinite(slope):
        note = "RescaleSlope refused, a number other than 0 was expected: stored values are used"
        return 1.0, 0.0, (note,)
    return slope, display.intercept or 0.0, ()


def _padding(display: DisplayTags, stored: StoredPixels, bits: int) -> Mask | None:
    """Where there is no image: PixelPaddingValue, to PixelPaddingRangeLimit if that is given.

    Source: DICOM PS3.3 C.7.5.1.1.2, stored values, before the Modality LUT.
    """
    value, limit = display.padding, display.padding_limit
    if value is None:
        return None
    ends = [value, value if limit is None else limit]
    if stored.dtype.kind == "i":
        ends = [_as_signed(end, bits) for end in ends]
    padding: Mask = (stored >= min(ends)) & (stored <= max(ends))
    if padding.all():
        raise Undecodable(
            "an image of padding alone was found, a radiograph was expected; export the image again"
        )
    return padding if padding.any() else None


def _as_signed(value: float, bits: int) -> float:
    """Signed values are often tagged as unsigned ones of 16 bits."""
    return value - 65_536 if value >= 2 ** (bits - 1) else value
