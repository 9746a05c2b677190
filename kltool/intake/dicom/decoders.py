"""Data set → stored pixels, by decoders that refuse a damaged codestream instead of ending the program.

Uncompressed, deflated and RLE by pydicom itself, JPEG-LS by CharLS, JPEG 2000 by OpenJPEG, 8-bit JPEG by
OpenCV, lossless JPEG by GDCM. docs/choices-intake.md#codecs
"""

from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import UID

from kltool.errors import InstallationError, KltoolError, Undecodable
from kltool.intake.dicom import dataset as elements
from kltool.intake.dicom.bounded import MOST_READS, BoundedReads
from kltool.intake.dicom.codestream import (
    check_end,
    check_jpeg,
    check_jpeg_2000,
    check_lossless_jpeg,
    check_rle,
    damaged_pixels,
    is_colour_transformed,
    jpeg_precision,
)
from kltool.intake.dicom.header import PixelFormat
from kltool.intake.dicom.syntax import syntax_of_pixels

StoredPixels = npt.NDArray[Any]

RLE = "1.2.840.10008.1.2.5"
JPEG = frozenset(("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"))  # baseline, extended
JPEG_LOSSLESS = frozenset(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"))  # process 14, any and SV1
JPEG_LS = frozenset(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"))
JPEG_2000 = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in ("90", "91", "201", "202", "203"))
JPEG_XL = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in ("110", "111", "112"))
# of Adobe, without a colour transformation: without it, or JFIF's, decoders take three channels for YCbCr
RGB_MARKER = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
BITS_ALLOCATED = (8, 16, 32, 64)
# compression, the package that decodes it, and the module that package installs
PACKAGES = {
    "uncompressed": ("pydicom", "pydicom"),
    "deflated": ("pydicom", "pydicom"),
    "RLE": ("pydicom", "pydicom"),
    "JPEG, 8 bit": ("opencv-python-headless", "cv2"),
    "JPEG lossless": ("python-gdcm", "gdcm"),
    "JPEG-LS": ("pyjpegls", "jpeg_ls"),
    "JPEG 2000": ("pylibjpeg-openjpeg", "openjpeg"),
}


def decoders() -> dict[str, tuple[str, ...]]:
    """By compression of the pixels, the installed packages that decode it; none where one is missing."""
    return {name: (package,) if find_spec(module) else () for name, (package, module) in PACKAGES.items()}


def stored_pixels(dataset: FileDataset, stored: PixelFormat) -> tuple[StoredPixels, tuple[str, ...]]:
    """(rows, columns), or (rows, columns, channels) of RGB, as stored, and notes on the transfer syntax.

    Unused and overlay bits are removed.

    Raises Undecodable where the pixels are damaged, cut off or in a syntax that is not read,
    InstallationError where a decoder is missing.
    """
    _refuse_unusual_bits(stored)
    syntax, notes = syntax_of_pixels(dataset, stored)
    try:
        pixels = _decoded(dataset, stored, syntax)
    except KltoolError:
        raise
    except ImportError as error:
        raise InstallationError(
            f"the decoder {error.name} was not found, it was expected for this image's compression; "
            "install kltool again with all its dependencies"
        ) from error
    except Exception as error:  # decoders raise many types; all mean that there are no pixels
        raise damaged_pixels() from error
    if pixels.ndim not in (2, 3) or pixels.shape[:2] != (stored.rows, stored.columns):
        raise damaged_pixels()
    return pixels, notes


def _decoded(dataset: FileDataset, stored: PixelFormat, syntax: UID) -> StoredPixels:
    if syntax in JPEG_2000:
        check_jpeg_2000(_codestream(dataset), stored)
        return _jpeg_2000(_codestream(dataset), stored)
    if syntax in JPEG:
        check_jpeg(_codestream(dataset), stored)
        return _jpeg(_codestream(dataset), stored)
    if syntax in JPEG_LOSSLESS:
        check_lossless_jpeg(_codestream(dataset), stored)
        return _within_stored_bits(_by_pydicom(dataset, syntax, "gdcm"), stored)
    if syntax in JPEG_LS:
        check_jpeg(_codestream(dataset), stored)
        return _within_stored_bits(_by_pydicom(dataset, syntax, "pyjpegls"), stored)
    if syntax == RLE:
        check_rle(_frame(dataset), stored)
        return _by_pydicom(dataset, syntax, "pydicom")
    return _by_pydicom(dataset, syntax, "")


def _by_pydicom(dataset: FileDataset, syntax: UID, plugin: str) -> StoredPixels:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise (_unread_syntax("JPEG XL") if syntax in JPEG_XL else _unread_syntax()) from error
    if plugin and plugin not in decoder.available_plugins:
        raise ImportError(name=plugin)
    _set_syntax(dataset, syntax)
    pixels, found = decoder.as_array(dataset, index=0, raw=True, decoding_plugin=plugin)
    return _as_rgb(pixels, str(found["photometric_interpretation"]))


