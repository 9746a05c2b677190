"""Margins of 30 knees of full fields, marked twice by eye, and where kltool finds them."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.reading import without_grader
from kltool.errors import Refusal
from kltool.intake import load
from kltool.reading import read
from kltool.training.data.joints import by_column
from kltool.training.parallel import each
from kltool.typing import Points
from kltool.values.joint_space import Margins
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading
from kltool.weights import Models

TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width
ALIKE_MM: Final = 1.0  # marks of two passes that differ by more are not used


@dataclass(frozen=True, slots=True)
class MarginMark:
    """One margin at one column of the film: the mean row of two passes, and a millimetre in pixels.

    half: of the joint as shown, left or right. margin: femoral or tibial.
    """

    image: str
    side: str
    half: str
    margin: str
    column: float
    row: float
    mm_px: float


@dataclass(frozen=True, slots=True)
class MarkedMargin:
    """A mark, and how far below it kltool's margin lies, mm, or why none was found there."""

    mark: MarginMark
    error_mm: float | NotMeasured


def margin_marks(first: Path, second: Path) -> tuple[list[MarginMark], int]:
    """The marks on which both passes agree, and how many are left out."""
    kept, left_out = [], 0
    for one, other in zip(_rows(first), _rows(second), strict=True):
        mm_px = float(one["plateau_width"]) / TIBIA_MM
        for margin, name in (("femoral", "femur_row"), ("tibial", "tibia_row")):
            rows = [row[name] for row in (one, other)]
            if not all(rows) or abs(float(rows[0]) - float(rows[1])) > ALIKE_MM * mm_px:
                left_out += 1
                continue
            row = (float(rows[0]) + float(rows[1])) / 2
            place = one["image"], one["side"], one["half"]
            kept.append(MarginMark(*place, margin, float(one["column"]), row, mm_px))
    return kept, left_out


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def compared(folder: Path, marks: Sequence[MarginMark], jobs: int) -> list[MarkedMargin]:
    """folder: of the films."""
    by_film: dict[str, list[MarginMark]] = defaultdict(list)
    for mark in marks:
        by_film[mark.image].append(mark)
    films = [(folder / name, tuple(own)) for name, own in by_film.items()]
    return [one for found in each(_compared, films, "marked margins", jobs) for one in found]


def _compared(models: Models, film: tuple[Path, tuple[MarginMark, ...]]) -> list[MarkedMargin]:
    path, marks = film
    try:
        knees = read(load(path), without_grader(models)).knees
    except Refusal as refusal:
        return [MarkedMargin(mark, NotMeasured(f"refused: {refusal.code}")) for mark in marks]
    return [MarkedMargin(mark, _error(mark, knees)) for mark in marks]


def _error(mark: MarginMark, knees: Sequence[KneeReading]) -> float | NotMeasured:
    reasons = [NotMeasured("no knee was read there")]
    for knee in knees:
        margins = _margins_of_half(knee, mark.half)
        if isinstance(margins, NotMeasured):
            reasons.append(margins)
            continue
        curve = _on_film(margins.femur if mark.margin == "femoral" else margins.tibia, knee)
        across, down = by_column(curve)
        if across[0] <= mark.column <= across[-1]:
            return float(np.interp(mark.column, across, down) - mark.row) / mark.mm_px
    return reasons[-1]


def _margins_of_half(knee: KneeReading, half: str) -> Margins | NotMeasured:
    """The lateral compartment lies on the left of the picture, unless the film is mirrored for it."""
    is_lateral = (half == "left") != knee.knee.placement.mirrored
    return knee.joint_space.of(Compartment.LATERAL if is_lateral else Compartment.MEDIAL).margins


def _on_film(curve: Points, knee: KneeReading) -> Points:
    """Of right-knee orientation, as the film is shown."""
    if not knee.knee.placement.mirrored:
        return curve
    return np.column_stack([curve[:, 0], knee.knee.film.pixels.shape[1] - 1 - curve[:, 1]])
