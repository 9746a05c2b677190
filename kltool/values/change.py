"""The values of a change: comparability, changes of width and grade, and the course over visits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from math import hypot

from kltool.errors import UsageError
from kltool.values.by_value import ByValue
from kltool.values.length import NORMAL_95, Interval, NotMeasured
from kltool.values.measure import Measure
from kltool.values.normal import STANDARD_NORMAL
from kltool.values.presented import Presented
from kltool.values.radiograph import Side
from kltool.values.reading import GRADES, KneeReading, Reading


class Verdict(StrEnum):
    """What two films support of the medial joint space."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    NONE = "no detectable change"
    NOT_COMPARABLE = "not comparable"
    NOT_MEASURED = "width not measured"  # comparable films, on one of which there is no medial minimum


class Comparability(StrEnum):
    """Whether two films of a knee may be compared."""

    COMPARABLE = "comparable"
    CAUTION = "with caution"
    NOT_COMPARABLE = "not comparable"


class Unit(StrEnum):
    """The unit of a change of width."""

    MM = "mm"
    PERCENT = "% of tibial width"


class Method(StrEnum):
    """How a change of width was measured."""

    LINKED = "linked"  # the same place in both films, traced together
    INDEPENDENT = "independent"  # each film on its own, then subtracted


@dataclass(frozen=True, slots=True)
class ErrorComponents:
    """The standard deviations that the error of one change is made of; all in its unit.

    Attributes
    ----------
    measurement : float
        Of tracing the margins, both films.
    repositioning : float
        Of placing the same knee again for another film, both films.
    magnification : float
        Of the millimetres, by the calibration of both films.
    positioning : float
        Of the differences in beam and rotation between these two films.
    """

    measurement: float
    repositioning: float
    magnification: float
    positioning: float

    @property
    def total(self) -> float:
        """All components in quadrature."""
        return hypot(self.measurement, self.repositioning, self.magnification, self.positioning)


@dataclass(frozen=True, slots=True)
class Difference:
    """One measurement of a change.

    Attributes
    ----------
    change : float
        After minus before.
    error : ErrorComponents
        What its error is made of.
    """

    change: float
    error: ErrorComponents

    @property
    def standard_error(self) -> float:
        """Of `change`, all components in quadrature."""
        return self.error.total


@dataclass(frozen=True, slots=True)
class WidthChange:
    """The change of one width, all lengths in `unit`; its error is taken as normally distributed.

    Attributes
    ----------
    unit : Unit
        Millimetres, or per cent of the tibial width where a film has no millimetres.
    before, after : float
        The width in each film, measured on its own.
    independent : Difference
        Their difference, and its error.
    linked : Difference or NotMeasured
        The difference at the same location with both films traced together, or why there is none.
    threshold : float
        The change that the study protocol regards as relevant.

    References
    ----------
    Jacobson N., Truax P. Clinical significance: a statistical approach to defining meaningful change in
    psychotherapy research. J Consult Clin Psychol 1991 (the reliable change index).
    """

    unit: Unit
    before: float
    after: float
    independent: Difference
    linked: Difference | NotMeasured
    threshold: float

    @property
    def method(self) -> Method:
        """How the preferred difference was measured."""
        return Method.INDEPENDENT if isinstance(self.linked, NotMeasured) else Method.LINKED

    @property
    def preferred(self) -> Difference:
        """The linked difference where there is one."""
        return self.independent if isinstance(self.linked, NotMeasured) else self.linked

    @property
    def change(self) -> float:
        """The preferred difference, after minus before; positive is wider."""
        return self.preferred.change

    @property
    def standard_error(self) -> float:
        """Of `change`, all components in quadrature."""
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
        """Whether the change is larger than the smallest detectable one."""
        return abs(self.change) > self.smallest_detectable

    @property
    def reliable_change_index(self) -> float:
        """The change in standard errors (Jacobson & Truax 1991)."""
        return self.change / self.standard_error

    @property
    def probability_wider(self) -> float:
        """Probability that the space is truly wider."""
        return STANDARD_NORMAL.cdf(self.change / self.standard_error)

    @property
    def probability_narrower(self) -> float:
        """Probability that the space is truly narrower."""
        return STANDARD_NORMAL.cdf(-self.change / self.standard_error)

    @property
    def probability_beyond_smallest(self) -> float:
        """Probability that the true change is larger than the smallest detectable one, either way."""
        return self.probability_beyond(self.smallest_detectable)

    @property
    def probability_beyond_threshold(self) -> float:
        """Probability that the true change is larger than the threshold, either way."""
        return self.probability_beyond(self.threshold)

    def probability_beyond(self, length: float) -> float:
        """Probability that the true change is larger than a length, either way.

        Parameters
        ----------
        length : float
            In `unit`, 0 or more.

        Returns
        -------
        float
            0 to 1.
        """
        wide, narrow = (self.change - length, -self.change - length)
        return STANDARD_NORMAL.cdf(wide / self.standard_error) + STANDARD_NORMAL.cdf(
            narrow / self.standard_error
        )


