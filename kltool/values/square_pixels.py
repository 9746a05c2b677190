"""Pixels that are not square, resampled so that they are: every model and measure sees the true shape.

The coarser axis is brought to the spacing of the finer one, which loses nothing. An aspect is the height of
a pixel divided by its width.
"""

import numpy as np

from kltool.errors import NotARadiograph
from kltool.typing import Float32

MOST_ELONGATED = 4.0  # docs/choices-intake.md#square-pixels; the longer side of a pixel by the shorter
LEFT_ALONE = 1.01  # docs/choices-intake.md#square-pixels; below this the pixels stay as they are


def is_square(aspect: float) -> bool:
    """Whether the pixels stay as they are."""
    return _elongation(aspect) <= LEFT_ALONE


def check_aspect(aspect: float) -> None:
    """Raises NotARadiograph for pixels of a shape that no scanner makes."""
    if _elongation(aspect) > MOST_ELONGATED:
        raise NotARadiograph(
            f"pixels {aspect:.3g} times as high as wide were found in the tags, {1 / MOST_ELONGATED:g} to "
            f"{MOST_ELONGATED:g} was expected; correct the tags, or give the true pixel spacing"
        )


def square_shape(shape: tuple[int, ...], aspect: float) -> tuple[int, int]:
    """(rows, columns) of a film of this shape when its pixels are square."""
    rows, columns = _refinement(aspect)
    return round(shape[0] * rows), round(shape[1] * columns)


def resampled(image: Float32, aspect: float) -> Float32:
    """(rows, columns) of pixels that are `aspect` times as high as wide → the same film in square pixels.

    By cubic convolution, its values within those of the image; the top left corner stays where it is.
    """
    import cv2  # late: few films need it, and importing kltool must stay quick

    rows, columns = _refinement(aspect)
    finer = cv2.resize(image, None, fx=columns, fy=rows, interpolation=cv2.INTER_CUBIC)
    return np.asarray(finer.clip(image.min(), image.max(), out=finer), np.float32)


def _refinement(aspect: float) -> tuple[float, float]:
    """By how much the density of rows, and of columns, grows; at least 1."""
    return max(1.0, aspect), max(1.0, 1.0 / aspect)


def _elongation(aspect: float) -> float:
    return max(_refinement(aspect))
