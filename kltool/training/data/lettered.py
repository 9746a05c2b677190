"""Pieces of films with letters laid on them: what the letters' network learns from.

A piece is rendered twice as fine as the network sees it. What else stands on films lies beside the letters:
other letters, words, digits, signs; letters that are part of other words, too small, too large or cut off
count neither as letters nor as none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from kltool.localize.letters import HIGHEST, KINDS, LOWEST, SIDE_OF_PIECE, local_contrast
from kltool.training.data.glyphs import FONTS, glyphs
from kltool.training.data.sprites import Sprite, sign, sprite
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Float64

FINER: Final = 2
LEAST_CONTRAST: Final = 0.10  # of a letter's strokes against what is around, a share of the film's range
APART: Final = 0.27  # of a piece's side, between two things
MOST_COVERED: Final = 0.1  # share of a letter's box under something else
LEAST_VISIBLE: Final = 0.85  # share of a letter's box that lies on the piece
NAMES_OF_SIDES: Final = {"R": ("R",) * 8 + ("RT", "RIGHT"), "L": ("L",) * 8 + ("LT", "LEFT")}
OTHER_WORDS: Final = (
    *("A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "M", "N", "O", "P", "Q", "S", "T", "U", "V"),
    *("W", "X", "Y", "Z", "F", "J", "P", "B", "K", "T", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0"),
    *("7", "1", "P", "I", "V", "T", "E", "J", "AP", "PA", "WB", "KNEE", "ERECT", "SUPINE", "STAND", "BOTH"),
    *("JL", "KR", "RL", "LR", "AR", "RJ", "LM", "MRL", "FRONT", "PORTABLE", "LAT", "CR", "DR", "12", "17"),
    *(
        "2019",
        "007",
        "ID",
        "XR",
        "WL",
        "CM",
        "kV",
        "mAs",
        "LL",
        "RR",
        "ARL",
        "HOSPITAL",
        "GRID",
        "+",
        "-",
        "/",
    ),
)


@dataclass(frozen=True, slots=True)
class LaidLetter:
    """A letter on a piece. kind: of KINDS. centre, height: pixels. turn_deg: clockwise from upright.

    counts: whether it can be read: neither too small nor too large, whole, of some contrast.
    """

    kind: int
    centre: tuple[float, float]
    height: float
    turn_deg: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """picture: (n, n) local contrast, as the network sees it. letters: on it."""

    picture: Float32
    letters: tuple[LaidLetter, ...]


def piece(
    background: Callable[[int, Random], Float32], random: Random, fonts: Sequence[str] = FONTS
) -> Piece:
    """background: a square piece of a film of so many pixels, 0 to 1 over the range of its film."""
    field = background(SIDE_OF_PIECE * FINER, random)
    letters: list[LaidLetter] = []
    for at in _places(random):
        laid, letter = _with_something(field, at, random, fonts)
        field, letters = laid.field, [_covered(one, laid.opacity) for one in letters]
        letters += [letter] if letter else []
    small = cv2.resize(degraded(field, random), (SIDE_OF_PIECE, SIDE_OF_PIECE), interpolation=cv2.INTER_AREA)
    return Piece(local_contrast(np.asarray(small, np.float32), 1.0), tuple(map(_halved, letters)))


@dataclass(frozen=True, slots=True)
class Laid:
    """A field with a sprite on it. ink: its strokes there. inside: share of its letter's box on the field."""

    field: Float32
    opacity: Float32
    ink: Float32
    inside: float


def lay(
    field: Float32, drawn: Sprite, at: tuple[float, float], height: float, turn_deg: float, mirrored: bool
) -> Laid:
    """at: of the middle of the sprite's letter. height: of the letter, pixels of the field."""
    top, left, bottom, right = drawn.letter
    scale = height / (bottom - top)
    turn = np.deg2rad(turn_deg)
    flip = -1.0 if mirrored else 1.0
    # (x, y) of the field = linear @ ((x, y) of the sprite - middle) + at
    linear = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = linear @ np.diag([flip, 1.0])
    middle = np.array([(left + right - 1) / 2, (top + bottom - 1) / 2])
    affine = np.column_stack([linear, np.array(at[::-1]) - linear @ middle])
    layers = [_warped(layer, affine, field.shape) for layer in (drawn.opacity, drawn.light, drawn.ink)]
    opacity, light, ink = layers
    laid: Float32 = np.clip(field * (1 - opacity) + light, 0.0, 1.1).astype(np.float32)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)
    return Laid(laid, opacity, ink, _share_inside(corners @ linear.T + affine[:, 2], field.shape))


def degraded(field: Float32, random: Random) -> Float32:
    """Blurred, sharpened, of another tone, with grain, compressed, as films are."""
    if random.random() < 0.4:
        field = np.asarray(cv2.GaussianBlur(field, (0, 0), float(random.uniform(0.5, 1.8))), np.float32)
    if random.random() < 0.25:
        soft = cv2.GaussianBlur(field, (0, 0), float(random.uniform(1.0, 6.0)))
        field = np.clip(field + float(random.uniform(0.3, 1.5)) * (field - soft), 0, 1.1).astype(np.float32)
    if random.random() < 0.5:
        field = (np.clip(field, 0, 1.1) ** float(random.uniform(0.6, 1.6))).astype(np.float32)
    if random.random() < 0.6:
        noise = random.standard_normal(field.shape, np.float32) * float(random.uniform(0.0, 0.08))
        if random.random() < 0.5:
            noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.0), np.float32) * 2
        field = (field + noise).astype(np.float32)
    if random.random() < 0.3:
        field = _compressed(field, int(random.integers(15, 90)))
    return field


