"""A film whose pixels are not square is read in its true shape, wherever that shape is stated."""

from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from kltool.errors import NotARadiograph, SpacingError
from kltool.intake import ImageSource, load
from kltool.typing import Float32
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import Calibration, Spacing
from tests.intake.films import as_bytes, data_set, grey8, knee, saved, tiff


def read(data: bytes, **given: Any) -> Radiograph:
    return load(ImageSource.in_memory("film", data), **given)


def twin(pixels: Any, rows: int, columns: int) -> Float32:
    """Resampled by OpenCV, its values within those of the film."""
    stored = np.asarray(pixels, np.float32)
    finer = cv2.resize(stored, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(finer.clip(stored.min(), stored.max()), np.float32)


def close(film: Radiograph, other: Float32) -> bool:
    return film.pixels.shape == other.shape and float(np.abs(film.pixels - other).mean()) < 0.01 * np.ptp(
        other
    )


@pytest.mark.parametrize(
    ("tags", "shape"),
    [
        ({"PixelSpacing": [0.4, 0.2]}, (400, 160)),
        ({"PixelSpacing": [0.2, 0.3]}, (200, 240)),
        ({"ImagerPixelSpacing": [0.31, 0.2]}, (310, 160)),
        ({"PixelAspectRatio": [2, 1]}, (400, 160)),
        ({"PixelAspectRatio": [2, 3]}, (200, 240)),
    ],
)
def test_a_film_is_its_resampled_twin(tags: dict[str, Any], shape: tuple[int, int]) -> None:
    film = read(as_bytes(data_set(**tags)))
    assert close(film, twin(knee(), *shape))
    assert sum("resampled to square pixels" in note for note in film.notes) == 1
    assert film.pixels_sha256 == read(as_bytes(data_set())).pixels_sha256
    if isinstance(film.spacing, Spacing):
        assert film.spacing.row_mm == film.spacing.column_mm == 0.2


def test_the_spacing_of_the_caller_is_treated_alike() -> None:
    film = read(as_bytes(data_set()), spacing_mm=(0.4, 0.2))
    array = Radiograph.from_array(knee(), (0.4, 0.2))
    assert np.array_equal(film.pixels, array.pixels)
    assert film.spacing == array.spacing == Spacing(0.2, 0.2, Calibration.USER)
    assert film.notes == array.notes


@pytest.mark.parametrize(
    "tags", [{"PixelSpacing": [0.2, 0.2015]}, {"PixelAspectRatio": [1, 1]}, {"PixelAspectRatio": [0, 1]}]
)
def test_pixels_within_1_percent_of_square_stay_as_they_are(tags: dict[str, Any]) -> None:
    film = read(as_bytes(data_set(**tags)))
    assert np.array_equal(film.pixels, knee().astype(np.float32))
    assert film.notes == ()


def test_the_spacing_outranks_the_ratio_with_a_note() -> None:
    film = read(as_bytes(data_set(PixelSpacing=[0.2, 0.2], PixelAspectRatio=[2, 1])))
    assert film.pixels.shape == (200, 160)
    assert film.notes == ("pixels 2 times as high as wide by the tags, 1 by the spacing, which is used",)


@pytest.mark.parametrize("tags", [{"PixelAspectRatio": [1, 1000]}, {"PixelSpacing": [1.0, 0.2]}])
def test_a_shape_that_no_pixel_has_is_refused_unless_the_spacing_is_given(tags: dict[str, Any]) -> None:
    with pytest.raises(NotARadiograph, match=r"times as high as wide were found.*expected; "):
        read(as_bytes(data_set(**tags)))
    assert read(as_bytes(data_set(**tags)), spacing_mm=0.2).pixels.shape == (200, 160)


def test_a_user_states_no_such_shape() -> None:
    with pytest.raises(SpacingError):
        Radiograph.from_array(knee(), (1.0, 0.2))


def test_a_film_that_is_too_large_when_its_pixels_are_square_is_refused() -> None:
    with pytest.raises(NotARadiograph, match="too large"):
        read(as_bytes(data_set(knee(6000, 64), PixelAspectRatio=[4, 1])))


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF"])
def test_densities_of_a_picture_state_the_shape_of_its_pixels(file_format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options: dict[str, Any] = {"quality": 100} if file_format == "JPEG" else {}
    film = read(saved(Image.fromarray(grey8()), file_format, dpi=(200, 100), exif=exif, **options))
    assert film.pixels.shape == ((400, 160) if orientation == 1 else (160, 400))


def test_a_tiff_without_a_unit_states_the_shape_all_the_same() -> None:
    film = read(tiff(grey8(), resolution=(1, 2), resolutionunit="none"))
    assert film.pixels.shape == (200, 320)
