"""PNG, JPEG, TIFF, BMP → grey pixels at full depth.

Resolution tags (dots per inch) are the size at which a picture is printed, not the size of the knee: only the
shape of a pixel is taken from them.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake.colour import grey_of
from kltool.intake.content import DisplayedPixels, ImageContent, Laterality, SpacingResult, single_precision
from kltool.intake.formats import FileFormat
from kltool.intake.limits import check_compression, check_frames, check_size
from kltool.intake.picture.integrity import PictureHeader, verified_header
from kltool.typing import Float32
from kltool.values.radiograph import SideSource
from kltool.values.spacing import NoSpacing

ALPHA = 3  # the channel after blue, green, red


def read(file_format: FileFormat, data: bytes) -> ImageContent:
    """Raises Undecodable, NotARadiograph (size, frames, colour)."""
    header = verified_header(file_format, data)
    return ImageContent(
        _displayed_pixels(file_format, data, header),
        SpacingResult(NoSpacing("a plain picture carries no pixel spacing")),
        Laterality(None, SideSource.UNKNOWN),
        aspect=header.aspect,
    )


def _displayed_pixels(file_format: FileFormat, data: bytes, header: PictureHeader) -> DisplayedPixels:
    check_size(header.rows, header.columns)
    check_frames(header.frames)
    check_compression(header.rows, header.columns, len(data))
    decoded = _turned(_decoded(file_format, data, header), header.orientation)
    if decoded.dtype.itemsize * 8 < header.bits or not np.isfinite(decoded).all():
        raise _rare_kind(file_format)
    if decoded.ndim == 2:
        grey = decoded.astype(np.float64)
        if header.white_is_zero:
            grey = _highest_value(decoded) - grey
        return DisplayedPixels(single_precision(grey))
    return _from_channels(decoded)


def _decoded(file_format: FileFormat, data: bytes, header: PictureHeader) -> npt.NDArray[Any]:
    """(rows, columns) or (rows, columns, channels), a JPEG or TIFF turned by its orientation tag."""
    flags = cv2.IMREAD_UNCHANGED
    if file_format is FileFormat.JPEG:
        flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    log = cv2.utils.logging
    level = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)  # what it would print is in the refusal
    try:
        pages = (header.page, header.page + 1)
        _, decoded = cv2.imdecodemulti(np.frombuffer(data, np.uint8), flags, range=pages)
    except cv2.error as error:
        raise _rare_kind(file_format) from error
    finally:
        log.setLogLevel(level)
    if not decoded:
        raise _rare_kind(file_format)
    return decoded[0]


def _rare_kind(file_format: FileFormat) -> Undecodable:
    """Of a file that is whole by its structure."""
    return Undecodable(
        f"a {file_format.name} picture was found that cannot be read without loss: damaged inside, or of a "
        "rare compression or kind of pixels; whole numbers of 8 or 16 bits were expected; save it as grey PNG"
    )


def _turned(decoded: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """As a viewer shows it. Source: Exif 2.32, 4.6.4 A, orientation; an unknown one leaves it as stored."""
    transposed = decoded.swapaxes(0, 1)
    shown = {
        2: decoded[:, ::-1],
        3: decoded[::-1, ::-1],
        4: decoded[::-1],
        5: transposed,
        6: transposed[:, ::-1],
        7: transposed[::-1, ::-1],
        8: transposed[::-1],
    }
    return np.ascontiguousarray(shown.get(orientation, decoded))


def _from_channels(decoded: npt.NDArray[Any]) -> DisplayedPixels:
    channels = decoded.shape[2]
    if channels not in (3, 4) or decoded.dtype.kind != "u":
        raise NotARadiograph(
            f"a picture of {channels} channels was found, grey or RGB was expected; export it in grey"
        )
    grey, notes = grey_of(decoded[..., :3], _highest_value(decoded))
    if channels <= ALPHA:
        return DisplayedPixels(grey, None, notes)
    return _behind_alpha(grey, decoded[..., ALPHA], notes)


def _behind_alpha(grey: Float32, alpha: npt.NDArray[Any], notes: tuple[str, ...]) -> DisplayedPixels:
    """What is wholly transparent is no image; a film that is so everywhere has an alpha without meaning."""
    clear = alpha == 0
    if clear.all() or not clear.any():
        return DisplayedPixels(grey, None, notes)
    grey = np.where(clear, grey[~clear].min(), grey).astype(np.float32)
    return DisplayedPixels(grey, clear, (*notes, "transparent pixels are taken as padding"))


def _highest_value(decoded: npt.NDArray[Any]) -> float:
    """That a pixel can have."""
    return float(np.iinfo(decoded.dtype).max) if decoded.dtype.kind in "ui" else float(decoded.max())
