"""Stored DICOM pixels → pixels as a viewer shows them at full depth: bone bright, padding dark.

The order is the standard's (PS3.3 C.11, PS3.4 N.2): Modality LUT or rescale, then inversion for
MONOCHROME1 or an INVERSE presentation. Windows and VOI LUTs are not applied: they choose what a person
sees on an 8-bit screen, and joint margins are measured at full depth.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake.bounds import check_size
from kltool.intake.codecs import cut, stored_pixels
from kltool.intake.colour import grey_of
from kltool.intake.tags import items_of, number_of, numbers_of, silently, text_of, values_of, whole_number_of
from kltool.typing import Float32

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shown:
    """Pixels as a viewer shows them; where `padding` is set there is no image, and they are the darkest."""

    pixels: Float32
    padding: Mask | None = None
    notes: tuple[str, ...] = ()


def shown_pixels(dataset: "FileDataset") -> Shown:
    """Raises Undecodable, NotARadiograph (size, colour), InstallationError (codec missing)."""
    rows, columns = whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns")
    check_size(rows or 0, columns or 0)
    stored = stored_pixels(dataset)
    if stored.ndim == 3 or text_of(dataset, "PhotometricInterpretation") == "PALETTE COLOR":
        return _shown_colour(dataset, stored)
    return _shown_grey(dataset, stored)


def without_padding(pixels: Float32, padding: Mask | None) -> Float32:
    """Padding at the darkest real value."""
    if padding is None:
        return pixels
    return np.where(padding, pixels[~padding].min(), pixels).astype(np.float32)


def _shown_colour(dataset: "FileDataset", stored: npt.NDArray[Any]) -> Shown:
    channels = stored
    if stored.ndim == 2:
        from pydicom.pixels.processing import apply_color_lut

        try:
            with silently():
                channels = apply_color_lut(stored, dataset)[..., :3]
        except Exception:  # a palette that is missing or too short raises many types
            raise cut() from None
    if channels.shape[2] != 3:
        raise NotARadiograph(
            f"an image of {channels.shape[2]} channels was found, grey or RGB was expected; "
            "export the radiograph in grey"
        )
    bits = whole_number_of(dataset, "BitsStored") if stored.ndim == 3 else None
    full_range = 2.0 ** (bits or channels.dtype.itemsize * 8) - 1
    grey, notes = grey_of(channels, full_range)
    return Shown(grey, None, notes)


def _shown_grey(dataset: "FileDataset", stored: npt.NDArray[Any]) -> Shown:
    lowest, highest = _stored_range(dataset, stored.dtype)
    padding = _padding(dataset, stored, lowest, highest)
    values, shown_range, notes = _modality(dataset, stored, (lowest, highest))
    if not np.isfinite(values).all():
        raise cut()
    if _is_shown_inverted(dataset):
        values = sum(shown_range) - values
    pixels = without_padding(values.astype(np.float32), padding)
    return Shown(pixels, padding, notes)


def _is_shown_inverted(dataset: "FileDataset") -> bool:
    """MONOCHROME1 and INVERSE say the same thing (PS3.3 C.8.11.3.1.2): one inversion, not two."""
    return (
        text_of(dataset, "PhotometricInterpretation") == "MONOCHROME1"
        or text_of(dataset, "PresentationLUTShape") == "INVERSE"
    )


def _stored_range(dataset: "FileDataset", dtype: np.dtype[Any]) -> tuple[int, int]:
    """Lowest and highest value that BitsStored can hold: what an inversion turns about."""
    bits = whole_number_of(dataset, "BitsStored") or dtype.itemsize * 8
    if dtype.kind == "i":
        return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return 0, 2**bits - 1


def _modality(
    dataset: "FileDataset", stored: npt.NDArray[Any], stored_range: tuple[int, int]
) -> tuple[npt.NDArray[np.float64], tuple[float, float], tuple[str, ...]]:
    """Values after the Modality LUT, the range they can take, notes. A table outranks the rescale."""
    tables = items_of(dataset, "ModalityLUTSequence")
    if tables:
        from pydicom.pixels.processing import apply_modality_lut

        try:
            with silently():
                values = apply_modality_lut(stored, dataset).astype(np.float64)
                bits = int(values_of(tables[0], "LUTDescriptor")[2])
        except Exception:  # tables that are missing or too short raise many types
            raise cut() from None
        return values, (0.0, 2.0**bits - 1), ()
    slope, intercept = number_of(dataset, "RescaleSlope"), number_of(dataset, "RescaleIntercept")
    notes: tuple[str, ...] = ()
    if slope == 0 or (slope is None and numbers_of(dataset, "RescaleSlope")):
        notes = ("RescaleSlope refused, a number other than 0 was expected: stored values are used",)
        slope, intercept = None, None
    slope, intercept = 1.0 if slope is None else slope, intercept or 0.0
    values = stored.astype(np.float64) * slope + intercept
    low, high = sorted(end * slope + intercept for end in stored_range)
    return values, (low, high), notes


def _padding(dataset: "FileDataset", stored: npt.NDArray[Any], lowest: int, highest: int) -> Mask | None:
    """Where the image says there is none: PixelPaddingValue, to PixelPaddingRangeLimit if that is given.

    Source: DICOM PS3.3 C.7.5.1.1.2, stored values, before the Modality LUT.
    """
    value = number_of(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = number_of(dataset, "PixelPaddingRangeLimit")
    ends = [_as_stored(end, lowest, highest) for end in (value, value if limit is None else limit)]
    padding: Mask = (stored >= min(ends)) & (stored <= max(ends))
    if padding.all():
        raise Undecodable(
            "an image of padding alone was found, a radiograph was expected; export the image again"
        )
    return padding if padding.any() else None


def _as_stored(value: float, lowest: int, highest: int) -> float:
    """Signed values are often tagged as unsigned ones of 16 bits."""
    return value - 65_536 if lowest < 0 and value > highest else value
