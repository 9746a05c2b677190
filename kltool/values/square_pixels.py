"""Pixels that are not square, resampled so that they are: every model and measure sees the true shape.

The coarser axis is brought to the spacing of the finer one, which loses nothing. An aspect is the height of
a pixel divided by its width.
"""

import numpy as np

from kltool.errors import NotARadiograph
from kltool.typing import Float32, Float64, Indices

MOST_ELONGATED = 4.0  # docs/choices-intake.md#square-pixels; the longer side of a pixel by the shorter
SHARPNESS = 0.75  # docs/choices-intake.md#square-pixels; of cubic convolution
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
    """(rows, columns) of pixels that are `aspect` times as high as wide → the same film in square pixels."""
    rows, columns = _refinement(aspect)
    if rows > 1:
        return _finer_rows(image, rows)
    return np.ascontiguousarray(_finer_rows(image.T, columns).T)


def _refinement(aspect: float) -> tuple[float, float]:
    """By how much the density of rows, and of columns, grows; at least 1."""
    return max(1.0, aspect), max(1.0, 1.0 / aspect)


def _elongation(aspect: float) -> float:
    return max(_refinement(aspect))


def _finer_rows(image: Float32, factor: float) -> Float32:
    """By cubic convolution, its values within those of the image; the top edge stays where it is."""
    nearest, weights = _cubic(len(image), factor)
    finer = np.zeros((len(nearest), image.shape[1]), np.float32)
    for row, weight in zip((nearest + np.arange(-1, 3)).clip(0, len(image) - 1).T, weights.T, strict=True):
        finer += weight[:, None].astype(np.float32) * image[row]
    return finer.clip(image.min(), image.max(), out=finer)


def _cubic(length: int, factor: float) -> tuple[Indices, Float64]:
    """(n, 1) the row before each new one, and (n, 4) the weights of the rows around it. Source: Keys 1981."""
    at = (np.arange(round(length * factor)) + 0.5) / factor - 0.5  # pixels are areas around their centres
    before = np.floor(at)
    t = at - before
    s = 1 - t
    outer, inner = SHARPNESS * (t * s**2), SHARPNESS * (t**2 * s)
    smooth = s**2 * (1 + 2 * t)  # of Hermite's cubic: 1 at the row before, 0 at the row after
    weights = (-outer, smooth + inner, 1 - smooth + outer, -inner)
    return before.astype(np.intp)[:, None], np.stack(weights, axis=1)
