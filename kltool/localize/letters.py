"""The letters R and L on a film: where they stand, how they are turned, whether they are seen from behind.

A network looks at the film at several scales; each place it proposes is looked at again at one size and eight
turns, then upright in several framings, whose mean logit gives the probability. docs/choices.md#letters
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from kltool.typing import Float32, Float64
from kltool.values.letter import Letter
from kltool.values.radiograph import Side
from kltool.weights import Network

KINDS: Final = (("R", False), ("L", False), ("R", True), ("L", True))  # letter, mirrored
STRIDE: Final = 4  # of the network
STEP: Final = 32  # sides of the network's input are multiples of this
LOWEST, HIGHEST = 9.0, 22.0  # of a letter at a scale, pixels; docs/choices.md#letters
TYPICAL: Final = 15.0  # height to which the network's size refers, pixels
SIDE_OF_PIECE: Final = 96  # of what the network learns from, pixels
LONG_SIDES: Final = (576, 288, 144, 72)  # of the film at each scale, pixels; docs/choices.md#letters
FINEST: Final = 1.6  # of a scale against the film, whose letters are enlarged so far
CONTRAST_WINDOW: Final = 33  # pixels, over which contrast is evened out
FLATTEST: Final = 0.02  # standard deviation that still counts as contrast, a share of the film's range
PROPOSED: Final = 0.15  # docs/choices.md#letters
PROMISING: Final = 0.3  # docs/choices.md#letters
MOST_PROPOSED: Final = 4  # of a film, looked at again
SLOPE, OFFSET = 4.5, 0.9  # from the mean logit to the probability; docs/choices.md#letters
UPSIDE_DOWN_DEG: Final = 60.0  # from 180: an L turned so looks like a 7
NO_SEVEN: Final = 0.8  # the most probable that it is none; docs/choices.md#letters
LEAST_PROBABILITY: Final = 0.5  # of a letter that is told; docs/choices.md#letters
TURNS: Final = tuple(range(0, 360, 45))  # degrees, at which a proposal is looked at
FRAMINGS: Final = (  # degrees, scale, mirrored: how a proposal is looked at once its turn is known
    (0.0, 1.0, False),
    (0.0, 1.0, True),
    (-10.0, 0.88, False),
    (10.0, 1.14, False),
    (5.0, 1.0, True),
)
PATCH: Final = 64  # pixels, of what is looked at upright
SMALL_PATCH: Final = 32  # pixels, of what is looked at at every turn
SWAPPED: Final = (2, 3, 0, 1)  # KINDS in a mirror


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A place where a letter may stand, pixels of the film. score: 0 to 1."""

    centre: Float64
    height: float
    score: float


