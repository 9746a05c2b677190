"""Pixels are decoded whole, or refused with what they lack."""

import struct
import sys

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import compress
from pydicom.uid import JPEGExtended12Bit, JPEGLSLossless

from kltool.errors import InstallationError, Undecodable
from kltool.intake import ImageSource, decoders, load
from kltool.intake.dicom.code_blocks import has_too_many_blocks
from kltool.intake.dicom.codestream import check_rle
from kltool.intake.dicom.header import header_of
from kltool.values.radiograph import Radiograph
from tests.intake.films import (
    as_bytes,
    data_set,
    grey8,
    item,
    jpeg_2000_lossless,
    jpeg_baseline,
    picture,
    rle,
)


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("film", data))


@pytest.mark.parametrize("missing", [1, 1000, 40_000])
def test_short_pixel_data_is_undecodable(missing: int) -> None:
    with pytest.raises(Undecodable, match="pixels that are damaged or end too early were found"):
        read(as_bytes(data_set())[:-missing])


@pytest.mark.parametrize("missing", [100, 5_000])
def test_a_compressed_codestream_that_was_cut_is_undecodable(missing: int) -> None:
    from pydicom.encaps import encapsulate, generate_frames

    film = data_set()
    compress(film, JPEGLSLossless)
    stream = next(generate_frames(film.PixelData, number_of_frames=1))
    film.PixelData = encapsulate([stream[:-missing]])
    with pytest.raises(Undecodable, match="pixels that are damaged or end too early were found"):
        read(as_bytes(film))


def test_an_unread_transfer_syntax_is_named_as_such() -> None:
    data = as_bytes(data_set()).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0")
    with pytest.raises(Undecodable, match="a transfer syntax that is not read"):
        read(data)


def test_shifted_bits_are_refused() -> None:
    with pytest.raises(Undecodable, match="pixels of 12 bits with high bit 15 were found"):
        read(as_bytes(data_set(HighBit=15)))


def test_every_decoder_is_installed() -> None:
    found = decoders()
    assert len(found) == 7
    assert all(found.values()), found


def test_a_missing_decoder_is_an_error_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    film = as_bytes(jpeg_2000_lossless(data_set()))
    monkeypatch.setitem(sys.modules, "openjpeg.utils", None)
    with pytest.raises(InstallationError, match="the decoder openjpeg"):
        read(film)


def test_twelve_bit_lossy_jpeg_is_named_as_unread() -> None:
    film = jpeg_baseline(data_set(grey8()))
    film.PixelData = film.PixelData.replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c")
    film.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    with pytest.raises(Undecodable, match="a transfer syntax that is not read"):
        read(as_bytes(film))


def test_eight_bit_jpeg_is_read_within_its_tolerance() -> None:
    film = read(as_bytes(jpeg_baseline(data_set(grey8()))))
    assert np.abs(film.pixels - grey8()).mean() < 5


def hidden(stream: bytes, rows: int) -> bytes:
    """A frame header of another size behind TEM, where one who takes a length for it does not look."""
    start = stream.index(b"\xff\xc0")
    frame = stream[start : start + 2 + int.from_bytes(stream[start + 2 : start + 4], "big")]
    other = frame[:5] + rows.to_bytes(2, "big") + frame[7:]
    filler = 0xFFC0 - len(other) - 2
    comment = b"\xff\xfe" + (filler + len(frame)).to_bytes(2, "big") + bytes(filler - 2) + frame
    return stream[:start] + b"\xff\x01" + other + comment + stream[start + len(frame) :]


def test_a_size_hidden_behind_a_marker_without_a_length_is_refused() -> None:
    stream = picture(grey8(), ".jpg")
    start = stream.index(b"\xff\xc0")
    twice = stream[:start] + stream[start : start + 13] + stream[start:]
    for harmful in (hidden(stream, 30_000), stream[:2] + b"\xff\x01" + stream[2:], twice):
        film = jpeg_baseline(data_set(grey8()))
        film.PixelData = encapsulate([harmful])
        for data in (harmful, as_bytes(film)):
            with pytest.raises(Undecodable, match="damaged or end"):
                read(data)


def test_scans_hidden_behind_a_marker_without_a_length_are_refused() -> None:
    stream = picture(grey8(), ".jpg")
    scan = stream.index(b"\xff\xda")
    with pytest.raises(Undecodable, match="damaged or ends"):
        read(stream[:scan] + b"\xff\x01" + stream[scan:])


@pytest.mark.parametrize(
    ("precinct", "block", "refused"), [(0x11, 4, True), (0x88, 0, True), (0x88, 4, False), (0x66, 3, False)]
)
def test_code_blocks_of_jpeg_2000_are_counted(precinct: int, block: int, refused: bool) -> None:
    size = struct.pack(">HHH", 0xFF51, 41, 0) + bytes(37)
    style = bytes([0xFF, 0x52, 0, 13, 1, 0, 0, 1, 0, 0, block, block, 0, 1, precinct])
    for header in (size + style, size + struct.pack(">HHHIBB", 0xFF90, 10, 0, 0, 0, 1) + style):
        stream = b"\xff\x4f" + header + b"\xff\x93" + bytes(100) + b"\xff\xd9"
        assert has_too_many_blocks(stream, 0, 4_000, 4_000, 1) is refused


def test_rle_that_unpacks_to_more_than_the_pixels_is_refused() -> None:
    film = rle(data_set(grey8()), grey8())
    assert read(as_bytes(film)).pixels.shape == (200, 160)
    runs = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\0" * 1_000  # each of 128 zeros, of 32,000 pixels
    film.PixelData = encapsulate([runs])
    with pytest.raises(Undecodable, match="damaged or end"):
        check_rle(runs, header_of(film).pixel_format)
    with pytest.raises(Undecodable, match="damaged or end"):
        read(as_bytes(film))


@pytest.mark.parametrize("bits", [-1, 17, 20_000])
def test_a_modality_table_of_bits_that_none_has_is_damage(bits: int) -> None:
    table = item(LUTDescriptor=[256, 0, bits % 65_536], LUTData=bytes(512))
    with pytest.raises(Undecodable, match="damaged or end"):
        read(as_bytes(data_set(ModalityLUTSequence=[table])))
