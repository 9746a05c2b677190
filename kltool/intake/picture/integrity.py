"""Size and frames of a picture by its own structure, and whether the file is complete.

Decoders fill up what was cut off and report nothing, so every format is followed to its end before decoding.
Pillow catches less and refuses more: docs/choices-intake.md#integrity
"""

import re
import struct
import zlib
from dataclasses import dataclass

from kltool.errors import Undecodable
from kltool.intake.content import ratio
from kltool.intake.formats import FileFormat
from kltool.intake.inflation import inflated_bytes
from kltool.intake.limits import MOST_SCANS, check_compression, too_many_scans

UPRIGHT = 1  # of the eight orientations of Exif


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What is known of a picture before it is decoded."""

    rows: int
    columns: int
    frames: int = 1
    page: int = 0  # of a TIFF, which may begin with a smaller copy of the picture
    bits: int = 1  # a sample, at least
    white_is_zero: bool = False  # TIFF of more than 8 bits, which decoders leave as stored
    orientation: int = UPRIGHT  # of Exif, where decoders leave it as stored
    aspect: float = 1.0  # height of a pixel by its width, as displayed; by densities, which say no more


def verified_header(file_format: FileFormat, data: bytes) -> PictureHeader:
    """Raises Undecodable where the picture is damaged or ends too early."""
    try:
        return _HEADERS[file_format](data)
    except (struct.error, zlib.error, LookupError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(file_format) from error


def damaged(file_format: FileFormat) -> Undecodable:
    return Undecodable(
        f"a {file_format.name} picture that is damaged or ends too early was found, "
        "a whole one was expected; copy or export it again"
    )


# -- PNG: every chunk's checksum, IEND, and as many bytes of pixels as the header promises -------------

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def _png(data: bytes) -> PictureHeader:
    """Source: W3C PNG specification, 5.3 chunk layout, 8.2 interlacing."""
    columns, rows, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    frames, orientation, density, packed, position, name = 1, UPRIGHT, (1, 1), [], 8, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        if zlib.crc32(name + body) != checksum:
            raise damaged(FileFormat.PNG)
        if name == b"IDAT":
            packed.append(body)
        elif name == b"acTL":
            (frames,) = struct.unpack_from(">I", body)
        elif name == b"eXIf":
            orientation = _exif_orientation(body)
        elif name == b"pHYs":
            density = struct.unpack_from(">II", body)
        position += 12 + length
    expected = _png_bytes(rows, columns, depth * _CHANNELS[colour], bool(interlaced))
    check_compression(rows, columns, len(data))  # before millions of black pixels are inflated
    if inflated_bytes(b"".join(packed), expected) < expected:
        raise damaged(FileFormat.PNG)
    aspect = _displayed_aspect(ratio(*density), orientation)
    return PictureHeader(rows, columns, frames, bits=depth, orientation=orientation, aspect=aspect)


def _exif_orientation(exif: bytes) -> int:
    """Source: PNG specification, third edition, 11.3.4.5; Exif 2.32, 4.6.4. Upright where it says nothing."""
    try:
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (offset,) = struct.unpack_from(order + "I", exif, 4)
        page, _ = _tiff_page(exif, offset, order, big=False, room=_Room(len(exif)))
    except (struct.error, LookupError, Undecodable):
        return UPRIGHT  # an ancillary chunk that is malformed damages no pixel
    return next(iter(page.get(_ORIENTATION, ())), UPRIGHT)


def _displayed_aspect(stored: float, orientation: int) -> float:
    """The last four of the eight orientations exchange rows and columns."""
    return 1 / stored if orientation >= 5 else stored


def _png_bytes(rows: int, columns: int, bits: int, interlaced: bool) -> int:
    """One filter byte and the packed pixels a row, in each pass that has pixels."""
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for row, column, row_step, column_step in passes:
        height, width = -((row - rows) // row_step), -((column - columns) // column_step)
        if height > 0 and width > 0:
            total += height * (1 + (width * bits + 7) // 8)
    return total


# -- JPEG: every segment, the size, the scans, and the end of the image --------------------------------

_SIZE_SEGMENTS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA
WITHOUT_LENGTH = frozenset((0x01, 0xD8))  # TEM, start of image, ITU T.81 B.1.1.3
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def _jpeg(data: bytes) -> PictureHeader:
    """Source: ITU T.81 annex B."""
    rows = columns = scans = 0
    density, orientation, position = (1, 1), UPRIGHT, 2
    while True:
        found = _NEXT_MARKER.search(data, position)
        if found is None:
            raise damaged(FileFormat.JPEG)
        marker, position = data[found.end() - 1], found.end()
        if marker == 0xD9:
            return PictureHeader(rows, columns, aspect=_displayed_aspect(ratio(*density), orientation))
        if marker in WITHOUT_LENGTH or (rows and marker in _SIZE_SEGMENTS):
            raise damaged(FileFormat.JPEG)  # decoders read on where a length is taken for one
        (length,) = struct.unpack_from(">H", data, position)
        scans += marker == _SCAN
        if scans > MOST_SCANS:
            raise too_many_scans()
        if marker == 0xE0 and data.startswith(b"JFIF\0", position + 2):
            density = struct.unpack_from(">HH", data, position + 10)
        elif marker == 0xE1 and data.startswith(b"Exif\0\0", position + 2):
            orientation = _exif_orientation(data[position + 8 : position + length])
        if marker in _SIZE_SEGMENTS:
            rows, columns = struct.unpack_from(">HH", data, position + 3)
        position += length


# -- TIFF: the directories, and every strip or tile inside the file ------------------------------------

_TYPE_CODES = {1: "B", 3: "H", 4: "I", 5: "II", 13: "I", 16: "Q"}  # 5: numerators and denominators
_SUBFILE, _WIDTH, _LENGTH, _BITS, _PHOTOMETRIC, _ORIENTATION = 254, 256, 257, 258, 262, 274
_DENSITIES = (282, 283)  # of columns, of rows
_PIECES = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_USED = {_SUBFILE, _WIDTH, _LENGTH, _BITS, _PHOTOMETRIC, _ORIENTATION, *_DENSITIES, *_PIECES[0], *_PIECES[1]}
_REDUCED_OR_MASK = 0b101
MOST_PAGES = 10_000
MOST_VALUES = 2_000_000  # docs/choices-intake.md#compression


def _tiff(data: bytes) -> PictureHeader:
    """Source: TIFF 6.0 part 1, section 2; BigTIFF where the version is 43."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    (offset,) = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)
    pages: dict[int, dict[int, tuple[int, ...]]] = {}
    seen: set[int] = set()
    room = _Room(len(data))
    while offset and len(seen) < MOST_PAGES:
        if offset in seen:
            raise damaged(FileFormat.TIFF)
        page, following = _tiff_page(data, offset, order, big, room)
        if not page.get(_SUBFILE, (0,))[0] & _REDUCED_OR_MASK:
            pages[len(seen)] = page
        seen.add(offset)
        offset = following
    for page in pages.values():
        _check_pieces(page, len(data))
    number, first = next(iter(pages.items()), (0, {}))
    bits = first.get(_BITS, (1,))[0]
    white_is_zero = first.get(_PHOTOMETRIC, (1,))[0] == 0 and bits > 8
    densities = [ratio(*first.get(tag, (1, 1))[:2]) for tag in _DENSITIES]
    aspect = _displayed_aspect(ratio(*densities), first.get(_ORIENTATION, (UPRIGHT,))[0])
    size = first[_LENGTH][0], first[_WIDTH][0]
    return PictureHeader(*size, len(pages), number, bits, white_is_zero, aspect=aspect)


