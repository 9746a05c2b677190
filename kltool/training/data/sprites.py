"""How a letter or a sign looks on a film: cast in lead, printed on a plate or in a box, burnt in, hollow.

A sprite is upright and lies on nothing; `kltool.training.data.lettered` lays it on a film.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.training.data.glyphs import CAPITAL, Glyphs
from kltool.training.sampling import Random
from kltool.typing import Float32

LEAST_STEP: Final = 0.22  # between a letter and its plate, a share of the film's range
Grey = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]  # top, left, bottom, right


@dataclass(frozen=True, slots=True)
class Sprite:
    """opacity: 0 to 1. light: brightness times opacity, brightness 0 to 1.2. ink: the letter's own strokes.

    All are (rows, columns); letter: the box of the first letter.
    """

    opacity: Float32
    light: Float32
    ink: Float32
    letter: Box


class _Canvas:
    """Layers of brightness and opacity, one on the other."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.opacity = np.zeros(shape, np.float32)
        self.light = np.zeros(shape, np.float32)

    def lay(self, mask: Float32, brightness: float, opacity: float = 1.0) -> None:
        cover = mask * opacity
        self.opacity = self.opacity + cover - self.opacity * cover
        self.light = self.light * (1 - cover) + brightness * cover


def sprite(line: Glyphs, random: Random) -> Sprite:
    """A line of text in one of the styles of markers."""
    margin = int(CAPITAL * random.uniform(0.45, 0.9))
    ink = np.pad(line.mask, margin)
    canvas = _Canvas(ink.shape)
    inner = int(margin * random.uniform(0.25, 0.75))  # between the letter and the edge of its plate
    plate = (margin - inner, margin - inner, ink.shape[0] - margin + inner, ink.shape[1] - margin + inner)
    kind = random.random()
    if kind < 0.35:
        _cast(canvas, ink, plate, random)
    elif kind < 0.7:
        _printed(canvas, ink, plate, random)
    elif kind < 0.9:
        _burnt_in(canvas, ink, random)
    else:
        ink = _hollow(canvas, ink, random)
    letter = (margin, margin + line.left, margin + line.mask.shape[0], margin + line.right)
    return Sprite(canvas.opacity, canvas.light, ink, letter)


def sign(random: Random) -> Sprite:
    """No letter: a frame, a corner, an arrow, a cross, a ring, a person lying down, a screw, a wire."""
    side = 2 * CAPITAL
    mask = np.zeros((side, side), np.uint8)
    stroke = int(random.integers(2, 9))
    _SIGNS[int(random.integers(len(_SIGNS)))](mask, stroke, random)
    ink = mask.astype(np.float32) / np.float32(255)
    canvas = _Canvas(ink.shape)
    canvas.lay(ink, float(random.choice([0.0, random.uniform(0.4, 1.1), 1.0])), float(random.uniform(0.5, 1)))
    edge = CAPITAL // 2
    return Sprite(canvas.opacity, canvas.light, ink, (edge, edge, side - edge, side - edge))


def _cast(canvas: _Canvas, ink: Float32, plate: Box, random: Random) -> None:
    """Lead, or thin metal, in a holder of plastic, perhaps in a ring or beside beads."""
    if random.random() < 0.35:
        canvas.lay(_filled(ink.shape, plate), float(random.uniform(0.5, 1)), float(random.uniform(0.05, 0.3)))
    brightness = float(random.uniform(0.75, 1.15))
    drawn = ink.copy()
    if random.random() < 0.3:
        drawn = np.maximum(drawn, _ring(ink.shape, int(random.integers(2, 6))))
    if random.random() < 0.15:
        drawn = np.maximum(drawn, _beads(ink.shape, random))
    canvas.lay(_soft(drawn, random), brightness, float(random.uniform(0.45, 1.0)))


def _printed(canvas: _Canvas, ink: Float32, plate: Box, random: Random) -> None:
    """A letter on a plate, in relief, in a frame, with a shadow; dark on bright or bright on dark."""
    ground = float(random.uniform(0, 1))
    step = float(random.uniform(LEAST_STEP, 0.9)) * (-1 if ground > random.uniform(0.25, 0.75) else 1)
    letter = float(np.clip(ground + step, 0.0, 1.05))
    filled = _filled(ink.shape, plate)
    if random.random() < 0.2:
        canvas.lay(_moved(filled, int(random.integers(1, 5))), 0.0, 1.0)
    canvas.lay(filled, ground, float(random.choice([1.0, random.uniform(0.6, 1.0)])))
    if random.random() < 0.5:
        canvas.lay(_frame(ink.shape, plate, int(random.integers(1, 5))), float(random.uniform(0, 1)))
    if random.random() < 0.35:
        shift = int(random.integers(1, 5))
        canvas.lay(_moved(ink, -shift), float(np.clip(ground + 0.25, 0, 1)))
        canvas.lay(_moved(ink, shift), float(np.clip(ground - 0.25, 0, 1)))
    canvas.lay(ink, letter)


