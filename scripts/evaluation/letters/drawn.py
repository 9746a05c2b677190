"""Letters drawn on films: in fonts and on films that the network was not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from evaluation.letters.marks import films_without_letters
from kltool.intake import load
from kltool.localize.letters import find_letters
from kltool.training.data.glyphs import HELD_OUT, glyphs
from kltool.training.data.lettered import Laid, any_turn, contrast, degraded, lay, text_of_side
from kltool.training.data.oai import crops
from kltool.training.data.sprites import sign, sprite
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32
from kltool.values.letter import Letter
from kltool.weights import Network

Mask = npt.NDArray[np.bool_]

HEIGHTS: Final = (0.02, 0.12)  # of a letter, a share of the film's long side
LOWEST_PX: Final = 10.0
LEAST_CONTRAST: Final = 0.12  # of a readable letter, a share of the film's range
LEAST_LEFT: Final = 0.5  # of the contrast between strokes and gaps, after blur and compression
MOST_FEW: Final = 4  # pixels of strokes or gaps of a letter that is too small
LEAST_TO_NOISE: Final = 2.0  # contrast of a readable letter, in standard deviations of the grain
NEAR: Final = 0.6  # of its height: how far from its place a letter is found
CROPS: Final = 826
PER_FIELD: Final = 4
CROPS_WITH_SIGNS: Final = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """One letter and what was read. group: of the films. manner: how it stands. found: at its place, or None.

    readable: by its contrast. false: letters told elsewhere.
    """

    group: str
    manner: str
    letter: str
    mirrored: bool
    readable: bool
    found: Letter | None
    false: int

    @property
    def is_right(self) -> bool:
        return self.found is not None and self.found.name == self.letter

    @property
    def is_wrong(self) -> bool:
        return self.found is not None and self.found.name != self.letter


def outcomes(data: Path, marks: Path, network: Network) -> list[Outcome]:
    """One letter on each of so many `val` crops and, several times, on full fields of the testing share."""
    fields = films_without_letters(data, marks, training=False)
    sources = [(path, "OAI crops", 1) for path in crops(data / "oai_kl" / "val", CROPS)]
    sources += [(path, "full fields", PER_FIELD) for path in fields]
    found = []
    for index, (path, group, times) in enumerate(sources):
        film = _unit(load(path, side="right").pixels)
        found += [
            _outcome(film, group, np.random.default_rng((9, index, one)), network) for one in range(times)
        ]
    return found


def letters_beside_signs(data: Path, network: Network) -> list[tuple[Letter, ...]]:
    """What is told of `val` crops, each with one drawn sign on it that is no letter."""
    told = []
    for index, path in enumerate(crops(data / "oai_kl" / "val", CROPS_WITH_SIGNS)):
        random = np.random.default_rng((10, index))
        film = _unit(load(path, side="right").pixels)
        height = _height(film, random)
        drawn, turn, mirrored = sign(random), any_turn(random), bool(random.random() < 0.2)
        laid = lay(film, drawn, _place(film, height, random), height, turn, mirrored)
        told.append(find_letters(degraded(laid.field, random), network))
    return told


def read_at(letters: Sequence[Letter], at: tuple[float, float], height: float) -> Letter | None:
    """The letter that was read at a place, or None."""
    near = [one for one in letters if np.hypot(one.centre[0] - at[0], one.centre[1] - at[1]) < NEAR * height]
    return near[0] if near else None


def _outcome(film: Float32, group: str, random: Random, network: Network) -> Outcome:
    height = _height(film, random)
    letter, mirrored, turn = one_of("RL", random), bool(random.random() < 0.2), any_turn(random)
    at = _place(film, height, random)
    drawn = sprite(glyphs(text_of_side(letter, random), one_of(HELD_OUT, random), random), random)
    laid = lay(film, drawn, at, height, turn, mirrored)
    shown = degraded(laid.field, random)
    letters = find_letters(shown, network)
    found = read_at(letters, at, height)
    return Outcome(
        group,
        _manner(turn, mirrored),
        letter,
        mirrored,
        _is_readable(laid, shown, height),
        found,
        len(letters) - (found is not None),
    )


def _height(film: Float32, random: Random) -> float:
    """Of a letter, pixels."""
    height = float(np.exp(random.uniform(*np.log(HEIGHTS)))) * max(film.shape)
    return float(min(max(height, LOWEST_PX), 0.4 * min(film.shape)))


def _place(film: Float32, height: float, random: Random) -> tuple[float, float]:
    """(row, column), where the letter is on the film."""
    edge = 0.75 * height
    row, column = (float(random.uniform(edge, length - edge)) for length in film.shape)
    return row, column


def _is_readable(laid: Laid, shown: Float32, height: float) -> bool:
    """Whether the strokes stand out from the grain, and the gaps between them from the strokes.

    Blur and compression have to leave half of the contrast between both with which the letter was laid.
    """
    strokes = laid.ink > 0.8
    gaps = _closed(laid.ink > 0.2, int(0.5 * height) | 1) & ~(laid.ink > 0.2)
    if strokes.sum() < MOST_FEW or gaps.sum() < MOST_FEW:
        return False
    step = abs(contrast(shown, laid.ink))
    before, after = (abs(float(film[strokes].mean() - film[gaps].mean())) for film in (laid.field, shown))
    grain = shown - cv2.GaussianBlur(shown, (0, 0), 1.5)
    around = _grown(strokes, 15) & ~_grown(strokes, 7)  # beyond the strokes' own edges
    noise = float(np.median(np.abs(grain[around]))) / 0.6745
    return step >= max(LEAST_CONTRAST, LEAST_TO_NOISE * noise) and after >= LEAST_LEFT * before


def _closed(mask: Mask, pixels: int) -> Mask:
    kernel = np.ones((pixels, pixels), np.uint8)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, kernel), bool)


def _grown(mask: Mask, pixels: int) -> Mask:
    kernel = np.ones((pixels, pixels), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), bool)


def _manner(turn: float, mirrored: bool) -> str:
    away = abs((turn + 45) % 90 - 45)
    turned = "upright" if abs((turn + 180) % 360 - 180) <= 20 else "by quarters" if away <= 20 else "oblique"
    return f"{turned}, mirrored" if mirrored else turned


def _unit(pixels: Float32) -> Float32:
    dark, bright = np.percentile(pixels[::4, ::4], (0.5, 99.5))
    return np.asarray(np.clip((pixels - dark) / max(float(bright - dark), 1e-6), 0, 1), np.float32)
