"""Lengths and areas on a film, each with its error, or the reason why there is none."""

from dataclasses import dataclass
from typing import Final

from kltool.values.decimals import decimal, from_to

UNITS = ("mm", "px", "percent")  # of every length; per cent of the tibial width
Interval = tuple[float, float]

NORMAL_95: Final = 1.959964  # two-sided 95% of the normal distribution


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """The reason why there is no number.

    Attributes
    ----------
    reason : str
        In words, to be shown in place of the number.
    """

    reason: str

    def __str__(self) -> str:
        return f"not measured: {self.reason}"


@dataclass(frozen=True, slots=True)
class Length:
    """A length on the film, with its error.

    Attributes
    ----------
    px : float
        Pixels along its own direction.
    percent : float
        Per cent of the tibial width.
    mm : float or NotMeasured
        Millimetres, or why there are none.
    sd_px, sd_percent : float
        Standard deviation of the measurement's error.
    sd_mm : float or NotMeasured
        The same in millimetres.
    """

    px: float
    percent: float
    mm: float | NotMeasured
    sd_px: float
    sd_percent: float
    sd_mm: float | NotMeasured

    def __str__(self) -> str:
        """In millimetres where there are any, else in per cent of the tibial width; with its 95% interval."""
        interval = self.interval_mm
        if isinstance(self.mm, NotMeasured) or isinstance(interval, NotMeasured):
            share = f"{decimal(self.percent)} % of the tibial width"
            return f"{share} (95% interval {from_to(self.interval_percent)})"
        return f"{decimal(self.mm)} mm (95% interval {from_to(interval)})"

    @property
    def interval_px(self) -> Interval:
        """The 95% interval, pixels; its lower end is never below 0."""
        return _interval(self.px, self.sd_px)

    @property
    def interval_percent(self) -> Interval:
        """The 95% interval, per cent of the tibial width."""
        return _interval(self.percent, self.sd_percent)

    @property
    def interval_mm(self) -> Interval | NotMeasured:
        """The 95% interval, millimetres, or why there is none."""
        return _interval_or_reason(self.mm, self.sd_mm)


@dataclass(frozen=True, slots=True)
class Width(Length):
    """One width of the joint space: a `Length` with its place on the film.

    Attributes
    ----------
    line : tuple of 2 (float, float)
        Its ends, femur first, (row, column) pixels in right-knee orientation.
    """

    line: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Area:
    """The joint space between two x of the axis, with its error.

    Attributes
    ----------
    px2 : float
        Square pixels.
    percent2 : float
        Per cent of the squared tibial width.
    mm2 : float or NotMeasured
        Square millimetres, or why there are none.
    sd_px2, sd_percent2 : float
        Standard deviation of the measurement's error.
    sd_mm2 : float or NotMeasured
        The same in square millimetres.
    span : (float, float)
        From x, to x.
    """

    px2: float
    percent2: float
    mm2: float | NotMeasured
    sd_px2: float
    sd_percent2: float
    sd_mm2: float | NotMeasured
    span: tuple[float, float]

    @property
    def interval_px2(self) -> Interval:
        """The 95% interval, square pixels; its lower end is never below 0."""
        return _interval(self.px2, self.sd_px2)

    @property
    def interval_percent2(self) -> Interval:
        """The 95% interval, per cent of the squared tibial width."""
        return _interval(self.percent2, self.sd_percent2)

    @property
    def interval_mm2(self) -> Interval | NotMeasured:
        """The 95% interval, square millimetres, or why there is none."""
        return _interval_or_reason(self.mm2, self.sd_mm2)


def _interval(value: float, sd: float) -> Interval:
    """The 95% interval of a value that cannot be negative."""
    return max(0.0, value - NORMAL_95 * sd), value + NORMAL_95 * sd


def _interval_or_reason(value: float | NotMeasured, sd: float | NotMeasured) -> Interval | NotMeasured:
    if isinstance(value, NotMeasured):
        return value
    return sd if isinstance(sd, NotMeasured) else _interval(value, sd)