@dataclass(frozen=True, slots=True)
class _Framing:
    """How a place is looked at: turned back by so many degrees, then perhaps mirrored."""

    centre: Float64
    height: float
    turn_deg: float
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class _Looker:
    """Looks at places of one film through the network. pictures: of the film, the finest first."""

    pictures: list[Float32]
    film: tuple[int, ...]
    span: float
    network: Network

    def look(self, framings: Sequence[_Framing], side: int) -> tuple[Float32, Float32]:
        """Logits of KINDS (n, 4) in the middle of each framing, and the pose there (n, 3)."""
        patches = np.stack([local_contrast(self._patch(one, side), self.span) for one in framings])
        heat, pose = self.network(patches[:, None])
        cell = side // STRIDE // 2
        near = slice(cell - 1, cell + 2)
        return heat[:, :, near, near].max((2, 3)), pose[:, :, cell, cell]

    def _patch(self, framing: _Framing, side: int) -> Float32:
        """The place turned back, its letter `TYPICAL` high and in the middle of the middle cell."""
        picture = self._fine_enough(framing.height)
        shrink = max(self.film) / max(picture.shape)
        size = framing.height / shrink / TYPICAL  # pixels of the picture a pixel of the patch
        turn = np.deg2rad(framing.turn_deg)
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        linear = size * rotation @ np.diag([-1.0 if framing.mirrored else 1.0, 1.0])
        centre = ((framing.centre + 0.5) / shrink - 0.5)[::-1]
        middle = np.full(2, (side // STRIDE // 2 + 0.5) * STRIDE - 0.5)
        to_picture = np.column_stack([linear, centre - linear @ middle])
        flags, edge = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
        patch = cv2.warpAffine(picture, to_picture, (side, side), flags=flags, borderMode=edge)
        return np.asarray(patch, np.float32)

    def _fine_enough(self, height: float) -> Float32:
        """The coarsest picture on which a letter of this height on the film is as high as in the patch."""
        for picture in reversed(self.pictures):
            if height * max(picture.shape) / max(self.film) >= TYPICAL:
                return picture
        return self.pictures[0]


def find_letters(pixels: Float32, network: Network) -> tuple[Letter, ...]:
    """The letters of a film, the most probable first. pixels: bone bright, any scale of brightness."""
    step = max(max(pixels.shape) // (2 * LONG_SIDES[0]), 1)
    fine = _decimated(pixels, step)
    pictures = _pyramid(fine)
    span = _span(pictures[min(1, len(pictures) - 1)])
    proposals = [one for picture in pictures for one in _proposals(picture, fine.shape, span, network)]
    best = _apart(sorted(proposals, key=lambda one: -one.score))[:MOST_PROPOSED]
    if not best:
        return ()
    looker = _Looker([fine, *pictures], fine.shape, span, network)
    letters = [_read(framing, looker) for framing in _turned_back(best, looker)]
    told = [_on_film(letter, step) for letter in letters if letter.probability >= LEAST_PROBABILITY]
    return tuple(sorted(told, key=lambda letter: -letter.probability))


def local_contrast(picture: Float32, span: float) -> Float32:
    """Brightness against its surroundings, in standard deviations of these, clipped to -3 to 3.

    span: the range of brightness of the whole film.
    """
    window = (CONTRAST_WINDOW, CONTRAST_WINDOW)
    mean = cv2.blur(picture, window, borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(np.square(picture - mean), window, borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square, 0.0)) + FLATTEST * span
    return np.asarray(np.clip((picture - mean) / spread, -3.0, 3.0), np.float32)


def _decimated(pixels: Float32, step: int) -> Float32:
    """The means of squares of so many pixels a side; what is left over at the edges is lost."""
    if step == 1:
        return pixels
    rows, columns = (side // step for side in pixels.shape)
    whole = np.ascontiguousarray(pixels[: rows * step, : columns * step])
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _on_film(letter: Letter, step: int) -> Letter:
    """A letter of the decimated film in pixels of the film."""
    row, column = ((place + 0.5) * step - 0.5 for place in letter.centre)
    return replace(letter, centre=(row, column), height=letter.height * step)


def _pyramid(pixels: Float32) -> list[Float32]:
    """The film at each scale that is not much finer than itself, the finest first."""
    longest = max(pixels.shape)
    pictures: list[Float32] = []
    for side in LONG_SIDES:
        if side <= FINEST * longest or side == LONG_SIDES[-1]:
            pictures.append(_resized(pictures[-1] if pictures else pixels, pixels.shape, side))
    return pictures


def _resized(picture: Float32, film: tuple[int, ...], side: int) -> Float32:
    """A picture of the film with this long side. film: its rows and columns."""
    rows, columns = (max(round(length * side / max(film)), 8) for length in film)
    method = cv2.INTER_AREA if side < max(picture.shape) else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (columns, rows), interpolation=method), np.float32)


def _span(picture: Float32) -> float:
    dark, bright = np.percentile(picture[::2, ::2], (1.0, 99.0))
    return max(float(bright - dark), 1e-6)


def _proposals(picture: Float32, film: tuple[int, ...], span: float, network: Network) -> Iterator[_Proposal]:
    rows, columns = picture.shape
    padded = np.pad(local_contrast(picture, span), [(0, -side % STEP) for side in picture.shape])
    heat, pose = (part[0] for part in network(padded[None, None]))
    heat = heat[:, : -(-rows // STRIDE), : -(-columns // STRIDE)]
    best = heat.max(0)
    peaks = (best == cv2.dilate(best, np.ones((3, 3), np.uint8))) & (best > _logit(PROPOSED))
    scales = np.array(film) / picture.shape
    for row, column in np.argwhere(peaks):
        centre = (_subcell(best, row, column) + 0.5) * STRIDE * scales - 0.5
        height, _ = _pose(pose[:, row, column])
        yield _Proposal(centre, height * float(scales.mean()), float(_probability(best[row, column])))


def _pose(values: Float32) -> tuple[float, float]:
    """Height in pixels of the picture, and turn in degrees."""
    log_height, sine, cosine = (float(value) for value in values)
    height = TYPICAL * float(np.exp(np.clip(log_height, -1.5, 1.5)))
    return height, float(np.rad2deg(np.arctan2(sine, cosine))) % 360


def _subcell(heat: Float32, row: int, column: int) -> Float64:
    """The peak between the cells: the centre of mass of the probabilities around it."""
    top, left = max(row - 1, 0), max(column - 1, 0)
    around = _probability(heat[top : row + 2, left : column + 2]).astype(float) + 1e-9
    rows, columns = np.indices(around.shape)
    total = around.sum()
    return np.array([top + (rows * around).sum() / total, left + (columns * around).sum() / total])


def _apart(proposals: Sequence[_Proposal]) -> list[_Proposal]:
    """Of proposals on one another the best."""
    kept: list[_Proposal] = []
    for one in proposals:
        if all(
            np.hypot(*(one.centre - other.centre)) > 0.6 * max(one.height, other.height) for other in kept
        ):
            kept.append(one)
    return kept


def _turned_back(proposals: Sequence[_Proposal], looker: _Looker) -> list[_Framing]:
    """Each proposal as the letter stands upright, where it looks like one at any turn."""
    framings = [_Framing(one.centre, one.height, turn) for one in proposals for turn in TURNS]
    seen, poses = looker.look(framings, SMALL_PATCH)
    upright = []
    for first in range(0, len(framings), len(TURNS)):
        best = first + int(seen[first : first + len(TURNS)].max(1).argmax())
        if seen[best].max() >= _logit(PROMISING):
            height, turn = _pose(poses[best])
            turn += framings[best].turn_deg
            height *= framings[best].height / TYPICAL
            upright.append(_Framing(framings[best].centre, height, turn % 360))
    return upright


def _read(upright: _Framing, looker: _Looker) -> Letter:
    """The letter as the mean of its framings sees it."""
    framings = [
        _Framing(upright.centre, upright.height * scale, upright.turn_deg + degrees, mirrored)
        for degrees, scale, mirrored in FRAMINGS
    ]
    seen, _ = looker.look(framings, PATCH)
    shown = [
        one[list(SWAPPED)] if framing.mirrored else one for one, framing in zip(seen, framings, strict=True)
    ]
    mean = np.mean(shown, axis=0)
    name, mirrored = KINDS[int(mean.argmax())]
    probability = float(_probability(SLOPE * mean.max() + OFFSET))
    if (name, mirrored) == ("L", False) and abs(upright.turn_deg - 180) < UPSIDE_DOWN_DEG:
        probability *= NO_SEVEN
    side = Side.RIGHT if name == "R" else Side.LEFT
    row, column = upright.centre.tolist()
    return Letter(side, mirrored, (row, column), upright.height, upright.turn_deg, probability)


def _probability(logits: Float32) -> Float32:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logits, np.float32))), np.float32)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
