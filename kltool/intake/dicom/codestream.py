"""Codestreams of compressed pixels, checked before a decoder is given them. ITU T.81 annex B.

Decoders fill up what is missing, and GDCM ends the whole program on headers that contradict each other.
docs/choices-intake.md#codecs
"""

import re
import struct
from itertools import pairwise

from kltool.errors import Undecodable
from kltool.intake.dicom.code_blocks import has_too_many_blocks
from kltool.intake.dicom.header import PixelFormat
from kltool.intake.limits import MOST_SCANS, too_many_scans

END_OF_CODESTREAM = b"\xff\xd9"  # JPEG, JPEG-LS and JPEG 2000 alike
CODING_STYLE = b"\xff\x52\x00"  # JPEG 2000; its segment is shorter than 256 bytes
LOSSLESS_FRAME, HUFFMAN_TABLES, START_OF_SCAN = 0xC3, 0xC4, 0xDA
_FRAMES = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}  # F7: JPEG-LS, ITU T.87
WITHOUT_LENGTH = frozenset((0x01, 0xD8, 0xD9))  # TEM, start and end of image, ITU T.81 B.1.1.3
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SCAN = b"\xff\xda"  # entropy-coded data never hold it, ITU T.81 B.1.1.5
START_OF_JPEG_2000 = b"\xff\x4f\xff\x51"
MOST_CHANNELS = 4
LONGEST_RLE = 2  # times the bytes of the pixels; an encoder adds one in 128, and two a row
RLE_HEADER_BYTES = 64  # PS3.5 G.5
SMALLEST_TILE_PX = 64  # docs/choices-intake.md#compression


def damaged_pixels() -> Undecodable:
    return Undecodable(
        "pixels that are damaged or end too early were found, whole pixels were expected; "
        "export or transfer the image again"
    )


def check_end(codestream: bytes) -> None:
    """Raises Undecodable for a codestream that was cut off; encoders pad what follows its end."""
    if END_OF_CODESTREAM not in codestream.rstrip(b"\0")[-64:]:
        raise damaged_pixels()


def jpeg_precision(codestream: bytes) -> int:
    """Bits a sample, by the frame header. Raises Undecodable where there is none."""
    return _frame_header(codestream)[0]


def check_jpeg(codestream: bytes, stored: PixelFormat) -> None:
    """JPEG or JPEG-LS: raises Undecodable unless it is of the data set's size, in as many scans as can be."""
    _, rows, columns, channels = _frame_header(codestream)
    _check_frame(rows, columns, channels, stored)
    _check_markers(codestream)
    if codestream.count(_SCAN) > MOST_SCANS:
        raise too_many_scans()


def _check_markers(codestream: bytes) -> None:
    """Up to the first scan there is one frame header, and no marker without a length."""
    position, marker, frames = 2, 0, 0
    while marker != START_OF_SCAN:
        found = _MARKER.search(codestream, position)
        if found is None or len(codestream) < found.end() + 2:
            raise damaged_pixels()
        marker, position = codestream[found.end() - 1], found.end()
        frames += marker in _FRAMES
        if marker in WITHOUT_LENGTH or frames > 1:
            raise damaged_pixels()
        position += struct.unpack_from(">H", codestream, position)[0]


def check_jpeg_2000(codestream: bytes, stored: PixelFormat) -> None:
    """Raises Undecodable unless it is of the data set's size, in tiles of a size that is of use.

    Source: ITU T.800 A.5.1, marker segment SIZ.
    """
    start = _start_of_jpeg_2000(codestream)
    try:
        *corners, tile_columns, tile_rows = struct.unpack_from(">6I", codestream, start + 8)
        (channels,) = struct.unpack_from(">H", codestream, start + 40)
        right, bottom, left, top = corners
        rows, columns = bottom - top, right - left
        _check_frame(rows, columns, channels, stored)
        if has_too_many_blocks(codestream, start, rows, columns, channels):
            raise damaged_pixels()
    except (struct.error, IndexError) as error:
        raise damaged_pixels() from error
    if tile_rows < min(SMALLEST_TILE_PX, rows) or tile_columns < min(SMALLEST_TILE_PX, columns):
        raise damaged_pixels()


def check_rle(frame: bytes, stored: PixelFormat) -> None:
    """Raises Undecodable for more runs, or more bytes in them, than the pixels of the data set can take."""
    pixels = (stored.rows or 0) * (stored.columns or 0) * (stored.samples or 1)
    most = LONGEST_RLE * pixels * (stored.bits_allocated or 0) // 8
    if len(frame) > most + RLE_HEADER_BYTES or len(frame) < RLE_HEADER_BYTES:
        raise damaged_pixels()
    segments, *offsets = struct.unpack_from("<16I", frame)
    for start, end in pairwise((*offsets[: min(segments, len(offsets))], len(frame))):
        most -= _unpacked_rle(frame[start:end], most)
        if most < 0:
            raise damaged_pixels()


def _unpacked_rle(segment: bytes, enough: int) -> int:
    """Bytes of its runs, counted until there are more than enough. PS3.5 G.3.2."""
    position, total = 0, 0
    while position < len(segment) and total <= enough:
        head = segment[position]
        total += head + 1 if head < 128 else 257 - head if head > 128 else 0
        position += head + 2 if head < 128 else 2 if head > 128 else 1
    return total


