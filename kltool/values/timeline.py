"""One knee over its visits."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from kltool.errors import UsageError
from kltool.values.by_value import ByValue
from kltool.values.change import KneeChange
from kltool.values.length import NORMAL_95, Interval, NotMeasured
from kltool.values.measure import Measure
from kltool.values.presented import Presented
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading, Reading
from kltool.values.width_change import Unit


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
