"""Intact files are read, however they are tagged: stale transfer syntaxes, luminance, missing attributes."""

from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.processing import convert_color_space
from pydicom.pixels.utils import compress
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph
from tests.intake.films import (
    as_bytes,
    data_set,
    grey8,
    jpeg_2000_lossless,
    jpeg_baseline,
    jpeg_lossless,
    knee,
    without_preamble,
)
from tests.messages import guides, holds

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
SYNTAXES = (JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, RLELossless)


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


def retagged(film: FileDataset, syntax: UID) -> bytes:
    """The film with another transfer syntax stated; the bytes of its pixels stay."""
    stated = film.file_meta.TransferSyntaxUID
    even = syntax.ljust(len(syntax) + len(syntax) % 2, "\0").encode()
    before = stated.ljust(len(stated) + len(stated) % 2, "\0").encode()
    data = as_bytes(film)
    start = data.index(before, 132)
    length = len(even).to_bytes(2, "little")
    return data[: start - 2] + length + even + data[start + len(before) :]


# -- transfer syntax ----------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_uncompressed_pixels_are_read_whatever_compression_is_stated(syntax: UID) -> None:
    film = read(retagged(data_set(), syntax))
    assert np.array_equal(film.pixels, knee())
    assert holds(film.notes[0], "transfer syntax", syntax.name, "uncompressed")


@pytest.mark.parametrize("stated", [*SYNTAXES, UID("1.2.840.10008.1.2.1")], ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("stored", ["JPEG-LS", "JPEG 2000", "JPEG lossless"])
def test_a_codestream_is_read_as_what_it_is(stated: UID, stored: str, tmp_path: Path) -> None:
    film = data_set()
    if stored == "JPEG-LS":
        compress(film, JPEGLSLossless)
    elif stored == "JPEG 2000":
        jpeg_2000_lossless(film)
    else:
        film = pydicom.dcmread(BytesIO(jpeg_lossless(film, tmp_path)))
    right = film.file_meta.TransferSyntaxUID
    found = read(retagged(film, stated))
    assert np.array_equal(found.pixels, knee())
    assert (found.notes == ()) == (stated == right)


def test_a_lossy_jpeg_is_read_as_what_it_is() -> None:
    film = jpeg_baseline(data_set(grey8()))
    right, wrong = read(as_bytes(film)), read(retagged(film, JPEG2000Lossless))
    assert np.array_equal(right.pixels, wrong.pixels)
    assert holds(wrong.notes[0], "transfer syntax", JPEG2000Lossless.name, JPEGBaseline8Bit.name)


@pytest.mark.parametrize("missing", [2, 1000])
def test_pixels_that_are_too_short_for_either_are_damaged(missing: int) -> None:
    with pytest.raises(Undecodable):
        read(retagged(data_set(), JPEGLosslessSV1)[:-missing])


# -- luminance and chrominance ------------------------------------------------------------------------


def _colour(channels: npt.NDArray[np.uint8], photometric: str, transformed: bool) -> FileDataset:
    """In JPEG 2000, with or without a transformation of its own."""
    from openjpeg.utils import encode_array

    film = data_set(channels, Modality="OT", PhotometricInterpretation=photometric)
    space = 1 if transformed else 3  # of the encoder: RGB is transformed where use_mct says so, YCC never
    stream = encode_array(channels, bits_stored=8, photometric_interpretation=space, use_mct=transformed)
    film.PixelData = encapsulate([bytes(stream)])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    return film


def _luminance(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    converted: npt.NDArray[np.uint8] = convert_color_space(rgb, "RGB", "YBR_FULL")
    return converted


def test_grey_stored_as_luminance_is_grey() -> None:
    rgb = np.dstack([grey8()] * 3)
    films = [
        data_set(_luminance(rgb), Modality="OT", PhotometricInterpretation="YBR_FULL"),
        _colour(_luminance(rgb), "YBR_FULL", transformed=False),
        _colour(rgb, "YBR_FULL", transformed=True),  # mislabelled: the decoder has made RGB of it
        _colour(rgb, "YBR_RCT", transformed=True),
        _colour(rgb, "RGB", transformed=False),
    ]
    for film in films:
        assert np.array_equal(read(as_bytes(film)).pixels, grey8())


def test_colour_stored_as_luminance_is_still_refused() -> None:
    rgb = np.dstack([grey8(), grey8() // 2, grey8() // 3])
    with pytest.raises(NotARadiograph, match="a colour picture was found"):
        read(as_bytes(_colour(_luminance(rgb), "YBR_FULL", transformed=False)))


# -- missing attributes -------------------------------------------------------------------------------

LEFT_OUT = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
)


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_attributes_that_are_plain_are_not_needed(number: int) -> None:
    for left_out in combinations(LEFT_OUT, number):
        film = read(as_bytes(data_set(**dict.fromkeys(left_out))))
        assert np.array_equal(film.pixels, knee())
        assert holds(film.notes[0], "missing", *left_out)


def test_a_film_of_acr_nema_is_read() -> None:
    """No preamble, no SOP class or UIDs, no photometric interpretation; implicit little endian."""
    tags: dict[str, Any] = dict.fromkeys(
        ("SOPClassUID", "SOPInstanceUID", "SamplesPerPixel", "PhotometricInterpretation", "ViewPosition")
    )
    film = data_set(**tags, StudyInstanceUID=None, SeriesInstanceUID=None)
    assert np.array_equal(read(without_preamble(film)).pixels, knee())


def test_a_film_without_rows_names_them() -> None:
    with pytest.raises(Undecodable) as caught:
        read(as_bytes(data_set(Rows=None)))
    assert guides(str(caught.value))
    assert holds(str(caught.value), "0 rows")


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
def test_intact_films_that_were_called_damaged_or_coloured_are_the_film() -> None:
    reference = load(CASES / "reference" / "good.dcm").pixels
    stale = load(CASES / "stale-transfer-syntax" / "film.dcm").pixels
    assert np.array_equal(stale, reference)
    luminance = load(CASES / "ybr-full-jpeg2000" / "film.dcm").pixels  # of 8 bits
    assert np.abs(luminance / luminance.max() - reference / reference.max()).max() < 1 / 128