def text_of_side(letter: str, random: Random) -> str:
    return one_of(NAMES_OF_SIDES[letter], random)


def any_turn(random: Random) -> float:
    """Degrees: mostly upright, often by quarters, sometimes any."""
    kind = random.random()
    if kind < 0.45:
        return float(random.normal(0, 6))
    if kind < 0.75:
        return float(90 * random.integers(1, 4) + random.normal(0, 6))
    return float(random.uniform(0, 360))


def _places(random: Random) -> list[tuple[float, float]]:
    """Of nothing, or of up to six things, apart from each other."""
    side = SIDE_OF_PIECE * FINER
    places: list[tuple[float, float]] = []
    for _ in range(int(random.choice([0, 2, 4, 6], p=[0.1, 0.2, 0.35, 0.35]))):
        row, column = random.uniform(0.06 * side, 0.94 * side, 2).tolist()
        if all(np.hypot(row - other[0], column - other[1]) > APART * side for other in places):
            places.append((row, column))
    return places


def _with_something(
    field: Float32, at: tuple[float, float], random: Random, fonts: Sequence[str]
) -> tuple[Laid, LaidLetter | None]:
    what = random.random()
    if what < 0.55:
        return _with_letter(field, at, random, fonts)
    turn, mirrored = any_turn(random), bool(random.random() < 0.2)
    height = float(np.exp(random.uniform(np.log(0.5 * LOWEST), np.log(1.6 * HIGHEST)))) * FINER
    if what < 0.85:
        drawn = sprite(glyphs(one_of(OTHER_WORDS, random), one_of(fonts, random), random), random)
    else:
        drawn = sign(random)
    return lay(field, drawn, at, height, turn, mirrored), None


def _with_letter(
    field: Float32, at: tuple[float, float], random: Random, fonts: Sequence[str]
) -> tuple[Laid, LaidLetter]:
    letter, mirrored = one_of("RL", random), bool(random.random() < 0.25)
    outside = random.random() < 0.12
    low, high = (0.4 * LOWEST, 2.2 * HIGHEST) if outside else (LOWEST, HIGHEST)
    height = float(np.exp(random.uniform(np.log(low), np.log(high))))
    turn = any_turn(random)
    line = glyphs(text_of_side(letter, random), one_of(fonts, random), random)
    laid = lay(field, sprite(line, random), at, height * FINER, turn, mirrored)
    clear = abs(contrast(laid.field, laid.ink)) >= LEAST_CONTRAST and laid.inside >= LEAST_VISIBLE
    counts = clear and LOWEST <= height <= HIGHEST
    kind = KINDS.index((letter, mirrored))
    known = LaidLetter(kind, at, height * FINER, turn % 360, counts)
    return _with_initials(laid, at, height * FINER, random, fonts), known


def _with_initials(
    laid: Laid, at: tuple[float, float], height: float, random: Random, fonts: Sequence[str]
) -> Laid:
    """Of who took the film, smaller and beside the letter, on one film in eight."""
    if random.random() > 0.125:
        return laid
    text = "".join(one_of("ABCDEFGHJKLMNPRST", random) for _ in range(int(random.integers(2, 4))))
    drawn = sprite(glyphs(text, one_of(fonts, random), random), random)
    away = float(random.uniform(1.2, 1.6)) * height
    place = (at[0] + away * float(random.choice([-1, 1])), at[1] - 0.4 * height)
    beside = lay(laid.field, drawn, place, height * float(random.uniform(0.3, 0.55)), 0.0, False)
    return Laid(beside.field, np.maximum(laid.opacity, beside.opacity), laid.ink, laid.inside)


def _covered(letter: LaidLetter, opacity: Float32) -> LaidLetter:
    """A letter on which something else lies does not count."""
    row, column, reach = (round(value) for value in (*letter.centre, 0.5 * letter.height))
    over = opacity[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
    return replace(letter, counts=letter.counts and float(over.mean()) < MOST_COVERED)


def _halved(letter: LaidLetter) -> LaidLetter:
    """In pixels of the piece as the network sees it."""
    row, column = ((value + 0.5) / FINER - 0.5 for value in letter.centre)
    return replace(letter, centre=(row, column), height=letter.height / FINER)


def _warped(layer: Float32, affine: Float64, shape: tuple[int, ...]) -> Float32:
    return np.asarray(cv2.warpAffine(layer, affine, shape[::-1], flags=cv2.INTER_LINEAR), np.float32)


def contrast(film: Float32, ink: Float32) -> float:
    """Of strokes against what lies around them, in the film's own scale."""
    strokes = ink > 0.5
    wide = np.asarray(cv2.dilate(strokes.astype(np.uint8), np.ones((7, 7), np.uint8))).astype(bool)
    around = wide & ~strokes
    if not strokes.any() or not around.any():
        return 0.0
    return float(film[strokes].mean() - film[around].mean())


def _share_inside(corners: Float64, shape: tuple[int, ...]) -> float:
    """Of a box, by a grid of points on it. corners: (4, 2), (x, y)."""
    grid = np.linspace(0.05, 0.95, 10)
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    points = corners[0] + grid[:, None, None] * across + grid[None, :, None] * down
    inside = (points >= 0).all(-1) & (points[..., 0] < shape[1]) & (points[..., 1] < shape[0])
    return float(inside.mean())


def _compressed(field: Float32, quality: int) -> Float32:
    grey = np.clip(field * 230, 0, 255).astype(np.uint8)
    _, encoded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(230)
