"""Detection of joints at several scales of one film; of overlapping candidates the best is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from kltool.errors import UsageError
from kltool.localize.normalise import standardize
from kltool.typing import Float32, Points
from kltool.weights import Network

LONG_SIDES: Final = (112, 176, 288, 448)  # of the film, pixels; docs/choices.md#finder
STRIDE: Final = 4  # of the network
STEP: Final = 32  # sides of the network's input are multiples of this


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """Detection of joints.

    Attributes
    ----------
    threshold : float
        The least score of a candidate, 0 to 1; docs/choices.md#finder.

    Raises
    ------
    UsageError
        Where it is out of range.
    """

    threshold: float = 0.20

    def __post_init__(self) -> None:
        if not 0.0 <= self.threshold <= 1.0:
            raise UsageError(f"threshold {self.threshold} of the finder found; 0 to 1 expected")


DEFAULT: Final = FinderSettings()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A joint detected by the finder, in pixels of the film.

    centre (2,), ends (2, 2): left and right end of the plateau, (row, column).
    score: 0 to 1, of a knee joint, natural or replaced.
    """

    centre: Points
    ends: Points
    score: float

    @property
    def width(self) -> float:
        return float(np.hypot(*(self.ends[1] - self.ends[0])))


def detect_candidates(
    pixels: Float32, finder: Network, settings: FinderSettings = DEFAULT
) -> list[Candidate]:
    """All joints of a film, the best first, without duplicates.

    The outputs for the film and for its mirror image are averaged, so that neither orientation is preferred.
    """
    longest = max(pixels.shape)
    coarse = _downsampled(pixels)
    found = [
        candidate
        for long_side in LONG_SIDES
        if long_side <= 1.5 * longest
        for candidate in _detect_at_scale(
            coarse, long_side / longest, pixels.shape, finder, settings.threshold
        )
    ]
    return _suppress_overlaps(sorted(found, key=lambda candidate: -candidate.score))


def _downsampled(pixels: Float32) -> Float32:
    """A large film halved, for speed, as long as it keeps twice the largest scale."""
    while min(pixels.shape) >= 4 * LONG_SIDES[-1]:
        rows, columns = pixels.shape
        halved = cv2.resize(pixels, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)
        pixels = np.asarray(halved, np.float32)
    return pixels


def _detect_at_scale(
    coarse: Float32, scale: float, film: tuple[int, ...], finder: Network, threshold: float
) -> Iterator[Candidate]:
    """Candidates at one scale, in pixels of the film. film: its rows and columns. coarse: it downsampled."""
    rows, columns = (max(STRIDE, round(side * scale)) for side in film)
    resized = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_AREA)
    small = standardize(np.asarray(resized, np.float32))
    heat, ends = _mirror_averaged(small, finder)
    scales = np.array(film) / (rows, columns)
    peak = cv2.dilate(heat.max(0), np.ones((3, 3), np.uint8))
    for row, column in np.argwhere((heat.max(0) == peak) & (peak > threshold)):
        cell = np.array([row, column], float)
        plateau = cell + ends[:, row, column].reshape(2, 2).astype(np.float64)
        centre = cell + _peak_offset(heat.max(0), row, column)
        score = float(heat[:, row, column].max())
        yield Candidate(_to_film(centre, scales), _to_film(plateau, scales), score)


def _to_film(cells: Points, scales: Points) -> Points:
    return ((cells + 0.5) * STRIDE) * scales - 0.5


def _mirror_averaged(small: Float32, finder: Network) -> tuple[Float32, Float32]:
    """Probabilities (2, n, m) and offsets of the ends (4, n, m), averaged with those of the mirror image."""
    mirrored = np.ascontiguousarray(small[:, ::-1])
    heat, ends = finder(np.stack([_pad_to_step(small), _pad_to_step(mirrored)])[:, None])
    rows, columns = (-(-side // STRIDE) for side in small.shape)
    heat, ends = heat[:, :, :rows, :columns], ends[:, :, :rows, :columns]
    other_heat, other = heat[1, :, :, ::-1], ends[1, :, :, ::-1]
    swapped = np.stack([other[2], -other[3], other[0], -other[1]])
    probability = 1 / (1 + np.exp(-(heat[0] + other_heat) / 2))
    return probability.astype(np.float32), ((ends[0] + swapped) / 2).astype(np.float32)


def _pad_to_step(small: Float32) -> Float32:
    """The lower and right edges repeated to the next multiple of STEP."""
    down, right = (-side % STEP for side in small.shape)
    padded: Float32 = np.pad(small, ((0, down), (0, right)), mode="edge")
    return padded


def _peak_offset(heat: Float32, row: int, column: int) -> Points:
    """The position of the peak between the cells: the centre of mass of the cells around it."""
    top, left = max(row - 1, 0), max(column - 1, 0)
    around = heat[top : row + 2, left : column + 2].astype(float)
    rows = top + np.arange(around.shape[0])
    columns = left + np.arange(around.shape[1])
    total = around.sum()
    return np.array([around.sum(1) @ rows / total - row, around.sum(0) @ columns / total - column])


def _suppress_overlaps(candidates: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        distant = (
            np.hypot(*(candidate.centre - other.centre)) > 0.7 * max(candidate.width, other.width)
            for other in kept
        )
        if all(distant):
            kept.append(candidate)
    return kept
