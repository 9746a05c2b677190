"""Pieces of real films without letters, on which letters are laid: `train` crops and full fields."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.intake import load
from kltool.training.data.full_fields import is_for_training
from kltool.training.data.oai import crops
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32

Grey = npt.NDArray[np.uint8]

CROPS: Final = 800  # of the `train` crops
LONGEST: Final = 1400  # of a full field, pixels
COVERED: Final = 0.045  # of the long side: half of what is covered where a letter is marked
SHARE_OF_FIELDS: Final = 0.55  # of the pieces
SMALLEST, LARGEST = 0.10, 0.75  # of a piece, a share of the film's long side


@dataclass(frozen=True, slots=True)
class Backgrounds:
    """Films, 0 to 255 over their ranges, without their letters."""

    fields: Sequence[Grey]
    crops: Sequence[Grey]

    def __call__(self, side: int, random: Random) -> Float32:
        """A square piece of so many pixels, 0 to 1, turned and mirrored at will, its edge perhaps on it."""
        if random.random() < 0.08:
            return _plain(side, random)
        from_field = bool(self.fields) and random.random() < SHARE_OF_FIELDS
        field = one_of(self.fields if from_field else self.crops, random)
        cut = _cut(field, random)
        method = cv2.INTER_AREA if cut.shape[0] > side else cv2.INTER_LINEAR
        piece = np.asarray(cv2.resize(cut, (side, side), interpolation=method), np.float32) / 255
        piece = np.rot90(piece, int(random.integers(4)))
        return np.ascontiguousarray(piece[:, ::-1] if random.random() < 0.5 else piece)


def backgrounds(data: Path, marks: Path) -> Backgrounds:
    """To learn from. marks: a table of the full fields with letter, letter_row and letter_column."""
    paths = sorted((data / "full_field").glob("*.jpg"))
    fields = [_without_letters(path, marks) for path in paths if is_for_training(path.name)]
    return Backgrounds(fields, _crops(data, "train"))


def held_out_backgrounds(data: Path) -> Backgrounds:
    """To follow the training by: `val` crops alone."""
    return Backgrounds((), _crops(data, "val"))


def _crops(data: Path, split: str) -> list[Grey]:
    return [_eight_bits(load(path, side="right").pixels) for path in crops(data / "oai_kl" / split, CROPS)]


def _without_letters(path: Path, marks: Path) -> Grey:
    """A film whose marked letters are covered by what is above and below them, coarse enough for its size."""
    pixels = load(path).pixels.copy()
    reach = round(COVERED * max(pixels.shape))
    with marks.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["image"] == path.name and row["letter"]:
                _cover(pixels, int(row["letter_row"]), int(row["letter_column"]), reach)
    shrink = min(LONGEST / max(pixels.shape), 1.0)
    size = (round(pixels.shape[1] * shrink), round(pixels.shape[0] * shrink))
    return _eight_bits(np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32))


def _cover(pixels: Float32, row: int, column: int, reach: int) -> None:
    top, bottom = max(row - reach, 0), min(row + reach, pixels.shape[0])
    columns = slice(max(column - reach, 0), min(column + reach, pixels.shape[1]))
    above, below = pixels[max(top - 1, 0), columns], pixels[min(bottom, pixels.shape[0] - 1), columns]
    weight = np.linspace(0, 1, bottom - top, dtype=np.float32)[:, None]
    pixels[top:bottom, columns] = above * (1 - weight) + below * weight


def _cut(field: Grey, random: Random) -> Grey:
    """A square of the film; one in six reaches beyond its edge, where a film ends in black or white."""
    longest = max(field.shape)
    side = int(longest * np.exp(random.uniform(np.log(SMALLEST), np.log(LARGEST))))
    beyond = side // 3 if random.random() < 0.17 else 0
    side = min(side, min(field.shape) + beyond)
    top, left = (int(random.integers(-beyond, length + beyond - side + 1)) for length in field.shape)
    filled = np.full((side, side), int(random.choice([0, 0, 0, 20, 255])), np.uint8)
    rows = slice(max(top, 0), min(top + side, field.shape[0]))
    columns = slice(max(left, 0), min(left + side, field.shape[1]))
    inside = field[rows, columns]
    filled[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = inside
    return filled


def _plain(side: int, random: Random) -> Float32:
    """Black, white or grey, a little brighter on one side."""
    level = float(random.choice([0.0, 1.0, random.uniform(0, 1)], p=[0.4, 0.1, 0.5]))
    slope = np.linspace(-1, 1, side, dtype=np.float32) * float(random.uniform(-0.2, 0.2))
    return np.clip(np.full((side, side), level, np.float32) + slope, 0, 1).astype(np.float32)


def _eight_bits(pixels: Float32) -> Grey:
    dark, bright = np.percentile(pixels[::4, ::4], (0.5, 99.5))
    unit = (pixels - dark) / max(float(bright - dark), 1e-6)
    return np.asarray(np.clip(unit, 0, 1) * 255, np.uint8)
