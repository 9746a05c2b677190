"""What pydicom makes of a file follows the number of its elements, which is bounded."""

import struct
import zlib
from pathlib import Path

import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from kltool.errors import Undecodable
from kltool.intake import ImageSource, dicom, find_images, load
from kltool.intake.dicom.bounded import MOST_READS, MOST_READS_OF_A_DISC
from tests.intake.films import as_bytes, data_set, item, jpeg_2000_lossless

REFUSED = "more elements, items or fragments than a radiograph has"
ITEM = struct.pack("<HHI", 0xFFFE, 0xE000, 0)
END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def sequence(items: bytes, length: int) -> bytes:
    """A private sequence, of a stated length or of an undefined one."""
    return struct.pack("<HH2sHI", 9, 0x1001, b"SQ", 0, length) + items


def with_elements(elements: bytes, deflated: bool) -> bytes:
    film = data_set()
    data = as_bytes(film, enforce_file_format=True)
    body = elements + data[start_of_elements(data) :]
    if not deflated:
        return data[: start_of_elements(data)] + body
    film.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = as_bytes(film, enforce_file_format=True)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return data[: start_of_elements(data)] + packer.compress(body) + packer.flush()


def start_of_elements(data: bytes) -> int:
    """Behind the file meta information, whose length is its first element."""
    return 144 + int.from_bytes(data[140:144], "little")


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("tag", [ITEM, bytes(8)])  # pydicom takes any tag for that of an item
def test_a_film_of_empty_items_is_refused(tag: bytes, deflated: bool) -> None:
    number = MOST_READS + 1_000
    data = with_elements(sequence(tag * number, 8 * number), deflated)
    with pytest.raises(Undecodable, match=REFUSED):
        load(ImageSource.in_memory("film", data))


def test_a_sequence_of_undefined_length_is_counted_while_it_is_read() -> None:
    data = with_elements(sequence(ITEM * (MOST_READS + 1_000) + END, 0xFFFF_FFFF), deflated=False)
    with pytest.raises(Undecodable, match=REFUSED):
        load(ImageSource.in_memory("film", data))


@pytest.mark.parametrize("deflated", [False, True])
def test_a_film_of_some_items_is_read(deflated: bool) -> None:
    data = with_elements(sequence(ITEM * 1_000 + END, 0xFFFF_FFFF), deflated)
    assert load(ImageSource.in_memory("film", data)).pixels.shape == (200, 160)


def test_fragments_are_bounded() -> None:
    film = jpeg_2000_lossless(data_set())
    some, many = 1_000, MOST_READS
    for empty, refused in ((some, False), (many, True)):
        film.PixelData = jpeg_2000_lossless(data_set()).PixelData + ITEM * empty
        data = as_bytes(film, enforce_file_format=True)
        if refused:
            with pytest.raises(Undecodable, match=REFUSED):
                load(ImageSource.in_memory("film", data))
        else:
            assert load(ImageSource.in_memory("film", data)).pixels.shape == (200, 160)


def test_a_dicomdir_of_too_many_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kltool.intake.dicom.dataset.MOST_READS_OF_A_DISC", MOST_READS_OF_A_DISC // 10)
    records = ITEM * (MOST_READS_OF_A_DISC // 10 + 1_000)
    element = struct.pack("<HH2sHI", 4, 0x1220, b"SQ", 0, len(records)) + records
    film = as_bytes(data_set(), enforce_file_format=True)
    start = start_of_elements(film)
    (tmp_path / "DICOMDIR").write_bytes(film[:start] + element + film[start:])
    with pytest.raises(Undecodable, match=REFUSED):
        list(find_images(tmp_path / "DICOMDIR"))


def test_a_dicomdir_of_a_thousand_images_is_listed() -> None:
    film = data_set()
    film.DirectoryRecordSequence = [
        item(DirectoryRecordType="IMAGE", ReferencedFileID=["A", str(number)]) for number in range(1_000)
    ]
    assert len(dicom.listed_files(as_bytes(film))) == 1_000
