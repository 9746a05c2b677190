"""Plain pictures are read at full depth or refused; a picture that was cut off is never half read."""

import struct
import zlib
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageOps

from kltool.errors import NotAnImage, NotARadiograph, Undecodable
from kltool.intake import ImageSource, load
from kltool.typing import Float32
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import NoSpacing
from tests.intake.films import REAL_DATA, grey8, knee, picture, png, saved, tiff
from tests.messages import holds

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"


def read(data: bytes) -> Radiograph:
    return load(ImageSource.in_memory("picture", data))


def as_float(pixels: Any) -> Float32:
    return np.asarray(pixels, np.float32)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_eight_bits_are_read_as_they_are(suffix: str) -> None:
    assert np.array_equal(read(picture(grey8(), suffix)).pixels, as_float(grey8()))


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_are_read_as_they_are(suffix: str) -> None:
    assert np.array_equal(read(picture(knee() * 16, suffix)).pixels, as_float(knee()) * 16)


def test_a_jpeg_is_read_within_its_tolerance() -> None:
    film = read(picture(grey8(), ".jpg"))
    assert np.abs(film.pixels - as_float(grey8())).mean() < 5


@pytest.mark.parametrize("mode", ["P", "RGB", "RGBA", "LA", "1"])
def test_grey_in_any_form_is_grey(mode: str) -> None:
    stored = Image.fromarray(grey8()).convert(mode)
    expected = as_float(stored.convert("L"))
    film = read(saved(stored, "PNG"))
    assert film.notes == ()
    assert np.array_equal(film.pixels, expected)


