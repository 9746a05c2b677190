"""PNG, JPEG, TIFF, BMP → grey pixels at full depth.

Resolution tags (dots per inch) are left alone: they tell how large a picture is printed, not how large
the knee is.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.errors import NotARadiograph
from kltool.intake.bounds import check_frames, check_size
from kltool.intake.colour import grey_of
from kltool.intake.kinds import Kind
from kltool.intake.soundness import cut, outline_of
from kltool.intake.stored import Shown

PICTURES = frozenset((Kind.PNG, Kind.JPEG, Kind.TIFF, Kind.BMP))
ALPHA = 3  # the channel after blue, green, red


def picture_pixels(kind: Kind, data: bytes) -> Shown:
    """Raises Undecodable, NotARadiograph (size, frames, colour)."""
    outline = outline_of(kind, data)
    check_size(outline.rows, outline.columns)
    check_frames(outline.frames)
    decoded = _decoded(kind, data)
    if decoded.dtype.kind == "f" and not np.isfinite(decoded).all():
        raise cut(kind)
    if decoded.ndim == 2:
        grey = decoded.astype(np.float32)
        return Shown(_top(decoded) - grey if outline.dark_is_high else grey)
    return _from_channels(decoded)


def _decoded(kind: Kind, data: bytes) -> npt.NDArray[Any]:
    """(rows, columns) or (rows, columns, channels), a JPEG turned as its orientation tag asks."""
    import cv2

    flags = cv2.IMREAD_UNCHANGED
    if kind is Kind.JPEG:
        flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    log = cv2.utils.logging
    level = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)  # what it would print is told by the refusal
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        raise cut(kind) from None
    finally:
        log.setLogLevel(level)
    if decoded is None:
        raise cut(kind)
    return decoded


def _from_channels(decoded: npt.NDArray[Any]) -> Shown:
    channels = decoded.shape[2]
    if channels not in (3, 4) or decoded.dtype.kind != "u":
        raise NotARadiograph(
            f"a picture of {channels} channels was found, grey or RGB was expected; export it in grey"
        )
    grey, notes = grey_of(decoded[..., :3], _top(decoded))
    if channels <= ALPHA:
        return Shown(grey, None, notes)
    return _behind_alpha(grey, decoded[..., ALPHA], notes)


def _behind_alpha(grey: Any, alpha: npt.NDArray[Any], notes: tuple[str, ...]) -> Shown:
    """What is wholly transparent is no image; a film that is so everywhere has an alpha without meaning."""
    clear = alpha == 0
    if clear.all() or not clear.any():
        return Shown(grey, None, notes)
    grey = np.where(clear, grey[~clear].min(), grey).astype(np.float32)
    return Shown(grey, clear, (*notes, "transparent pixels are taken as padding"))


def _top(decoded: npt.NDArray[Any]) -> float:
    """The largest value a pixel can hold."""
    return float(np.iinfo(decoded.dtype).max) if decoded.dtype.kind in "ui" else float(decoded.max())
