"""SHA-256 of the file as it is stored, and of the pixels however they are stored."""

import hashlib

import numpy as np

from kltool.typing import Float32


def sha256_of_file(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_of_pixels(pixels: Float32) -> str:
    """Of rows and columns (64-bit little endian), then the float32 pixels, little endian, row by row.

    The same film stored in another transfer syntax, or inverted and tagged so, has the same hash.
    """
    digest = hashlib.sha256(np.array(pixels.shape, "<u8").tobytes())
    digest.update(np.ascontiguousarray(pixels, "<f4").data)
    return digest.hexdigest()
