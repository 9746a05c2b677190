"""Letters, words and signs as masks: in the fonts that matplotlib brings, and in OpenCV's strokes (Hershey).

The fonts are split: letters in `HELD_OUT` are never learned from, they score.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kltool.training.sampling import Random
from kltool.typing import Float32

CAPITAL: Final = 40  # height of a capital letter, pixels
THINNEST, THICKEST = 0.08, 0.24  # of strokes, a share of the height
BITMAP_ROWS: Final = (10, 22)  # of letters of a display, drawn in whole pixels

FONTS: Final = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif"),
    *("DejaVuSerif-Italic", "STIXGeneral", "cmr10", "cmss10", "cmtt10", "cmb10"),
    *("hershey 0", "hershey 2", "hershey 3", "hershey 5"),
)
HELD_OUT: Final = (
    *("DejaVuSans-BoldOblique", "DejaVuSansMono-Bold", "DejaVuSerif-Bold", "STIXGeneralBol"),
    *("hershey 1", "hershey 4"),
)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One line of text. mask: 0 to 1, without margins. left, right: columns of its first letter."""

    text: str
    mask: Float32
    left: int
    right: int


def glyphs(text: str, font: str, random: Random) -> Glyphs:
    """A text whose capitals are `CAPITAL` high, as wide, as heavy and as coarse as it happens to be."""
    mask, right = _strokes(text, font, random) if font.startswith("hershey") else _font(text, font)
    mask = _heavier(mask, random)
    stretch = float(random.uniform(0.85, 1.15))
    size = (max(round(mask.shape[1] * stretch), 2), mask.shape[0])
    mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)
    if random.random() < 0.25:
        mask = _in_whole_pixels(mask, int(random.integers(*BITMAP_ROWS)))
    return Glyphs(text, mask, 0, max(round(right * stretch), 2))


@cache
def _font(text: str, font: str) -> tuple[Float32, int]:
    """The mask of a text, and the column at which its first letter ends."""
    size = CAPITAL * CAPITAL / _high(_drawn("R", _loaded(font, CAPITAL)))
    face = _loaded(font, round(size))
    return _drawn(text, face), _drawn(text[0], face).shape[1]


@cache
def _loaded(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf", size)


def _drawn(text: str, face: ImageFont.FreeTypeFont) -> Float32:
    left, top, right, bottom = face.getbbox(text)
    image = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(image).text((2 - left, 2 - top), text, fill=255, font=face)
    return _tight(np.asarray(image, np.float32) / np.float32(255))


def _strokes(text: str, font: str, random: Random) -> tuple[Float32, int]:
    thickness = max(round(CAPITAL * float(random.uniform(THINNEST, THICKEST))), 2)
    mask = _line(text, int(font.split()[1]), thickness)
    return mask, _line(text[0], int(font.split()[1]), thickness).shape[1]


@cache
def _line(text: str, face: int, thickness: int) -> Float32:
    scale = (CAPITAL - thickness) / 21  # the capitals of Hershey's fonts are 21 units high
    canvas = np.zeros((3 * CAPITAL, int(CAPITAL * (2 + 1.4 * len(text)))), np.uint8)
    cv2.putText(canvas, text, (CAPITAL, 2 * CAPITAL), face, scale, 255, thickness, cv2.LINE_AA)
    mask = _tight(canvas.astype(np.float32) / np.float32(255))
    height = max(_high(mask), 1)
    size = (max(round(mask.shape[1] * CAPITAL / height), 2), CAPITAL)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)


def _heavier(mask: Float32, random: Random) -> Float32:
    """Strokes a little broader or narrower, as long as something is left."""
    amount = int(random.integers(-1, 4))
    kernel = np.ones((abs(amount) + 1, abs(amount) + 1), np.uint8)
    if amount > 0:
        return np.asarray(cv2.dilate(mask, kernel), np.float32)
    narrower = np.asarray(cv2.erode(mask, kernel), np.float32)
    return narrower if narrower.sum() > 0.6 * mask.sum() else mask


def _in_whole_pixels(mask: Float32, rows: int) -> Float32:
    columns = max(round(mask.shape[1] * rows / mask.shape[0]), 3)
    coarse = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
    sharp = (np.asarray(coarse) > 0.45).astype(np.float32)
    return np.asarray(cv2.resize(sharp, mask.shape[::-1], interpolation=cv2.INTER_NEAREST), np.float32)


def _tight(mask: Float32) -> Float32:
    rows, columns = np.flatnonzero(mask.max(1) > 0.1), np.flatnonzero(mask.max(0) > 0.1)
    if not rows.size:
        return np.ones((2, 2), np.float32)
    return np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _high(mask: Float32) -> int:
    return int(mask.shape[0])
