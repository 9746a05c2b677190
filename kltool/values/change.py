"""The values of a change: comparability, changes of width and grade, and the course over visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import erf, hypot, sqrt

from kltool.values.length import NORMAL_95, Interval, NotMeasured
from kltool.values.measure import Measure
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Reading


class Verdict(StrEnum):
    """What two films support of the medial joint space."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    NONE = "no detectable change"
    NOT_COMPARABLE = "not comparable"


class Comparability(StrEnum):
    COMPARABLE = "comparable"
    CAUTION = "with caution"
    NOT_COMPARABLE = "not comparable"


class Unit(StrEnum):
    MM = "mm"
    PERCENT = "% of tibial width"


class Method(StrEnum):
    """How a change of width was measured."""

    LINKED = "linked"  # the same place in both films, traced together
    INDEPENDENT = "independent"  # each film on its own, then subtracted


@dataclass(frozen=True, slots=True)
class ErrorComponents:
    """The standard deviations that the error of one change is made of; all in its unit.

    measurement: of tracing the margins, both films. repositioning: of placing the same knee again for another
    film, both films. magnification: of the millimetres, by the calibration of both films. positioning: of the
    differences in beam and rotation between these two films.
    """

    measurement: float
    repositioning: float
    magnification: float
    positioning: float

    @property
    def total(self) -> float:
        return hypot(self.measurement, self.repositioning, self.magnification, self.positioning)


@dataclass(frozen=True, slots=True)
class Difference:
    """One measurement of a change: after minus before, and its error."""

    change: float
    error: ErrorComponents

    @property
    def standard_error(self) -> float:
        return self.error.total


@dataclass(frozen=True, slots=True)
class WidthChange:
    """The change of one width, all lengths in `unit`; its error is taken as normally distributed.

    before, after: each film measured on its own. independent: their difference. linked: the difference at
    the same location with both films traced together, or why there is none. threshold: the change that the
    study protocol requires.
    """

    unit: Unit
    before: float
    after: float
    independent: Difference
    linked: Difference | NotMeasured
    threshold: float

    @property
    def method(self) -> Method:
        return Method.INDEPENDENT if isinstance(self.linked, NotMeasured) else Method.LINKED

    @property
    def preferred(self) -> Difference:
        """The linked difference where there is one."""
        return self.independent if isinstance(self.linked, NotMeasured) else self.linked

    @property
    def change(self) -> float:
        return self.preferred.change

    @property
    def standard_error(self) -> float:
        return self.preferred.standard_error

    @property
    def interval(self) -> Interval:
        """The 95% interval of the true change."""
        return self.change - self.smallest_detectable, self.change + self.smallest_detectable

    @property
    def smallest_detectable(self) -> float:
        """1.96 standard errors: a smaller change cannot be distinguished from error."""
        return NORMAL_95 * self.standard_error

    @property
    def detectable(self) -> bool:
        return abs(self.change) > self.smallest_detectable

    @property
    def reliable_change_index(self) -> float:
        """The change in standard errors (Jacobson & Truax 1991)."""
        return self.change / self.standard_error

    @property
    def probability_wider(self) -> float:
        """Probability that the space is truly wider."""
        return _normal_cdf(self.change / self.standard_error)

    @property
    def probability_narrower(self) -> float:
        return _normal_cdf(-self.change / self.standard_error)

    @property
    def probability_beyond_smallest(self) -> float:
        """Probability that the true change is larger than the smallest detectable one, either way."""
        return self.probability_beyond(self.smallest_detectable)

    @property
    def probability_beyond_threshold(self) -> float:
        return self.probability_beyond(self.threshold)

    def probability_beyond(self, length: float) -> float:
        """Probability that the true change is larger than a length, either way."""
        wide, narrow = (self.change - length, -self.change - length)
        return _normal_cdf(wide / self.standard_error) + _normal_cdf(narrow / self.standard_error)


def _normal_cdf(deviations: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * (1 + erf(deviations / sqrt(2)))


@dataclass(frozen=True, slots=True)
class GradeClaim:
    """A change of grade as reported by someone: KL before and after."""

    before: int
    after: int

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class GradeChange:
    """The joint probabilities of a reader's grades of both films.

    transition[b][a]: probability of KL b before and KL a after; all sum to 1. correlation: of the errors of
    two readings of one knee, 0 to 1.
    """

    transition: tuple[tuple[float, ...], ...]
    correlation: float

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

    def probability(self, claim: GradeClaim) -> float:
        return self.transition[claim.before][claim.after]


@dataclass(frozen=True, slots=True)
class IdentityMatch:
    """How well the bones of two films match.

    femur, tibia: correlation of the trabecular texture after registration, -1 to 1, or why there is none.
    outline: root mean square distance of the bone outlines after registration, tibial widths.
    probability_same_knee: probability that both films show the same knee.
    """

    femur: float | NotMeasured
    tibia: float | NotMeasured
    outline: float
    probability_same_knee: float


@dataclass(frozen=True, slots=True)
class KneeChange:
    """What changed in one knee between two films.

    reasons: why the films are compared with caution, or not at all. plausibility: findings that make a true
    change of the joint space less plausible. widths: by measure. models: name and version of those used in
    the comparison to their sha256. error_model: its parameters by name.
    """

    side: Side
    before: KneeReading
    after: KneeReading
    comparability: Comparability
    reasons: tuple[str, ...]
    identity: IdentityMatch
    widths: Mapping[Measure, WidthChange | NotMeasured]
    grade: GradeChange | NotMeasured
    plausibility: tuple[str, ...]
    verdict: Verdict
    sentence: str
    models: Mapping[str, str]
    error_model: Mapping[str, float | str]


@dataclass(frozen=True, slots=True)
class Visit:
    """One film of a subject at one time. day: ISO 8601. subject: identifier given by the user, or empty."""

    name: str
    day: str
    reading: Reading
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Slope:
    """The change of a width per year, by weighted linear regression over all visits."""

    unit: Unit
    per_year: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        half = NORMAL_95 * self.standard_error
        return self.per_year - half, self.per_year + half


@dataclass(frozen=True, slots=True)
class Timeline:
    """One knee over its visits, the earliest first.

    years: from the first visit to each. knees: the knee's reading at each visit. changes: of every later
    visit against the first. slopes: by measure, or why there is none.
    """

    side: Side
    visits: tuple[Visit, ...]
    years: tuple[float, ...]
    knees: tuple[KneeReading, ...]
    changes: tuple[KneeChange, ...]
    slopes: Mapping[Measure, Slope | NotMeasured]
    sentence: str

    @property
    def subject(self) -> str:
        return self.visits[0].subject
