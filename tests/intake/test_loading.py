"""Any bytes give a Radiograph or a Refusal, nothing else, and nothing is printed."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import tag_for_keyword
from pydicom.pixels.utils import compress
from pydicom.uid import RLELossless

from kltool.errors import NotAnImage, Refusal, UsageError
from kltool.intake import ImageSource, load
from kltool.values.radiograph import Radiograph
from tests.intake.films import (
    as_bytes,
    data_set,
    grey8,
    item,
    jpeg_2000_lossless,
    jpeg_baseline,
    jpeg_lossless,
    knee,
    picture,
    png,
    without_preamble,
)

EXPECTED = "a DICOM, PNG, JPEG, TIFF or BMP file was expected"


def films() -> dict[str, bytes]:
    small = knee(80, 70)
    rle = data_set(small)
    compress(rle, RLELossless)
    tagged = data_set(small, PixelSpacing=[0.2, 0.2], ViewCodeSequence=[item(CodeMeaning="PA")])
    return {
        "explicit": as_bytes(tagged),
        "RLE": as_bytes(rle),
        "JPEG 2000": as_bytes(jpeg_2000_lossless(data_set(small))),
        "JPEG": as_bytes(jpeg_baseline(data_set(grey8(80, 70)))),
        "no preamble": without_preamble(data_set(small)),
        **{suffix: picture(grey8(80, 70), suffix) for suffix in (".png", ".jpg", ".bmp", ".tif")},
    }


FILMS = films()


def reading(data: bytes) -> Radiograph | Refusal:
    try:
        return load(ImageSource.in_memory("film", data))
    except Refusal as refusal:
        return refusal


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FILMS)), st.floats(0, 1))
def test_a_file_cut_anywhere_is_read_or_refused(film: str, share: float) -> None:
    data = FILMS[film]
    reading(data[: int(len(data) * share)])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FILMS)), st.floats(0, 0.999), st.binary(min_size=1, max_size=8))
def test_a_file_damaged_anywhere_is_read_or_refused(film: str, share: float, damage: bytes) -> None:
    data = FILMS[film]
    start = int(min(len(data), 2_000) * share)
    reading(data[:start] + damage + data[start + len(damage) :])


@pytest.mark.parametrize("keyword", ["BitsStored", "PhotometricInterpretation", "Rows", "PatientID"])
def test_an_element_of_an_unknown_representation_stops_nothing_by_itself(keyword: str) -> None:
    data = bytearray(as_bytes(data_set()))
    tag = tag_for_keyword(keyword)
    assert tag is not None
    at = data.index((tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little"), 200) + 4
    data[at : at + 2] = b"U\0"
    reading(bytes(data))


def test_a_lossless_jpeg_damaged_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    """Seeded, not drawn: its encoder needs a folder. Headers that lie would end the whole program."""
    data = jpeg_lossless(data_set(knee(80, 70)), tmp_path)
    start = data.index(b"\xff\xd8\xff")
    random = np.random.default_rng(11)
    for _ in range(400):
        damaged = bytearray(data)
        damaged[start + int(random.integers(200))] = int(random.integers(256))
        reading(bytes(damaged))


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=600), st.sampled_from([b"", b"\0" * 128 + b"DICM", b"II*\0", b"\xff\xd8\xff", b"BM"])
)
def test_any_bytes_are_refused(data: bytes, magic: bytes) -> None:
    assert isinstance(reading(magic + data), Refusal)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", f"an empty file was found, {EXPECTED}; copy the file again"),
        (b"BMI,age\n31,64\n", f"a text file was found, {EXPECTED}; name the image"),
        (b"hello", f"a text file was found, {EXPECTED}; name the image"),
        (b"%PDF-1.7 \x00", f"a PDF document was found, {EXPECTED}; export the image itself"),
        (b"GIF89a\x00", f"a GIF picture was found, {EXPECTED}; save it as PNG"),
        (b"PK\x03\x04", f"a zip archive was found, {EXPECTED}; unpack it, or name it on its own"),
        (b"\x00\x01\x02\x03" * 9, f"a file of unknown format was found, {EXPECTED}; export the image again"),
    ],
)
def test_what_is_no_image_is_named(data: bytes, message: str) -> None:
    refusal = reading(data)
    assert isinstance(refusal, NotAnImage)
    assert str(refusal) == message


def test_a_missing_file_is_an_error_of_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "missing.dcm")


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage) as caught:
        load(tmp_path)
    assert str(caught.value) == "a folder was found, one image file was expected; name a file inside it"


def test_hashes_are_of_the_bytes_and_of_the_pixels(tmp_path: Path) -> None:
    path = tmp_path / "film.dcm"
    path.write_bytes(as_bytes(data_set()))
    film = load(path)
    pixels = np.array([200, 160], "<u8").tobytes() + knee().astype("<f4").tobytes()
    assert film.source == str(path)
    assert film.file_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert film.pixels_sha256 == hashlib.sha256(pixels).hexdigest()


def test_a_film_transposed_has_another_hash() -> None:
    square = grey8(160, 160)
    one, other = (
        load(ImageSource.in_memory("x", png(p))) for p in (square[:100], square[:100].reshape(160, 100))
    )
    assert one.pixels_sha256 != other.pixels_sha256


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for data in FILMS.values():
        assert isinstance(reading(data), Radiograph)
    assert capfd.readouterr() == ("", "")


LIBRARIES_IMPORTED = """
import sys
from pathlib import Path
from kltool.intake import load
for path in sys.argv[1:]:
    load(Path(path))
print(*[name for name in ("cv2", "fsspec", "pydicom", "torch") if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("films", "libraries"),
    [((), ""), ((".png",), "cv2"), (("explicit",), "cv2 pydicom"), (("RLE",), "cv2 pydicom")],
)
def test_a_library_is_imported_for_the_format_that_needs_it(
    films: tuple[str, ...], libraries: str, tmp_path: Path
) -> None:
    paths = [tmp_path / film for film in films]
    for path in paths:
        path.write_bytes(FILMS[path.name])
    done = subprocess.run(
        [sys.executable, "-c", LIBRARIES_IMPORTED, *paths],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, libraries), done.stderr
