"""What is written or laid beside a joint on a film: bright and sharp-edged as metal, and not in the body."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.training.data.drawing import Outline, bar, on_film
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

Picture = npt.NDArray[np.uint8]

WORDS: Final = ("R", "L", "RT", "LT", "AP", "PA", "STANDING", "WB", "AP STANDING", "15:42", "KV 60", "R/AP")
FONTS: Final = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
)
FREE: Final = ((-0.55, 0.55), (-0.3, 0.25))  # tibial widths, across and down, that stay free of signs
BRIGHT: Final = (0.6, 1.15)  # in shares of the film's brightest value


def with_signs(film: Float32, at: Placement, random: Random) -> Float32:
    """One to three letters, words, rulers, beads or labels around the joint, some turned or framed."""
    dark, bright = float(film.min()), float(film.max())
    for _ in range(random.integers(1, 4)):
        mask = np.zeros(film.shape, np.uint8)
        one_of((_word, _word, _ruler, _bead, _plate), random)(mask, _place(random), at, random)
        mask[_around_joint(film.shape, at)] = 0
        level = np.float32(dark + random.uniform(*BRIGHT) * (bright - dark))
        film = np.maximum(
            film, np.where(mask > 0, dark + (level - dark) * (mask / np.float32(255)), film.min())
        )
    return np.asarray(film, np.float32)


def _place(random: Random) -> tuple[float, float]:
    """(across, down), tibial widths from the joint."""
    across = float(random.choice([-1.0, 1.0]) * random.uniform(0.5, 0.95))
    return across, float(random.uniform(-0.95, 0.75))


def _around_joint(shape: tuple[int, ...], at: Placement) -> tuple[slice, slice]:
    row, column = at.centre
    across, down = np.array(FREE) * at.tibial_width_px
    top, bottom = np.clip(row + down, 0, shape[0]).astype(int)
    left, right = np.clip(column + across, 0, shape[1]).astype(int)
    return slice(top, bottom), slice(left, right)


def _word(mask: Picture, place: tuple[float, float], at: Placement, random: Random) -> None:
    """A letter or a word, upright, turned by a quarter or mirrored."""
    word, font = str(random.choice(WORDS)), one_of(FONTS, random)
    height = random.uniform(0.05, 0.2) * at.tibial_width_px
    scale, thick = height / 22, max(int(height * random.uniform(0.08, 0.2)), 1)
    (width, tall), below = cv2.getTextSize(word, font, scale, thick)
    tile = np.zeros((tall + below + 2 * thick, width + 2 * thick), np.uint8)
    cv2.putText(tile, word, (thick, tall + thick), font, scale, 255, thick, cv2.LINE_AA)
    tile = np.rot90(tile, int(random.choice([0, 0, 0, 1, 3])))
    _laid(mask, tile[:, ::-1] if random.random() < 0.2 else tile, on_film([place], at)[0])


def _laid(mask: Picture, tile: Picture, corner: Points) -> None:
    """The part of the tile that lies on the mask."""
    top, left = (int(place) for place in corner)
    rows, columns = tile.shape
    inside = mask[max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
    inside[:] = tile[max(-top, 0) :, max(-left, 0) :][: inside.shape[0], : inside.shape[1]]


def _ruler(mask: Picture, place: tuple[float, float], at: Placement, random: Random) -> None:
    """A scale beside the leg: a line with ticks, or ticks alone."""
    across = float(np.sign(place[0]) or 1.0) * random.uniform(0.6, 0.9)
    step, half = random.uniform(0.03, 0.15), random.uniform(0.003, 0.01)
    shapes = [
        bar((across, down), (across + (0.08 if number % 5 == 0 else 0.04), down), half)
        for number, down in enumerate(np.arange(-1.0, 1.0, step))
    ]
    _drawn(mask, [*shapes, bar((across, -1.0), (across, 1.0), half)][: random.integers(5, 60)], at)


def _plate(mask: Picture, place: tuple[float, float], at: Placement, random: Random) -> None:
    """The frame of a label, or a whole bright one."""
    wide, tall = random.uniform(0.06, 0.3), random.uniform(0.05, 0.15)
    across, down = place
    corners = [(across, down), (across + wide, down), (across + wide, down + tall), (across, down + tall)]
    if random.random() < 0.5:
        return _drawn(mask, [corners], at)
    sides = zip(corners, [*corners[1:], corners[0]], strict=True)
    return _drawn(mask, [bar(one, other, random.uniform(0.004, 0.012)) for one, other in sides], at)


def _bead(mask: Picture, place: tuple[float, float], at: Placement, random: Random) -> None:
    """A bead on the skin or a calibration sphere."""
    row, column = np.rint(on_film([place], at)[0]).astype(int)
    radius = int(random.uniform(0.008, 0.16) * at.tibial_width_px)
    cv2.circle(mask, (int(column), int(row)), max(radius, 1), 255, -1, cv2.LINE_AA)


def _drawn(mask: Picture, shapes: list[Outline], at: Placement) -> None:
    for shape in shapes:
        cv2.fillPoly(mask, [np.rint(on_film(shape, at)[:, ::-1] * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