class _Room:
    """What directories may still hold: entries and values lie in the file, each once."""

    def __init__(self, size: int) -> None:
        self._bytes, self._values = size, MOST_VALUES

    def take(self, size: int, values: int) -> None:
        self._bytes -= size
        self._values -= values
        if self._bytes < 0 or self._values < 0:
            raise damaged(FileFormat.TIFF)


def _tiff_page(
    data: bytes, offset: int, order: str, big: bool, room: _Room
) -> tuple[dict[int, tuple[int, ...]], int]:
    """The whole numbers and fractions of one directory by tag, and the offset of the next."""
    (entries,) = struct.unpack_from(order + ("Q" if big else "H"), data, offset)
    offset += 8 if big else 2
    size, count_format, inline = (20, "Q", 8) if big else (12, "I", 4)
    room.take(entries * size, 0)
    page = {}
    for position in range(offset, offset + entries * size, size):
        tag, value_type, count = struct.unpack_from(order + "HH" + count_format, data, position)
        code = _TYPE_CODES.get(value_type)
        if code is None or tag not in _USED:
            continue
        value = position + 4 + struct.calcsize(count_format)
        if count * struct.calcsize(code) > inline:
            (value,) = struct.unpack_from(order + count_format, data, value)
            room.take(count * struct.calcsize(code), count)
        page[tag] = struct.unpack_from(f"{order}{count * len(code)}{code[0]}", data, value)
    (following,) = struct.unpack_from(order + count_format, data, offset + entries * size)
    return page, following


def _check_pieces(page: dict[int, tuple[int, ...]], size: int) -> None:
    for offsets, counts in _PIECES:
        if offsets in page:
            ends = (start + count for start, count in zip(page[offsets], page[counts], strict=True))
            if max(ends) > size:
                raise damaged(FileFormat.TIFF)
            return
    raise damaged(FileFormat.TIFF)


# -- BMP: the header's size, and uncompressed rows inside the file -------------------------------------


def _bmp(data: bytes) -> PictureHeader:
    """Source: Microsoft, BITMAPINFOHEADER; a negative height means rows from the top."""
    (start, header) = struct.unpack_from("<II", data, 10)
    density = (1, 1)
    if header == 12:
        columns, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        columns, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
        density = struct.unpack_from("<ii", data, 38)
    rows = abs(height)
    row_bytes = (columns * bits + 31) // 32 * 4
    if compression in (0, 3) and start + rows * row_bytes > len(data):
        raise damaged(FileFormat.BMP)
    return PictureHeader(rows, columns, aspect=ratio(*density))


_HEADERS = {FileFormat.PNG: _png, FileFormat.JPEG: _jpeg, FileFormat.TIFF: _tiff, FileFormat.BMP: _bmp}
