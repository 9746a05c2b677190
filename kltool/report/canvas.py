"""Lines, bands and words on a picture: (rows, columns, 3) uint8, BGR; points are (row, column)."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.geometry.points import arc_length, resample
from kltool.typing import Points

Picture = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

GROUND: Final = (24, 24, 24)
TEXT: Final = (235, 235, 235)
DIM: Final = (165, 165, 165)
FAINT: Final = (70, 70, 70)
FEMUR: Final = (40, 130, 255)  # orange and sky blue: told apart by the colour-blind, too
TIBIA: Final = (255, 200, 60)
MINIMUM: Final = (0, 235, 255)
FIXED: Final = (190, 190, 190)
AXIS: Final = (220, 160, 200)
RIM: Final = (190, 230, 120)
SANS: Final = cv2.FontFace("sans")
REGULAR, BOLD = 400, 700
SUBPIXEL: Final = 4  # binary places of a coordinate


def plain(rows: int, columns: int) -> Picture:
    return np.full((rows, columns, 3), GROUND, np.uint8)


def line(picture: Picture, points: Points, colour: Colour, thickness: int = 1) -> None:
    """A polyline through (n, 2) points."""
    cv2.polylines(picture, [_fixed(points)], False, colour, thickness, cv2.LINE_AA, SUBPIXEL)


def dashed(picture: Picture, points: Points, colour: Colour, thickness: int = 1, dash: float = 7.0) -> None:
    """A polyline of dashes and gaps of one length."""
    length = float(arc_length(points)[-1])
    fine = resample(points, max(2 * round(length / (2 * dash)), 2) * 4 + 1)
    for start in range(0, len(fine) - 4, 8):
        line(picture, fine[start : start + 5], colour, thickness)


def band(picture: Picture, one: Points, other: Points, colour: Colour, opacity: float) -> None:
    """The area between two lines, seen through."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [_fixed(np.vstack([one, other[::-1]]))], 255, cv2.LINE_AA, SUBPIXEL)
    share = opacity * mask[:, :, None] / 255.0
    picture[:] = np.round(picture * (1 - share) + np.array(colour) * share).astype(np.uint8)


def ring(picture: Picture, centre: Points, radius: float, colour: Colour, thickness: int = 2) -> None:
    at = _fixed(centre[None])[0]
    scaled = round(radius * 2**SUBPIXEL)
    cv2.circle(picture, (int(at[0]), int(at[1])), scaled, colour, thickness, cv2.LINE_AA, SUBPIXEL)


def box(picture: Picture, top: float, left: float, bottom: float, right: float, colour: Colour) -> None:
    """A filled rectangle."""
    corners = (round(left), round(top)), (round(right), round(bottom))
    cv2.rectangle(picture, *corners, colour, -1)


def write(
    picture: Picture,
    text: str,
    at: tuple[float, float],
    colour: Colour = TEXT,
    size: int = 15,
    weight: int = REGULAR,
) -> None:
    """Text whose base line starts at (row, column); size in pixels."""
    cv2.putText(picture, text, (round(at[1]), round(at[0])), colour, SANS, size, weight)


def width_of(text: str, size: int = 15, weight: int = REGULAR) -> int:
    left, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), SANS, size, weight)
    return int(left + width)


def write_centred(
    picture: Picture, text: str, at: tuple[float, float], colour: Colour = TEXT, size: int = 15
) -> None:
    write(picture, text, (at[0], at[1] - width_of(text, size) / 2), colour, size)


def label(
    picture: Picture, texts: list[str], at: tuple[float, float], colour: Colour, size: int = 16
) -> None:
    """Lines of text on a dark ground whose top centre is at (row, column), moved into the picture."""
    wide = max(width_of(text, size) for text in texts) + 16
    left = min(max(at[1] - wide / 2, 4.0), picture.shape[1] - wide - 4.0)
    pitch = round(1.35 * size)
    box(picture, at[0], left, at[0] + pitch * len(texts) + 8, left + wide, GROUND)
    for number, text in enumerate(texts):
        write(picture, text, (at[0] + pitch * (number + 1), left + 8), colour, size)


def wrapped(text: str, width: int, size: int) -> list[str]:
    """Text in lines no wider than so many pixels, unless one word is."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _fixed(points: Points) -> npt.NDArray[np.int32]:
    """OpenCV's (x, y) in sixteenths of a pixel."""
    return np.round(np.asarray(points)[:, ::-1] * 2**SUBPIXEL).astype(np.int32)
