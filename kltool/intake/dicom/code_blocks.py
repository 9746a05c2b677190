"""The number of code blocks of a JPEG 2000 codestream, for each of which its decoder keeps some 500 bytes."""

import struct
from collections.abc import Iterator

MOST_BLOCKS = 600_000  # docs/choices-intake.md#compression
START_OF_TILE, START_OF_DATA = 0xFF90, 0xFF93
STYLE, STYLE_OF_COMPONENT = 0xFF52, 0xFF53  # COD, COC
_BYTES_BEFORE = {STYLE: 5, STYLE_OF_COMPONENT: 2}  # of the parameters: Scod and SGcod; Ccoc and Scoc
WHOLE = 15  # exponent of a precinct that takes everything


def has_too_many_blocks(codestream: bytes, start: int, rows: int, columns: int, channels: int) -> bool:
    """start: of the codestream itself. By the worst coding style of it. Raises struct.error, IndexError.

    Source: ITU T.800 A.6.1, A.6.2; B.6, B.7.
    """
    styles = _styles(codestream, start + 2)
    return any(channels * _blocks(style, rows, columns) > MOST_BLOCKS for style in styles)


def _styles(codestream: bytes, position: int) -> Iterator[bytes]:
    """Levels, block size, ... precincts of every style, in the main header and those of tiles."""
    tile_end = 0
    while position + 4 <= len(codestream):
        marker, length = struct.unpack_from(">HH", codestream, position)
        if marker == START_OF_DATA:
            position = tile_end
            continue
        if marker < 0xFF00 or marker == 0xFFD9:
            return
        if marker == START_OF_TILE:
            (size,) = struct.unpack_from(">I", codestream, position + 6)
            tile_end = max(position + size, position + 12) if size else len(codestream)
        elif marker in _BYTES_BEFORE:
            yield codestream[position + 4 + _BYTES_BEFORE[marker] : position + 2 + length]
        position += 2 + length


def _blocks(style: bytes, rows: int, columns: int) -> int:
    """At every resolution; a block is no larger than its precinct."""
    levels, width, height = style[0], (style[1] & 15) + 2, (style[2] & 15) + 2
    precincts = style[5:] or bytes([WHOLE | WHOLE << 4]) * (levels + 1)
    total = 0
    for level, precinct in zip(range(levels, -1, -1), precincts, strict=False):
        across, down = level + min(width, precinct & 15), level + min(height, precinct >> 4)
        total += -(-columns >> across) * -(-rows >> down)
    return total
