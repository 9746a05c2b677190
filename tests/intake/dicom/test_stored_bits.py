"""Every combination of bits, sign, inversion and syntax holds the same film."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import compress
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
)

from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph
from tests.intake.films import as_bytes, data_set, jpeg_lossless, knee, rle

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
INVERSIONS = ("MONOCHROME2", "MONOCHROME1", "INVERSE")
UNCOMPRESSED = ("explicit", "implicit", "deflated", "big endian")
COMPRESSED = ("RLE", "JPEG-LS", "JPEG 2000", "JPEG lossless")
BITS_STORED = (8, 9, 10, 12, 15, 16)


@dataclass(frozen=True)
class Stored:
    """How a film is stored. allocated: bits of a pixel's cell. overlay: the bits above hold a drawing."""

    allocated: int
    bits: int
    signed: bool
    inversion: str
    syntax: str
    overlay: bool = False

    def __str__(self) -> str:
        sign = "signed" if self.signed else "unsigned"
        overlay = " overlay" if self.overlay else ""
        return f"{self.bits} of {self.allocated} {sign} {self.inversion} {self.syntax}{overlay}"

    def encode(self, film: npt.NDArray[np.int64], folder: Path) -> bytes:
        """film: as a viewer displays it, 0 to 2**bits - 1."""
        values = film if self.inversion == "MONOCHROME2" else 2**self.bits - 1 - film
        if self.signed:
            values = values - 2 ** (self.bits - 1)
        cells = values & (2**self.allocated - 1)
        if self.overlay:
            cells = values & (2**self.bits - 1)
            cells[20:40, 20:140] |= 1 << self.bits
        kind = "i" if self.signed else "u"
        pixels = cells.astype(f"u{self.allocated // 8}").view(f"{kind}{self.allocated // 8}")
        tags: dict[str, Any] = {
            "BitsStored": self.bits,
            "HighBit": self.bits - 1,
            "RescaleSlope": 1,
            "RescaleIntercept": 2 ** (self.bits - 1) if self.signed else 0,
        }
        if self.inversion == "MONOCHROME1":
            tags["PhotometricInterpretation"] = "MONOCHROME1"
        if self.inversion == "INVERSE":
            tags["PresentationLUTShape"] = "INVERSE"
        return self._in_syntax(data_set(pixels, **tags), pixels, folder)

    def _in_syntax(self, film: FileDataset, pixels: npt.NDArray[Any], folder: Path) -> bytes:
        if self.syntax == "big endian":
            film.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
            film.PixelData = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
            return as_bytes(film, implicit_vr=False, little_endian=False)
        if self.syntax == "implicit":
            film.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        elif self.syntax == "deflated":
            film.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        elif self.syntax == "RLE":
            rle(film, pixels)
        elif self.syntax == "JPEG-LS":
            compress(film, JPEGLSLossless)
        elif self.syntax == "JPEG 2000":
            _compress_jpeg_2000(film, pixels, self.allocated if self.overlay else self.bits)
        elif self.syntax == "JPEG lossless":
            return jpeg_lossless(film, folder)
        return as_bytes(film)


def _compress_jpeg_2000(film: FileDataset, pixels: npt.NDArray[Any], precision: int) -> None:
    from openjpeg.utils import encode_array

    film.PixelData = encapsulate([bytes(encode_array(pixels, bits_stored=precision))])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless


def _combinations() -> list[Stored]:
    cells = [(8, 8), *((16, bits) for bits in BITS_STORED)]
    plain = [
        Stored(allocated, bits, signed, inversion, syntax)
        for (allocated, bits), signed, inversion, syntax in product(
            cells, (False, True), INVERSIONS, UNCOMPRESSED + COMPRESSED
        )
    ]
    wide = [
        Stored(32, bits, signed, inversion, syntax)
        for bits, signed, inversion, syntax in product(
            (12, 24, 32), (False, True), INVERSIONS, (*UNCOMPRESSED, "RLE")
        )
    ]
    overlays = [
        Stored(16, 12, signed, inversion, syntax, overlay=True)
        for signed, inversion, syntax in product(
            (False, True), INVERSIONS, (*UNCOMPRESSED, "RLE", "JPEG 2000")
        )
    ]
    return plain + wide + overlays


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


def _levels(film: Radiograph) -> npt.NDArray[np.float32]:
    """Above the darkest: where grey levels begin carries no meaning."""
    levels: npt.NDArray[np.float32] = film.pixels - film.pixels.min()
    return levels


@pytest.mark.parametrize("stored", _combinations(), ids=str)
def test_every_combination_holds_the_same_film(stored: Stored, tmp_path: Path) -> None:
    film = knee(top=240 if stored.bits == 8 else 500 if stored.bits == 9 else 1000).astype(np.int64)
    read_back = read(stored.encode(film, tmp_path))
    assert np.array_equal(_levels(read_back), film - film.min())
    assert not any("polarity" in note for note in read_back.notes)


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
@pytest.mark.parametrize("inversion", INVERSIONS)
@pytest.mark.parametrize("offset", [0.0, -7.0, 1e6])
@pytest.mark.parametrize("padding", [None, -1e6])
def test_floating_point_pixels_keep_their_precision(
    keyword: str, inversion: str, offset: float, padding: float | None
) -> None:
    """In eighths: those are exact in either precision, at every offset here."""
    number = "<f4" if keyword == "FloatPixelData" else "<f8"
    shown = knee().astype(np.float64) / 8
    values = (shown if inversion == "MONOCHROME2" else 600 - shown) + offset
    tags: dict[str, Any] = {"PixelData": None, "BitsStored": None, "HighBit": None}
    tags["PixelRepresentation"] = None
    if padding is not None:
        values[:, :9] = padding
        kind = keyword.removesuffix("PixelData")
        tags[f"{kind}PixelPaddingValue"] = padding
    film = data_set(knee(), **tags)
    film.BitsAllocated = np.dtype(number).itemsize * 8
    setattr(film, keyword, values.astype(number).tobytes())
    if inversion == "MONOCHROME1":
        film.PhotometricInterpretation = "MONOCHROME1"
    if inversion == "INVERSE":
        film.PresentationLUTShape = "INVERSE"
    columns = slice(None) if padding is None else slice(9, None)
    assert np.array_equal(
        _levels(read(as_bytes(film)))[:, columns], (shown - shown[:, columns].min())[:, columns]
    )


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
@pytest.mark.parametrize(
    "case",
    [
        "unsigned32-monochrome1/film.dcm",
        "overlay-bits-in-jpeg2000/film.dcm",
        "overlay-bits-in-jpeg2000/measuring_line.dcm",
        "overlay-bits-in-jpeg2000/same_uncompressed.dcm",
    ],
)
def test_rare_formats_of_one_film_are_that_film(case: str) -> None:
    reference = load(CASES / "reference" / "good.dcm")
    assert np.array_equal(_levels(load(CASES / case)), _levels(reference))


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
def test_inverted_floats_of_one_film_are_that_film() -> None:
    """To the rounding of the floats that it is stored in."""
    film, reference = (
        _levels(load(CASES / case)) for case in ("float-monochrome1/film.dcm", "reference/good.dcm")
    )
    assert np.abs(film / film.max() - reference / reference.max()).max() < 1e-6
