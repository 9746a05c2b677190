"""The change of one width between two films, with the components of its error."""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from kltool.values.length import NORMAL_95, Interval, NotMeasured
from kltool.values.normal import STANDARD_NORMAL


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
