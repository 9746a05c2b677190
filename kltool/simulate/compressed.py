"""Lossless compression of a simulated film."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import jpeg_ls
import numpy as np
import openjpeg.utils
import pydicom
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEG2000Lossless, JPEGLSLossless

from kltool.simulate.scene import Pixels

SYNTAXES: Final = ("JPEG 2000", "JPEG-LS")


def compress(raw: Path, file: Path, syntax: str) -> Path:
    """A compressed copy of an uncompressed DX file of 16 bits. syntax: one of SYNTAXES."""
    uid, encoded = ENCODERS[syntax]
    film = pydicom.dcmread(raw)
    pixels = np.frombuffer(film.PixelData, "<u2").reshape(film.Rows, film.Columns)
    film.PixelData = encapsulate([encoded(pixels, film.BitsStored)])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = uid
    film.save_as(file)
    return file


def _jpeg_2000(pixels: Pixels, bits: int) -> bytes:
    return bytes(openjpeg.utils.encode_array(pixels, bits_stored=bits))


def _jpeg_ls(pixels: Pixels, bits: int) -> bytes:
    return bytes(jpeg_ls.encode_array(pixels))


ENCODERS: Final[Mapping[str, tuple[UID, Callable[[Pixels, int], bytes]]]] = {
    "JPEG 2000": (JPEG2000Lossless, _jpeg_2000),
    "JPEG-LS": (JPEGLSLossless, _jpeg_ls),
}
