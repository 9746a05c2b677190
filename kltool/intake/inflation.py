"""The size of deflated bytes, found in pieces that are thrown away: nothing deflated fills the memory."""

import zlib
from typing import Final

PIECE_BYTES: Final = 65_536  # inflates to 68 MB at most: DEFLATE cannot pass 1032 to 1


def inflated_bytes(packed: bytes, enough: int, window: int = zlib.MAX_WBITS) -> int:
    """Of one deflated stream, counted until there are enough. window: as zlib's wbits. Raises zlib.error."""
    inflater, total = zlib.decompressobj(window), 0
    for start in range(0, len(packed), PIECE_BYTES):
        total += len(inflater.decompress(packed[start : start + PIECE_BYTES]))
        if inflater.eof or total >= enough:
            break
    return total
