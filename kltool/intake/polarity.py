"""Films stored with dark bone, whatever their tags state, are inverted: bone is bright."""

import cv2
import numpy as np

from kltool.errors import Undecodable
from kltool.intake.content import DisplayedPixels, without_padding
from kltool.typing import Float32, Mask

TIGHT_CROP_PX = 320  # docs/choices-intake.md#polarity; the longest side of a tight crop of one knee
TIGHT_CROP_ASPECT = 1.5  # docs/choices-intake.md#polarity
SHRUNK_PX = 160  # docs/choices-intake.md#polarity; the shorter side of a film that is judged
FLAT_RANGE = 0.02  # docs/choices-intake.md#polarity; 5th to 95th percentile of a border line, of the film's
TWO_KNEES_ASPECT = 1.2  # docs/choices-intake.md#polarity; wider than this, a film may show both knees

INVERTED = "polarity inverted: the picture was stored with dark bone"


def bone_bright(displayed: DisplayedPixels) -> tuple[Float32, tuple[str, ...]]:
    """Pixels and notes; padding takes no part in the decision and stays the darkest.

    Raises Undecodable where all pixels have the same value.
    """
    pixels, padding = displayed.pixels, displayed.padding
    if pixels.min() == pixels.max():
        raise Undecodable(
            "an image whose pixels all have the same value was found, a radiograph was expected; "
            "export the image again"
        )
    if not is_inverted(_without_padded_margins(pixels, padding)):
        return pixels, ()
    return without_padding(invert(pixels), padding), (INVERTED,)


def invert(pixels: Float32) -> Float32:
    inverted: Float32 = pixels.min() + pixels.max() - pixels
    return inverted


def is_inverted(pixels: Float32) -> bool:
    """Whether bone is darker than the air around it.

    pixels: (rows, columns), finite and not constant. A small, nearly square crop of one knee is judged
    by its own columns; anything else without its borders and, where wide, in halves as well.
    """
    if _is_tight_crop(pixels.shape):
        return contrast(pixels) < 0
    return film_contrast(pixels) < 0


def contrast(pixels: Float32) -> float:
    """Median of the middle half less the median of the outermost columns: positive where bone is bright."""
    h, w = pixels.shape
    m = max(2, h // 28)
    centre = float(np.median(pixels[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4]))
    edge = float(np.median(np.concatenate((pixels[:, :m].ravel(), pixels[:, -m:].ravel()))))
    return centre - edge


def film_contrast(pixels: Float32) -> float:
    """The same for a whole film, in units of its range: positive where bone is bright.

    Two knees leave air in the centre of a film and bone in the centre of its halves; one knee has it the
    other way round. Halves count twice: two knees never mislead them, one knee seldom.
    """
    film = _without_borders(_shrunk(pixels))
    rows, columns = film.shape
    whole = contrast(film)
    if columns <= TWO_KNEES_ASPECT * rows:
        return whole
    middle = columns // 2
    return whole + contrast(film[:, :middle]) + contrast(film[:, middle:])


def _without_padded_margins(pixels: Float32, padding: Mask | None) -> Float32:
    """The smallest rectangle that holds the image, padding left in it set to the median of the image."""
    if padding is None:
        return pixels
    image = ~padding
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    filled = np.where(padding, np.median(pixels[image]), pixels).astype(np.float32)
    return filled[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _is_tight_crop(shape: tuple[int, ...]) -> bool:
    longest, shortest = max(shape), min(shape)
    return longest <= TIGHT_CROP_PX and longest <= TIGHT_CROP_ASPECT * shortest


def _shrunk(pixels: Float32) -> Float32:
    """To a shorter side of SHRUNK_PX, and to the range 0 to 1 between the 1st and 99th percentile."""
    rows, columns = pixels.shape
    scale = min(1.0, SHRUNK_PX / min(rows, columns))
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    low, high = (float(value) for value in np.percentile(small, (1, 99)))
    if high <= low:
        low, high = float(small.min()), float(small.max())
    stretched: Float32 = np.clip((small - low) / max(high - low, 1e-12), 0, 1).astype(np.float32)
    return stretched


def _without_borders(film: Float32) -> Float32:
    """Collimation, white or black, is flat along the border; at most a third of each side is cut off."""
    film = film[_border(film) : len(film) - _border(film[::-1])]
    columns = film.T
    return film[:, _border(columns) : len(columns) - _border(columns[::-1])]


def _border(film: Float32) -> int:
    """Number of flat rows from the top."""
    most = len(film) // 3
    low, high = np.percentile(film[:most], (5, 95), axis=1)
    uneven = np.flatnonzero(high - low >= FLAT_RANGE)
    return int(uneven[0]) if len(uneven) else most
