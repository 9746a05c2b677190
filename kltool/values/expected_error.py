"""The error that a minimum width is expected to have, by what its film shows."""

from dataclasses import dataclass

from kltool.values.length import NotMeasured
from kltool.values.measure import Place


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """The expected absolute error of the minimum width of one compartment, and what it comes from.

    Attributes
    ----------
    compartment : Compartment or PictureSide
        Of the minimum; of a knee of unknown side, where it lies in the picture.
    mm : float or NotMeasured
        Millimetres, or why there are none.
    percent : float
        Per cent of the tibial width.
    cause : str
        What on the film is furthest from the ordinary, in words.
    """

    compartment: Place
    mm: float | NotMeasured
    percent: float
    cause: str
