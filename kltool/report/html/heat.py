"""The joint probabilities of both grades as a heat map: the more probable a cell, the darker."""

from dataclasses import dataclass
from typing import Final

from kltool.values.decimals import decimal
from kltool.values.grade import GRADES
from kltool.values.grade_change import GradeChange, GradeClaim
from kltool.values.probability import format_probability

Colour = tuple[int, int, int]

WHITE: Final = (255, 255, 255)
IMPROVED: Final = (0, 114, 178)  # docs/choices.md#change-page
SAME: Final = (91, 104, 115)
WORSE: Final = (184, 74, 0)
DARKEST: Final = 0.6  # probability from which a cell has its full colour
LIGHT_TEXT: Final = 0.8  # share of the full colour from which text is white


@dataclass(frozen=True, slots=True)
class HeatCell:
    """text: the probability. background: CSS colour. light_text: on a dark cell. claimed: by the claim."""

    text: str
    background: str
    light_text: bool
    claimed: bool


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One grade before. cells: of KL 0 to 4 after. total: marginal probability of the grade before."""

    before: int
    cells: tuple[HeatCell, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Heat:
    """rows: one per grade before. totals: marginal probabilities of the grades after.

    grades: the medians of both films. expected: the expected grades.
    """

    rows: tuple[HeatRow, ...]
    totals: tuple[str, ...]
    improved: str
    same: str
    worse: str
    grades: str
    expected: str
    correlation: str


def heat(change: GradeChange, claim: GradeClaim | None) -> Heat:
    """claim: the pair of grades to mark."""
    return Heat(
        tuple(_row(before, row, claim) for before, row in enumerate(change.transition)),
        tuple(format_probability(sum(row[after] for row in change.transition)) for after in GRADES),
        format_probability(change.improved),
        format_probability(change.same),
        format_probability(change.worse),
        f"{change.before.noted} → {change.after.noted.removeprefix('KL ')}",
        f"{decimal(change.before.expected)} → {decimal(change.after.expected)}",
        decimal(change.correlation),
    )


def _row(before: int, probabilities: tuple[float, ...], claim: GradeClaim | None) -> HeatRow:
    cells = tuple(_cell(probability, before, after, claim) for after, probability in enumerate(probabilities))
    return HeatRow(before, cells, format_probability(sum(probabilities)))


def _cell(probability: float, before: int, after: int, claim: GradeClaim | None) -> HeatCell:
    full = IMPROVED if after < before else WORSE if after > before else SAME
    depth = min(probability / DARKEST, 1.0)
    claimed = claim == GradeClaim(before, after)
    return HeatCell(format_probability(probability), _css(_mixed(full, depth)), depth > LIGHT_TEXT, claimed)


def _mixed(full: Colour, depth: float) -> Colour:
    red, green, blue = (round(w + depth * (f - w)) for w, f in zip(WHITE, full, strict=True))
    return red, green, blue


def _css(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
