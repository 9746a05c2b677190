"""Values as people and programs write them, not as the standard has them, mean what they say or nothing."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import JPEG2000Lossless

from kltool.errors import NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph, Side
from kltool.values.spacing import NoSpacing, Spacing
from tests.intake.films import as_bytes, data_set, grey8, item, jpeg_2000_lossless, knee
from tests.messages import holds


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


def with_bytes(keyword: str, value: bytes, vr: str, **tags: Any) -> Radiograph:
    film = data_set(**tags)
    tag = Tag(keyword)
    film._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
    return read(as_bytes(film))


@pytest.mark.parametrize(
    ("value", "vr"),
    [
        (b"0,15\\0,15 ", "DS"),
        (b"0.15,0.15 ", "DS"),
        (b"0.15\\0.15 ", "UT"),
        (b"1.5E-1\\0.15", "DS"),
    ],
)
def test_numbers_with_commas_or_of_another_kind_are_read(value: bytes, vr: str) -> None:
    spacing = with_bytes("PixelSpacing", value, vr).spacing
    assert isinstance(spacing, Spacing)
    assert (spacing.row_mm, spacing.column_mm) == (0.15, 0.15)


@pytest.mark.parametrize("value", [b"0.2\\0\\0.2 ", b"0,1,5\\0,15", b"0.15"])
def test_numbers_that_do_not_tell_two_are_no_spacing(value: bytes) -> None:
    assert isinstance(with_bytes("PixelSpacing", value, "DS").spacing, NoSpacing)


def test_a_backslash_takes_nothing_from_a_single_value() -> None:
    one, other = (with_bytes("PatientID", b"SITE\\" + end, "LO") for end in (b"001", b"002"))
    assert (one.subject, other.subject) == ("SITE\\001", "SITE\\002")
    assert with_bytes("SeriesDescription", b"Knee\\Left ", "LO").side is Side.LEFT


@pytest.mark.parametrize("value", [b"R\\L ", b"L\\R "])
def test_two_sides_in_one_tag_are_no_side(value: bytes) -> None:
    film = with_bytes("ImageLaterality", value, "CS")
    assert film.side is None
    assert any(holds(note, "both knees") for note in film.notes)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (b"2004-03-15", date(2004, 3, 15)),
        (b"2004/03/15", date(2004, 3, 15)),
        (b"2004.03.15", date(2004, 3, 15)),
        (b"2004-0315 ", None),
        (b"15.03.2004", None),
        (b"00010101", None),
        (b"19000101", None),
        (b"21870412", date(2187, 4, 12)),
    ],
)
def test_dates_are_read_in_one_order_and_placeholders_are_none(value: bytes, day: date | None) -> None:
    assert with_bytes("StudyDate", value, "DA").study_date == day


@pytest.mark.parametrize("stated", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("stored", ["equal", "luminance"])
def test_grey_is_grey_whatever_colour_space_is_stated(stated: str, stored: str) -> None:
    grey = grey8()
    neutral = grey if stored == "equal" else np.full_like(grey, 128)
    film = read(as_bytes(data_set(np.stack((grey, neutral, neutral), -1), PhotometricInterpretation=stated)))
    assert np.abs(film.pixels - grey.astype(np.float32)).max() <= 1


def test_a_colour_picture_is_still_one() -> None:
    grey = grey8()
    with pytest.raises(NotARadiograph):
        read(as_bytes(data_set(np.stack((grey, 255 - grey, np.full_like(grey, 128)), axis=-1))))


@pytest.mark.parametrize("stated", ["RGB", "YBR_FULL_422", "monochrome2", "MONOCHROME"])
def test_one_sample_is_grey_whatever_is_stated(stated: str) -> None:
    film = read(as_bytes(data_set(PhotometricInterpretation=stated)))
    assert np.array_equal(film.pixels, knee())
    assert any(holds(note, "photometricinterpretation") for note in film.notes)


def test_chrominance_in_full_is_read_where_half_of_it_is_stated() -> None:
    grey = grey8()
    channels = np.stack((grey, np.full_like(grey, 128), np.full_like(grey, 128)), axis=-1)
    film = read(as_bytes(data_set(channels, PhotometricInterpretation="YBR_FULL_422")))
    assert np.abs(film.pixels - grey.astype(np.float32)).max() <= 1


@pytest.mark.parametrize("bytes_an_entry", [1, 2])
def test_entries_of_8_bits_take_one_byte_or_two(bytes_an_entry: int) -> None:
    table = (np.arange(4096) // 16).astype(np.uint8 if bytes_an_entry == 1 else "<u2")
    lut = item(LUTDescriptor=[4096, 0, 8], LUTData=table.tobytes(), ModalityLUTType="US")
    lut["LUTData"].VR = "OW"
    film = read(as_bytes(data_set(ModalityLUTSequence=[lut])))
    assert np.array_equal(film.pixels, knee() // 16)


def test_zeros_after_a_codestream_are_padding() -> None:
    film = jpeg_2000_lossless(data_set())
    (stream,) = encoded_frames(film.PixelData)
    film.PixelData = encapsulate([stream + bytes(200)])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    assert np.array_equal(read(as_bytes(film)).pixels, knee())


def encoded_frames(data: bytes) -> list[bytes]:
    from pydicom.encaps import generate_frames

    return list(generate_frames(data, number_of_frames=1))


@pytest.mark.parametrize("bits", [(12, 12), (16, 20), (16, 0)])
def test_bits_that_cannot_be_are_named(bits: tuple[int, int]) -> None:
    allocated, stored = bits
    film = data_set(BitsAllocated=allocated, BitsStored=stored, HighBit=max(0, stored - 1))
    with pytest.raises(Undecodable) as refusal:
        read(as_bytes(film))
    assert holds(str(refusal.value), f"{stored} bits in {allocated} allocated")


def test_a_header_without_pixels_may_be_a_file_that_was_cut_off() -> None:
    with pytest.raises(NotARadiograph) as refusal:
        read(as_bytes(data_set(PixelData=None)))
    assert holds(str(refusal.value), "copy it again")


@pytest.mark.parametrize(
    "head", [b"US\0\x28", b"FD\0\x28", b"LO\0\x28", b"UT\0\0\0\x28\0\0", b"UV\0\0\0\x28\0\0"]
)
@pytest.mark.parametrize("syntax", [b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"])
@pytest.mark.parametrize(
    "tags",
    [{}, {"BitsAllocated": None}, {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422"}],
)
def test_pixels_written_as_numbers_or_text_are_damaged(
    head: bytes, syntax: bytes, tags: dict[str, Any]
) -> None:
    data = as_bytes(data_set(knee(80, 64), **tags))
    pixels = b"\xe0\x7f\x10\0"
    written = pixels + b"OW\0\0\0\x28\0\0"  # the length is that of 80 x 64 pixels
    assert written in data
    data = data.replace(written, pixels + head).replace(b"1.2.840.10008.1.2.1\0", syntax)
    with pytest.raises(Undecodable, match="damaged"):
        read(data)
