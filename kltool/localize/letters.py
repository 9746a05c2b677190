"""The letters R and L on a film: where they stand, how they are turned, whether they are seen from behind.

A network looks at the film at several scales; each letter it proposes is looked at again, upright and at one
size, in several framings, whose mean probability counts. docs/choices.md#letters
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
MOST_PROPOSED: Final = 6  # of a film, looked at again
LEAST_PROBABILITY: Final = 0.5  # of a letter that is told; docs/choices.md#letters
FRAMINGS: Final = (  # degrees, scale, mirrored
    (0.0, 1.0, False),
    (0.0, 1.0, True),
    (-10.0, 0.88, False),
    (10.0, 1.14, False),
    (4.0, 1.0, True),
)
PATCH: Final = 64  # pixels
NEAR_CENTRE: Final = 2  # cells around the middle of a patch in which the letter has to be found again
SWAPPED: Final = (2, 3, 0, 1)  # KINDS in a mirror


@dataclass(frozen=True, slots=True)
class _Proposal:
    """A place where a letter may stand, pixels of the film. score: 0 to 1."""

    centre: Float64
    height: float
    turn_deg: float
    mirrored: bool
    score: float


def find_letters(pixels: Float32, network: Network) -> tuple[Letter, ...]:
    """The letters of a film, the most probable first. pixels: bone bright, any scale of brightness."""
    pictures = _pyramid(pixels)
    span = _span(pictures[min(1, len(pictures) - 1)])
    proposals = [one for picture in pictures for one in _proposals(picture, pixels.shape, span, network)]
    best = _apart(sorted(proposals, key=lambda one: -one.score))[:MOST_PROPOSED]
    if not best:
        return ()
    finer = [_resized(pixels, pixels.shape, 2 * LONG_SIDES[0])] if max(pixels.shape) > LONG_SIDES[0] else []
    letters = _verified([*finer, *pictures], pixels.shape, span, best, network)
    told = [letter for letter in letters if letter.probability >= LEAST_PROBABILITY]
    return tuple(sorted(told, key=lambda letter: -letter.probability))


def local_contrast(picture: Float32, span: float) -> Float32:
    """Brightness against its surroundings, in standard deviations of these, clipped to -3 to 3.

    span: the range of brightness of the whole film.
    """
    window = (CONTRAST_WINDOW, CONTRAST_WINDOW)
    mean = cv2.blur(picture, window, borderType=cv2.BORDER_REFLECT)
    square = cv2.blur(np.square(picture - mean), window, borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(np.maximum(square, 0.0)) + FLATTEST * span
    return np.clip((picture - mean) / spread, -3.0, 3.0).astype(np.float32)


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
        height, turn = _pose(pose[:, row, column])
        kind = int(heat[:, row, column].argmax())
        score = float(_probability(best[row, column]))
        yield _Proposal(centre, height * float(scales.mean()), turn, KINDS[kind][1], score)


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


def _verified(
    pictures: list[Float32],
    film: tuple[int, ...],
    span: float,
    proposals: Sequence[_Proposal],
    network: Network,
) -> Iterator[Letter]:
    """Each proposal as the mean of its framings sees it."""
    patches = np.stack(
        [
            local_contrast(_patch(pictures, film, one, framing), span)
            for one in proposals
            for framing in FRAMINGS
        ]
    )
    heat, _ = network(patches[:, None])
    middle = PATCH // STRIDE // 2
    near = slice(middle - NEAR_CENTRE, middle + NEAR_CENTRE)
    found = _probability(heat[:, :, near, near].max((2, 3))).reshape(len(proposals), len(FRAMINGS), -1)
    for one, of_framings in zip(proposals, found, strict=True):
        shown = np.stack(
            [
                seen[list(SWAPPED)] if one.mirrored != mirrored else seen
                for seen, (_, _, mirrored) in zip(of_framings, FRAMINGS, strict=True)
            ]
        )
        mean = shown.mean(0)
        kind = int(mean.argmax())
        name, mirrored = KINDS[kind]
        # a letter read otherwise than proposed is turned otherwise, too
        turn = one.turn_deg if mirrored == one.mirrored else (180.0 + one.turn_deg) % 360
        yield Letter(
            Side.RIGHT if name == "R" else Side.LEFT,
            mirrored,
            (float(one.centre[0]), float(one.centre[1])),
            one.height,
            turn,
            float(mean[kind]),
        )


def _patch(
    pictures: list[Float32], film: tuple[int, ...], one: _Proposal, framing: tuple[float, float, bool]
) -> Float32:
    """A letter upright, unmirrored, `TYPICAL` high and in the middle, but for the framing."""
    degrees, scale, mirrored = framing
    picture = _fine_enough(pictures, film, one.height)
    shrink = max(film) / max(picture.shape)
    size = one.height / shrink / (TYPICAL * scale)  # pixels of the picture a pixel of the patch
    turn = np.deg2rad(one.turn_deg + degrees)
    flip = -1.0 if one.mirrored != mirrored else 1.0
    linear = (
        size * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag([flip, 1.0])
    )
    centre = ((one.centre + 0.5) / shrink - 0.5)[::-1]
    middle = np.full(2, (PATCH - 1) / 2)
    to_picture = np.column_stack([linear, centre - linear @ middle])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(picture, to_picture, (PATCH, PATCH), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch, np.float32)


def _fine_enough(pictures: list[Float32], film: tuple[int, ...], height: float) -> Float32:
    """The coarsest picture on which a letter of this height on the film is as high as in the patch."""
    for picture in reversed(pictures):
        if height * max(picture.shape) / max(film) >= TYPICAL:
            return picture
    return pictures[0]


def _probability(logits: Float32) -> Float32:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logits, np.float32))), np.float32)


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
