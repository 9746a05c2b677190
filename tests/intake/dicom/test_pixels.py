"""The same film is the same pixels, however it was stored."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.pixels.utils import compress
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.intake.polarity import INVERTED
from kltool.values.radiograph import Radiograph
from tests.intake.films import (
    as_bytes,
    data_set,
    grey8,
    item,
    jpeg_2000_lossless,
    jpeg_lossless,
    knee,
    without_preamble,
)


def read(data: bytes, **given: Any) -> Radiograph:
    return load(ImageSource.in_memory("film", data), **given)


def stored_as(how: str, folder: Path) -> bytes:
    film = data_set()
    if how == "implicit":
        film.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    elif how == "deflated":
        film.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    elif how == "big endian":
        film.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        film.PixelData = knee().astype(">u2").tobytes()
        return as_bytes(film, implicit_vr=False, little_endian=False)
    elif how == "no preamble":
        return without_preamble(film)
    elif how == "RLE":
        compress(film, RLELossless)
    elif how == "JPEG-LS":
        compress(film, JPEGLSLossless)
    elif how == "JPEG 2000":
        jpeg_2000_lossless(film)
    elif how == "JPEG lossless":
        return jpeg_lossless(film, folder)
    elif how == "MONOCHROME1":
        film = data_set(4095 - knee(), PhotometricInterpretation="MONOCHROME1")
    elif how == "INVERSE":
        film = data_set(4095 - knee(), PresentationLUTShape="INVERSE")
    elif how == "MONOCHROME1 and INVERSE":
        film = data_set(
            4095 - knee(), PhotometricInterpretation="MONOCHROME1", PresentationLUTShape="INVERSE"
        )
    elif how == "signed":
        film = data_set((knee().astype(np.int16) - 2048), RescaleSlope=1, RescaleIntercept=2048)
        film.BitsStored, film.HighBit = 12, 11
    elif how == "negative slope":
        film = data_set(4095 - knee(), RescaleSlope=-1, RescaleIntercept=4095)
    elif how == "negative slope, MONOCHROME1":
        film = data_set(
            knee(), RescaleSlope=-1, RescaleIntercept=4095, PhotometricInterpretation="MONOCHROME1"
        )
    return as_bytes(film)


WAYS = (
    "explicit",
    "implicit",
    "deflated",
    "big endian",
    "no preamble",
    "RLE",
    "JPEG-LS",
    "JPEG 2000",
    "JPEG lossless",
    "MONOCHROME1",
    "INVERSE",
    "MONOCHROME1 and INVERSE",
    "signed",
    "negative slope",
    "negative slope, MONOCHROME1",
)


@pytest.mark.parametrize("how", WAYS)
def test_the_same_film_is_the_same_pixels(how: str, tmp_path: Path) -> None:
    film = read(stored_as(how, tmp_path))
    assert film.pixels.tobytes() == knee().astype("<f4").tobytes()
    assert film.pixels_sha256 == read(as_bytes(data_set())).pixels_sha256
    assert not any("polarity" in note for note in film.notes)


def test_full_depth_is_kept_whatever_the_window_says() -> None:
    plain = read(as_bytes(data_set()))
    voi = item(LUTDescriptor=[4096, 0, 8], LUTData=bytes(8192))
    windowed = read(as_bytes(data_set(WindowCenter=100, WindowWidth=50, VOILUTSequence=[voi])))
    assert windowed.pixels_sha256 == plain.pixels_sha256


def test_a_modality_table_is_applied() -> None:
    table = np.arange(4096, dtype="<u2") * 16
    lut = item(LUTDescriptor=[4096, 0, 16], LUTData=table.tobytes(), ModalityLUTType="US")
    lut["LUTData"].VR = "OW"
    film = read(as_bytes(data_set(ModalityLUTSequence=[lut])))
    assert np.array_equal(film.pixels, knee().astype(np.float32) * 16)


def test_a_slope_of_zero_is_refused_with_a_note() -> None:
    film = read(as_bytes(data_set(RescaleSlope=0, RescaleIntercept=7)))
    assert film.notes == ("RescaleSlope refused, a number other than 0 was expected: stored values are used",)
    assert np.array_equal(film.pixels, knee().astype(np.float32))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("padding", "limit"), [(0, None), (4095, None), (0, 40), (4095, 4080)])
def test_padding_is_the_darkest_and_never_the_brightest(
    photometric: str, padding: int, limit: int | None
) -> None:
    pixels = knee(top=4000) if photometric == "MONOCHROME2" else 4095 - knee(top=4000)
    pixels[:, :9] = padding
    pixels[:, 9:12] = padding if limit is None else limit
    tags = {"PixelPaddingValue": padding, "PhotometricInterpretation": photometric}
    if limit is not None:
        tags["PixelPaddingRangeLimit"] = limit
    film = read(as_bytes(data_set(pixels, **tags)))
    assert (film.pixels[:, :12] == film.pixels.min()).all()
    assert film.pixels.min() >= 100 - 5
    assert np.array_equal(film.pixels[:, 12:], knee(top=4000)[:, 12:].astype(np.float32))


def test_padding_stays_dark_when_the_polarity_is_inverted() -> None:
    pixels = 4095 - knee()
    pixels[:, :9] = 0
    film = read(as_bytes(data_set(pixels, PixelPaddingValue=0)))
    assert INVERTED in film.notes
    assert (film.pixels[:, :9] == film.pixels.min()).all()
    assert film.pixels[:, 9:].argmax() == (4095 - pixels[:, 9:].astype(int)).argmax()


def test_tags_that_lie_about_polarity_are_overruled() -> None:
    film = read(as_bytes(data_set(knee(), PhotometricInterpretation="MONOCHROME1")))
    assert film.notes == (INVERTED,)
    assert np.array_equal(np.argsort(film.pixels, axis=None)[-1:], np.argsort(film.pixels, axis=None)[-1:])
    assert film.pixels[100, 10] < film.pixels[60, 80]


def test_grey_stored_as_colour_is_grey() -> None:
    film = read(as_bytes(data_set(np.dstack([grey8()] * 3), Modality="OT")))
    assert np.array_equal(film.pixels, grey8().astype(np.float32))


def test_a_palette_of_greys_is_grey() -> None:
    table = (np.arange(256, dtype="<u2") * 257).tobytes()
    palette = {f"{c}PaletteColorLookupTableDescriptor": [256, 0, 16] for c in ("Red", "Green", "Blue")}
    tables = {f"{c}PaletteColorLookupTableData": table for c in ("Red", "Green", "Blue")}
    film = data_set(grey8(), PhotometricInterpretation="PALETTE COLOR", **palette, **tables)
    assert np.array_equal(read(as_bytes(film)).pixels, grey8().astype(np.float32) * 257)


def test_a_colour_image_is_refused() -> None:
    colour = np.dstack([grey8(), grey8() // 2, grey8() // 3])
    with pytest.raises(NotARadiograph, match="a colour picture was found"):
        read(as_bytes(data_set(colour, Modality="OT")))


def test_a_constant_image_is_refused() -> None:
    with pytest.raises(Undecodable, match="all have the same value"):
        read(as_bytes(data_set(np.full((200, 160), 7, np.uint16))))


def test_an_image_of_padding_alone_is_refused() -> None:
    with pytest.raises(Undecodable, match="an image of padding alone"):
        read(as_bytes(data_set(np.zeros((200, 160), np.uint16), PixelPaddingValue=0)))