def _as_rgb(pixels: StoredPixels, photometric: str) -> StoredPixels:
    """Grey is grey whether it is stated as RGB or as luminance: three equal channels, or neutral chrominance.

    docs/choices-intake.md#grey-in-colour
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        return pixels
    if (pixels == pixels[..., :1]).all():
        return pixels
    if photometric.startswith("YBR_FULL") or (pixels[..., 1:] == (np.iinfo(pixels.dtype).max + 1) // 2).all():
        return convert_color_space(pixels, "YBR_FULL", "RGB")
    return pixels


def _unread_syntax(found: str = "a transfer syntax that is not read") -> Undecodable:
    return Undecodable(
        f"pixels in {found} were found; uncompressed, RLE, 8-bit or lossless "
        "JPEG, JPEG-LS or JPEG 2000 was expected; export the image uncompressed"
    )


def _set_syntax(dataset: FileDataset, syntax: UID) -> None:
    """Decoders look for the transfer syntax in the file meta information, which not every file has."""
    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    if elements.text(dataset.file_meta, "TransferSyntaxUID") != syntax:
        dataset.file_meta.TransferSyntaxUID = syntax


def _codestream(dataset: FileDataset) -> bytes:
    """Of the one frame. Raises Undecodable where it was cut off."""
    frame = _frame(dataset)
    check_end(frame)
    return frame


def _frame(dataset: FileDataset) -> bytes:
    fragments = BoundedReads(dataset.PixelData, MOST_READS)
    return next(iter(generate_frames(fragments, number_of_frames=1)), b"")


def _jpeg_2000(codestream: bytes, stored: PixelFormat) -> StoredPixels:
    """Luminance and chrominance are converted here unless the codestream says that its decoder did it."""
    from openjpeg.utils import decode  # late: without it all other compressions can be read

    decoded = _within_stored_bits(decode(codestream), stored)
    return decoded if is_colour_transformed(codestream) else _as_rgb(decoded, stored.photometric)


def _jpeg(codestream: bytes, stored: PixelFormat) -> StoredPixels:
    """Channels that are stated to be RGB and not marked as such are read as RGB where that is the greyer."""
    if jpeg_precision(codestream) != 8:
        raise _unread_syntax()
    decoded = _by_opencv(codestream)
    header = codestream[: codestream.find(b"\xff\xda")]
    if decoded.ndim == 2 or stored.photometric != "RGB" or b"JFIF\0" in header or b"Adobe" in header:
        return decoded
    as_rgb = _by_opencv(codestream[:2] + RGB_MARKER + codestream[2:])
    return min(decoded, as_rgb, key=lambda channels: float(np.ptp(channels, axis=2).mean()))


def _by_opencv(codestream: bytes) -> StoredPixels:
    decoded = cv2.imdecode(np.frombuffer(codestream, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise damaged_pixels()
    return decoded if decoded.ndim == 2 else decoded[..., ::-1]


def _within_stored_bits(decoded: StoredPixels, stored: PixelFormat) -> StoredPixels:
    """The value in the lowest BitsStored bits, its sign by PixelRepresentation, not by the codestream.

    A codestream may keep the bits above, in which old films hold overlays. docs/choices-intake.md#stored-bits
    """
    width = decoded.dtype.itemsize * 8
    bits = min(stored.bits_stored or width, width)
    if bits == width and stored.signed == (decoded.dtype.kind == "i"):
        return decoded
    values: npt.NDArray[np.int64] = decoded.astype(np.int64) & (2**bits - 1)
    if stored.signed:
        values[values >= 2 ** (bits - 1)] -= 2**bits
    return values.astype(np.int32 if stored.signed else np.uint32)


def _refuse_unusual_bits(stored: PixelFormat) -> None:
    """Cells of no whole number of bytes, and bits at the top of their cell (old files both), are not read."""
    bits, high, allocated = stored.bits_stored, stored.high_bit, stored.bits_allocated
    is_whole = allocated is None or allocated in BITS_ALLOCATED
    if not is_whole or (bits is not None and not 0 < bits <= (allocated or bits)):
        raise Undecodable(
            f"pixels of {bits} bits in {allocated} allocated were found, 1 to all of 8, 16, 32 or 64 were "
            "expected; export the image again"
        )
    if bits is not None and high is not None and high != bits - 1:
        raise Undecodable(
            f"pixels of {bits} bits with high bit {high} were found, high bit {bits - 1} was expected; "
            "export the image again"
        )