def _burnt_in(canvas: _Canvas, ink: Float32, random: Random) -> None:
    """Straight on the picture, white or black, perhaps with a rim of the other or a shadow."""
    white = random.random() < 0.75
    brightness = float(random.uniform(0.6, 1.0) if white else random.uniform(0.0, 0.2))
    rim = random.random()
    if rim < 0.25:
        canvas.lay(np.asarray(cv2.dilate(ink, np.ones((5, 5), np.uint8)), np.float32), float(not white))
    elif rim < 0.4:
        canvas.lay(_moved(ink, int(random.integers(1, 5))), float(not white))
    canvas.lay(ink, brightness)


def _hollow(canvas: _Canvas, ink: Float32, random: Random) -> Float32:
    """Outlines alone; the ink is the outlines."""
    width = int(random.integers(3, 6))
    kernel = np.ones((width, width), np.uint8)
    outline = np.asarray(cv2.dilate(ink, kernel) - cv2.erode(ink, np.ones((2, 2), np.uint8)), np.float32)
    canvas.lay(outline.clip(0, 1), float(random.uniform(0.6, 1.1)), float(random.uniform(0.7, 1)))
    return outline.clip(0, 1)


def _soft(mask: Float32, random: Random) -> Float32:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), float(random.uniform(0.5, 2.5))), np.float32)


def _filled(shape: tuple[int, int], box: Box) -> Float32:
    mask = np.zeros(shape, np.float32)
    top, left, bottom, right = box
    mask[top:bottom, left:right] = 1.0
    return mask


def _frame(shape: tuple[int, int], box: Box, width: int) -> Float32:
    top, left, bottom, right = box
    inside = (top + width, left + width, bottom - width, right - width)
    return _filled(shape, box) - _filled(shape, inside)


def _ring(shape: tuple[int, int], width: int) -> Float32:
    mask = np.zeros(shape, np.uint8)
    centre = (shape[1] // 2, shape[0] // 2)
    cv2.ellipse(mask, centre, (shape[1] // 2 - 4, shape[0] // 2 - 4), 0, 0, 360, 255, width, cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)


def _beads(shape: tuple[int, int], random: Random) -> Float32:
    mask = np.zeros(shape, np.uint8)
    for _ in range(int(random.integers(1, 4))):
        at = (int(random.integers(4, shape[1] - 4)), int(random.integers(3, 9)))
        cv2.circle(mask, at, int(random.integers(2, 4)), 255, -1, cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)


def _moved(mask: Float32, pixels: int) -> Float32:
    """Down and to the right."""
    return np.roll(mask, (pixels, pixels), (0, 1))


def _draw_frame(mask: Grey, stroke: int, random: Random) -> None:
    low, high = (int(value) for value in random.integers((8, 50), (28, 74)))
    cv2.rectangle(mask, (low, low + int(random.integers(0, 8))), (high, high), 255, stroke)


def _draw_corner(mask: Grey, stroke: int, random: Random) -> None:
    """Of a collimator or a viewer's cross-hairs: both arms of one length, or running out of the picture."""
    at, arm = int(random.integers(8, 30)), 80 if random.random() < 0.5 else int(random.integers(25, 60))
    cv2.line(mask, (at, at), (min(at + arm, 79), at), 255, stroke)
    cv2.line(mask, (at, at), (at, min(at + arm, 79)), 255, stroke)


def _draw_arrow(mask: Grey, stroke: int, random: Random) -> None:
    ends = random.integers(8, 72, (2, 2))
    cv2.arrowedLine(mask, ends[0].tolist(), ends[1].tolist(), 255, stroke, cv2.LINE_AA, 0, 0.3)


def _draw_cross(mask: Grey, stroke: int, random: Random) -> None:
    row, column = (int(value) for value in random.integers(20, 60, 2))
    cv2.line(mask, (10, row), (70, row), 255, stroke)
    cv2.line(mask, (column, 10), (column, 70), 255, stroke)


def _draw_disc(mask: Grey, stroke: int, random: Random) -> None:
    filled = random.random() < 0.5
    cv2.circle(mask, (40, 40), int(random.integers(6, 34)), 255, -1 if filled else stroke, cv2.LINE_AA)


def _draw_person(mask: Grey, stroke: int, random: Random) -> None:
    """Lying on a table, as on displays."""
    head = int(random.integers(5, 9))
    cv2.circle(mask, (12, 38), head, 255, -1)
    cv2.line(mask, (20, 42), (72, 42), 255, max(stroke, 4))
    cv2.line(mask, (60, 42), (66, int(random.integers(20, 36))), 255, stroke)
    cv2.line(mask, (4, 52), (76, 52), 255, max(stroke // 2, 1))


def _draw_screw(mask: Grey, stroke: int, random: Random) -> None:
    cv2.line(mask, (16, 40), (70, 40), 255, 2 * stroke)
    cv2.line(mask, (16, 40 - 2 * stroke), (16, 40 + 2 * stroke), 255, stroke + 2)


def _draw_wire(mask: Grey, stroke: int, random: Random) -> None:
    points = random.integers(5, 75, (int(random.integers(3, 6)), 2)).astype(np.int32)
    cv2.polylines(mask, [points], bool(random.random() < 0.3), 255, max(stroke // 2, 1), cv2.LINE_AA)


_SIGNS: Final = (
    *(_draw_frame, _draw_corner, _draw_arrow, _draw_cross),
    *(_draw_disc, _draw_person, _draw_screw, _draw_wire),
)
