"""The nouns of a change: one width before and after, the grades, whether films may be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kltool.values.findings import KneeReading, NotMeasured
from kltool.values.image import Side


class Verdict(StrEnum):
    """What two films support, in the words of the report."""

    WIDER = "medial joint space wider"
    NARROWER = "medial joint space narrower"
    NONE = "no detectable change"
    NOT_COMPARABLE = "not comparable"


class Comparability(StrEnum):
    COMPARABLE = "comparable"
    CAUTION = "with caution"
    NOT_COMPARABLE = "not comparable"


class Unit(StrEnum):
    MM = "mm"
    PERCENT = "% of tibial width"


@dataclass(frozen=True, slots=True)
class WidthChange:
    """After minus before of one width, with its error; all in `unit`.

    standard_error: software and repositioning error of both visits in quadrature. smallest_detectable:
    1.96 standard errors. wider: probability that the space is truly wider.
    """

    unit: Unit
    before: float
    after: float
    standard_error: float
    interval: tuple[float, float]
    smallest_detectable: float
    wider: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def detectable(self) -> bool:
        return abs(self.change) > self.smallest_detectable


@dataclass(frozen=True, slots=True)
class GradeChange:
    """The joint probabilities of (before, after), the two readings taken as independent.

    transition[b][a]: probability of KL b before and KL a after; all sum to 1.
    """

    transition: tuple[tuple[float, ...], ...]

    @property
    def improved(self) -> float:
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a < b)

    @property
    def same(self) -> float:
        return sum(row[b] for b, row in enumerate(self.transition))

    @property
    def worse(self) -> float:
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a > b)

    @property
    def most_probable(self) -> tuple[int, int]:
        cells = [(p, b, a) for b, row in enumerate(self.transition) for a, p in enumerate(row)]
        _, before, after = max(cells, key=lambda cell: cell[0])
        return before, after


@dataclass(frozen=True, slots=True)
class KneeChange:
    """What changed in one knee between two films.

    widths: by name: "medial minimum", "medial 0.250" and so on. repositioning_mm: the repositioning error
    of one film that their standard errors hold.
    """

    side: Side
    before: KneeReading
    after: KneeReading
    comparability: Comparability
    reasons: tuple[str, ...]
    widths: Mapping[str, WidthChange | NotMeasured]
    grade: GradeChange | NotMeasured
    verdict: Verdict
    sentence: str
    repositioning_mm: float