@dataclass(frozen=True, slots=True)
class GradeClaim:
    """A change of grade as reported by someone.

    Attributes
    ----------
    before, after : int
        KL grades, 0 to 4.

    Raises
    ------
    UsageError
        Where one of them is no KL grade.
    """

    before: int
    after: int

    def __post_init__(self) -> None:
        whole = isinstance(self.before, int) and isinstance(self.after, int)
        if not whole or self.before not in GRADES or self.after not in GRADES:
            raise UsageError(f"claim {self} found; two KL grades from 0 to 4 expected, as GradeClaim(3, 2)")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class GradeChange:
    """The joint probabilities of a reader's grades of both films.

    Attributes
    ----------
    transition : tuple of 5 tuple of 5 float
        Row b, column a: probability of KL b before and KL a after; all sum to 1.
    correlation : float
        Of the errors of two readings of one knee, 0 to 1.
    """

    transition: tuple[tuple[float, ...], ...]
    correlation: float

    @property
    def improved(self) -> float:
        """Probability of a lower grade after."""
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a < b)

    @property
    def same(self) -> float:
        """Probability of the same grade after."""
        return sum(row[b] for b, row in enumerate(self.transition))

    @property
    def worse(self) -> float:
        """Probability of a higher grade after."""
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a > b)

    @property
    def most_probable(self) -> tuple[int, int]:
        """The most probable pair of grades, before and after."""
        cells = [(p, b, a) for b, row in enumerate(self.transition) for a, p in enumerate(row)]
        _, before, after = max(cells, key=lambda cell: cell[0])
        return before, after

    def probability(self, claim: GradeClaim) -> float:
        """Probability of a claimed pair of grades.

        Parameters
        ----------
        claim : GradeClaim
            KL before and after.

        Returns
        -------
        float
            0 to 1.
        """
        return self.transition[claim.before][claim.after]


@dataclass(frozen=True, slots=True)
class IdentityMatch:
    """How well the bones of two films match.

    Attributes
    ----------
    femur, tibia : float or NotMeasured
        Correlation of the trabecular texture after registration, -1 to 1, or why there is none.
    outline : float
        Root mean square distance of the bone outlines after registration, tibial widths.
    probability_same_knee : float
        Probability that both films show the same knee.
    """

    femur: float | NotMeasured
    tibia: float | NotMeasured
    outline: float
    probability_same_knee: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KneeChange(ByValue, Presented):
    """What changed in one knee between two films.

    Attributes
    ----------
    side : Side
        Side of the body.
    before, after : KneeReading
        The reading of each film.
    comparability : Comparability
        Whether the films may be compared.
    reasons : tuple of str
        Why they are compared with caution, or not at all.
    identity : IdentityMatch
        How well the bones match.
    widths : mapping of Measure to (WidthChange or NotMeasured)
        The change of each width.
    grade : GradeChange or NotMeasured
        The joint probabilities of both grades.
    plausibility : tuple of str
        Findings that make a true change of the joint space less plausible.
    verdict : Verdict
        What the films support, by the medial minimum alone.
    sentence : str
        The result in one sentence, for quotation.
    models : mapping of str to str
        Name and version of the models used in the comparison to their SHA-256.
    error_model : mapping of str to (float or str)
        Parameters of the standard error.
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

    def detached(self) -> "KneeChange":
        """The same change without the pixels of its films; it can no longer be drawn."""
        return replace(self, before=self.before.detached(), after=self.after.detached())

    def __repr__(self) -> str:
        return f"KneeChange({self.sentence!r})"


@dataclass(frozen=True, slots=True)
class Visit:
    """One film of a subject at one time.

    Attributes
    ----------
    name : str
        Of the visit, as "month 6".
    day : datetime.date
        When the film was made.
    reading : Reading
        The film's reading.
    subject : str
        Identifier given by the user, or empty.
    """

    name: str
    day: date
    reading: Reading
    subject: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.day, datetime) or not isinstance(self.day, date):
            raise UsageError(f"day {self.day!r} of visit {self.name!r} found; a datetime.date expected")


@dataclass(frozen=True, slots=True)
class Slope:
    """The change of a width per year, by weighted linear regression over all visits.

    Attributes
    ----------
    unit : Unit
        Of the width.
    per_year, standard_error : float
        The slope and its standard error, `unit` per year.
    """

    unit: Unit
    per_year: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        """The 95% interval of the true slope."""
        half = NORMAL_95 * self.standard_error
        return self.per_year - half, self.per_year + half


@dataclass(frozen=True, slots=True, eq=False)
class Timeline(ByValue, Presented):
    """One knee over its visits, the earliest first.

    Attributes
    ----------
    side : Side
        Side of the body.
    visits : tuple of Visit
        Those that show the knee.
    years : tuple of float
        From the first visit to each.
    knees : tuple of KneeReading
        The knee's reading at each visit.
    changes : tuple of KneeChange
        Of every later visit against the first.
    slopes : mapping of Measure to (Slope or NotMeasured)
        The change of each width per year.
    sentence : str
        The result in one sentence, for quotation.
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
        """Identifier given by the user, or empty."""
        return self.visits[0].subject

    def detached(self) -> "Timeline":
        """The same timeline without the pixels of its films; it can no longer be compared further."""
        visits = tuple(replace(visit, reading=visit.reading.detached()) for visit in self.visits)
        return replace(
            self,
            visits=visits,
            knees=tuple(knee.detached() for knee in self.knees),
            changes=tuple(change.detached() for change in self.changes),
        )