def _check_frame(rows: int, columns: int, channels: int, stored: PixelFormat) -> None:
    if (rows, columns) != (stored.rows, stored.columns) or channels > MOST_CHANNELS:
        raise Undecodable(
            f"compressed pixels of {rows} rows and {columns} columns were found, {stored.rows} and "
            f"{stored.columns} were expected by the tags; export the image again"
        )


def _start_of_jpeg_2000(codestream: bytes) -> int:
    """Also behind the boxes of a JP2 file, which some archives keep. ITU T.800 annex I.4."""
    position = 0
    while not codestream.startswith(START_OF_JPEG_2000, position):
        size, kind = struct.unpack(">I4s", codestream[position : position + 8].ljust(8, b"\0"))
        if kind == b"jp2c":
            position += 16 if size == 1 else 8
        elif size < 8 or position + size > len(codestream):
            raise damaged_pixels()
        else:
            position += size
    return position


def _frame_header(codestream: bytes) -> tuple[int, int, int, int]:
    """Precision, rows, columns, components of the first frame header that lies in no other segment."""
    position = 2
    while found := _MARKER.search(codestream, position):
        try:
            (length,) = struct.unpack_from(">H", codestream, found.end())
            if codestream[found.end() - 1] in _FRAMES:
                precision, rows, columns, channels = struct.unpack_from(">BHHB", codestream, found.end() + 2)
                return precision, rows, columns, channels
        except struct.error as error:
            raise damaged_pixels() from error
        position = found.end() + length
    raise damaged_pixels()


def is_colour_transformed(codestream: bytes) -> bool:
    """Whether a JPEG 2000 codestream has a multiple component transformation, which its decoder undoes.

    Source: ITU T.800 A.6.1: byte 4 of the parameters of the marker segment COD, after Scod, progression and
    the two bytes of the number of layers.
    """
    found = codestream.find(CODING_STYLE)
    return found >= 0 and len(codestream) > found + 8 and codestream[found + 8] == 1


def check_lossless_jpeg(codestream: bytes, stored: PixelFormat) -> None:
    """Raises Undecodable unless frame, Huffman tables and scan agree with the data set and the standard."""
    bits = stored.bits_stored
    if stored.bits_allocated not in (8, 16) or not bits or not 2 <= bits <= stored.bits_allocated:
        raise damaged_pixels()
    if stored.samples not in (1, 3):
        raise damaged_pixels()
    segments = _segments(codestream)
    markers = [marker for marker, _ in segments]
    if markers.count(LOSSLESS_FRAME) != 1 or markers.count(START_OF_SCAN) != 1:
        raise damaged_pixels()
    if not all(_is_valid(marker, body, stored) for marker, body in segments):
        raise damaged_pixels()


def _is_valid(marker: int, body: bytes, stored: PixelFormat) -> bool:
    if marker == LOSSLESS_FRAME:
        return _is_frame_header(body, stored)
    if marker == HUFFMAN_TABLES:
        return _are_huffman_tables(body)
    if marker == START_OF_SCAN:
        return _is_scan_header(body, stored.samples or 0)
    return 0xE0 <= marker <= 0xEF or marker in (0xFE, 0xDD)  # application data, comments, restart intervals


def _is_frame_header(body: bytes, stored: PixelFormat) -> bool:
    """Of the size and samples of the data set, without subsampling."""
    precision, rows, columns, components = struct.unpack_from(">BHHB", body)
    return (
        2 <= precision <= (stored.bits_allocated or 0)
        and (rows, columns, components) == (stored.rows, stored.columns, stored.samples)
        and len(body) == 6 + 3 * components
        and set(body[7::3]) == {0x11}
    )


def _is_scan_header(body: bytes, samples: int) -> bool:
    """Of all samples, with one of the seven predictors, the whole range of bits, and a point transform."""
    return (
        len(body) == 4 + 2 * samples
        and body[0] == samples
        and 1 <= body[-3] <= 7
        and body[-2] == 0
        and body[-1] < 16
    )


def _segments(codestream: bytes) -> list[tuple[int, bytes]]:
    """Markers with their bodies, up to the first scan."""
    segments: list[tuple[int, bytes]] = []
    if codestream[:2] != b"\xff\xd8":
        raise damaged_pixels()
    position = 2
    while not segments or segments[-1][0] != START_OF_SCAN:
        lead, marker, length = struct.unpack_from(">BBH", codestream, position)
        body = codestream[position + 4 : position + 2 + length]
        if lead != 0xFF or len(body) != length - 2:
            raise damaged_pixels()
        segments.append((marker, body))
        position += 2 + length
    return segments


def _are_huffman_tables(body: bytes) -> bool:
    """Each: class 0, slot below 4, sixteen counts that leave room in the code space, symbols up to 16."""
    while body:
        counts = body[1:17]
        symbols = body[17 : 17 + sum(counts)]
        space = sum(count << (15 - length) for length, count in enumerate(counts))
        if body[0] > 3 or len(counts) < 16 or len(symbols) < sum(counts) or space > 1 << 16:
            return False
        if not symbols or max(symbols) > 16:
            return False
        body = body[17 + len(symbols) :]
    return True