def test_an_interlaced_looking_optimised_png_is_whole() -> None:
    assert np.array_equal(
        read(saved(Image.fromarray(grey8()), "PNG", optimize=True)).pixels, as_float(grey8())
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_tiff_in_which_white_is_zero_is_turned_as_its_tag_asks(dtype: type) -> None:
    top = np.iinfo(dtype).max
    stored: Any = grey8().astype(dtype) * (top // 255)
    film = read(tiff(top - stored, photometric="miniswhite"))
    assert film.notes == ()
    assert np.array_equal(film.pixels, as_float(stored))


def with_orientation(stored: Image.Image, file_format: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"subsampling": 0, "quality": 100} if file_format == "JPEG" else {}
    return saved(stored, file_format, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("file_format", "mode"),
    [*product(("PNG", "JPEG", "TIFF"), ("L", "RGB")), ("PNG", "LA")],
)
def test_a_picture_turned_by_its_orientation_tag_is_shown_as_viewers_show_it(
    file_format: str, mode: str, orientation: int
) -> None:
    data = with_orientation(Image.fromarray(grey8()).convert(mode), file_format, orientation)
    shown = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("L")
    film = read(data)
    assert film.pixels.shape == as_float(shown).shape
    assert np.abs(film.pixels - as_float(shown)).max() <= (2 if file_format == "JPEG" else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bits_are_turned_by_their_orientation_tag(file_format: str, orientation: int) -> None:
    stored = Image.fromarray(knee())
    data = with_orientation(stored, file_format, orientation)
    turned = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    assert np.array_equal(read(data).pixels, as_float(turned))


def _png_with_exif(exif: bytes) -> bytes:
    data = png(grey8())
    chunk = b"eXIf" + exif
    return data[:33] + struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]


@pytest.mark.parametrize(
    "exif",
    [b"", b"II", b"MM\0*\0\0\0\xff", b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0"],
    ids=["empty", "short", "outside", "unknown orientation"],
)
def test_an_orientation_that_cannot_be_read_leaves_the_picture_as_stored(exif: bytes) -> None:
    assert np.array_equal(read(_png_with_exif(exif)).pixels, as_float(grey8()))


@pytest.mark.skipif(not CASES.exists(), reason=f"no {CASES}")
def test_one_film_as_png_and_jpeg_is_one_film() -> None:
    one, other = (load(CASES / "png-orientation" / name).pixels for name in ("mirrored.png", "mirrored.jpg"))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.99


def test_transparent_margins_are_padding() -> None:
    alpha = np.full(grey8().shape, 255, np.uint8)
    alpha[:, :9] = 0
    pixels = grey8()
    pixels[:, :9] = 255
    film = read(picture(np.dstack([pixels, pixels, pixels, alpha]), ".png"))
    assert film.notes == ("transparent pixels are taken as padding",)
    assert (film.pixels[:, :9] == film.pixels.min()).all()


def test_an_annotation_in_colour_is_noted() -> None:
    channels = np.dstack([grey8()] * 3)
    channels[5:9, 5:40] = (0, 0, 255)
    assert read(picture(channels, ".png")).notes == ("colour in 0.4% of the pixels: annotation",)


def test_a_film_with_one_tint_is_a_radiograph() -> None:
    channels = np.dstack([grey8(), grey8(), (grey8() * 0.92).astype(np.uint8)])
    assert read(picture(channels, ".png")).notes == ()


def test_a_colour_photograph_is_refused() -> None:
    channels = np.dstack([grey8() // 3, grey8() // 2, grey8()])
    with pytest.raises(NotARadiograph) as caught:
        read(picture(channels, ".jpg"))
    assert str(caught.value).endswith(
        "a grey radiograph was expected; export the radiograph itself instead of photographing film or screen"
    )


PHOTOGRAPHS = (
    "0c436b734093 0d8c4688be2a 47fa318ad0ea 548b1c028a67 6f1e9d879d76 7325b166b73c ce104ee23541 "
    "d6d8b9de04c8 f874de2829bf"
)
real = pytest.mark.skipif(not REAL_DATA.is_dir(), reason="no real radiographs at ../shared/data")


@real
@pytest.mark.parametrize("photograph", PHOTOGRAPHS.split())
def test_real_photographs_of_films_and_screens_are_refused(photograph: str) -> None:
    with pytest.raises(NotARadiograph, match="a colour picture was found"):
        load(REAL_DATA / "refuse" / f"{photograph}.jpg")


@real
def test_every_radiograph_of_the_other_hospital_is_read() -> None:
    """A film tinted by its scanner (835e524d92ab) among them; none is annotated, none is inverted."""
    films = [load(path) for path in sorted((REAL_DATA / "external").glob("*/*.png"))]
    assert len(films) == 170
    assert {film.notes for film in films} == {()}


@pytest.mark.parametrize("shape", [(63, 200), (200, 63)])
def test_a_thumbnail_is_too_small(shape: tuple[int, int]) -> None:
    with pytest.raises(NotARadiograph, match="too small: "):
        read(png(grey8(200, 200)[: shape[0], : shape[1]]))


def test_a_constant_picture_is_refused() -> None:
    with pytest.raises(Undecodable, match="all have the same value"):
        read(png(np.full((200, 160), 9, np.uint8)))


def test_a_tiff_of_numbers_that_are_none_is_undecodable() -> None:
    pixels = as_float(grey8())
    pixels[3, 3] = np.nan
    with pytest.raises(Undecodable):
        read(tiff(pixels))


def test_the_log_level_of_opencv_is_restored() -> None:
    before = cv2.utils.logging.getLogLevel()
    read(png(grey8()))
    assert cv2.utils.logging.getLogLevel() == before


def test_dots_per_inch_are_no_spacing(tmp_path: Any) -> None:
    from PIL import Image

    path = tmp_path / "film.png"
    Image.fromarray(grey8()).save(path, dpi=(150, 150))
    assert isinstance(load(path).spacing, NoSpacing)


def test_a_tiff_that_begins_with_a_thumbnail_is_read_in_full() -> None:
    out = BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(knee()[::4, ::4].copy(), subfiletype=1)
        writer.write(knee())
    assert np.array_equal(read(out.getvalue()).pixels, knee())


def test_what_the_decoder_would_round_is_refused_and_not_called_cut_off() -> None:
    layers = np.stack((knee(), np.full_like(knee(), 65_535)), axis=-1)
    rounded = tiff(layers, photometric="minisblack", extrasamples=["unassalpha"])
    no_number = knee().astype(np.float32)
    no_number[0, 0] = np.nan
    for data in (rounded, tiff(no_number)):
        with pytest.raises(Undecodable) as refusal:
            read(data)
        assert holds(str(refusal.value), "without loss")


def test_pictures_of_telephones_are_named() -> None:
    with pytest.raises(NotAnImage) as refusal:
        read(b"\0\0\0\x18ftypheic" + bytes(1000))
    assert holds(str(refusal.value), "HEIC")
