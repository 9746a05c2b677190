"""The transfer syntax in which pixels really are: a stated one that is stale is recognised by the bytes.

Converters decode pixels, or compress them again, and leave the syntax as it was.
docs/choices-intake.md#stale-syntax
"""

import re

from pydicom.dataset import FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

from kltool.intake.dicom import dataset as elements
from kltool.intake.dicom.header import PixelFormat

_CODESTREAMS = "1.2.840.10008.1.2.4."  # with which the UIDs of all formats but RLE begin
JPEG_BASELINE, JPEG_LOSSLESS_SV1, JPEG_LS_LOSSLESS, JPEG_2000_LOSSLESS = (
    UID(_CODESTREAMS + last) for last in ("50", "70", "80", "90")
)
_ITEM = b"\xfe\xff\x00\xe0"  # with which encapsulated pixels begin, PS3.5 A.4
_CODESTREAM = re.compile(rb"\xff\xd8\xff|\xff\x4f\xff\x51")
_FRAME_HEADER = re.compile(rb"\xff([\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf\xf7])")
_OF_FRAME = {0xC0: JPEG_BASELINE, 0xC1: JPEG_BASELINE, 0xC3: JPEG_LOSSLESS_SV1, 0xF7: JPEG_LS_LOSSLESS}
_LIKE = {  # the syntaxes whose codestreams begin alike
    JPEG_BASELINE: ("50", "51"),
    JPEG_LOSSLESS_SV1: ("57", "70"),
    JPEG_LS_LOSSLESS: ("80", "81"),
    JPEG_2000_LOSSLESS: ("90", "91", "92", "93", "201", "202", "203"),
}


def syntax_of_pixels(dataset: FileDataset, stored: PixelFormat) -> tuple[UID, tuple[str, ...]]:
    """The stated syntax, or the one that the pixels are in; with a note where they differ."""
    stated = UID(stored.transfer_syntax)
    found = _found(elements.pixel_bytes(dataset), stated, stored)
    if found is None or found == stated:
        return stated, ()
    note = f"the transfer syntax states {_name(stated)}, the pixels are {_name(found)}: read as they are"
    return found, (note,)


def _found(pixels: bytes, stated: UID, stored: PixelFormat) -> UID | None:
    """None where the stated syntax agrees with the bytes, or they do not tell."""
    if not pixels.startswith(_ITEM):
        compressed = stated == RLELossless or stated.startswith(_CODESTREAMS)
        is_plain = compressed and len(pixels) == _uncompressed_bytes(stored)
        return ExplicitVRLittleEndian if is_plain else None
    codestream = _codestream_syntax(pixels)
    if codestream is None or stated in {_CODESTREAMS + last for last in _LIKE[codestream]}:
        return None
    return codestream


def _uncompressed_bytes(stored: PixelFormat) -> int:
    """Of one frame, padded to an even number."""
    bits = (stored.rows or 0) * (stored.columns or 0) * (stored.samples or 1) * (stored.bits_allocated or 0)
    return (bits // 8 + 1) // 2 * 2


def _codestream_syntax(encapsulated: bytes) -> UID | None:
    """By the markers with which the first codestream begins; the lossless one where a format has both."""
    begin = _CODESTREAM.search(encapsulated)
    if begin is None:
        return None
    if begin[0] == b"\xff\x4f\xff\x51":
        return JPEG_2000_LOSSLESS
    frame = _FRAME_HEADER.search(encapsulated, begin.start() + 2)
    return _OF_FRAME.get(frame[1][0]) if frame else None


def _name(syntax: UID) -> str:
    """Of the standard; whatever else is stated is not repeated."""
    if syntax == ExplicitVRLittleEndian:
        return "uncompressed"
    return syntax.name if syntax.name != syntax else "another one"
