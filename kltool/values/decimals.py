"""Numbers as text: one way of rounding for sentences, tables, pages, pictures and the terminal.

A number is first rounded to the decimals that records hold, then half away from zero, so that a number of a
record and the value that it was made of show the same digits, those that a reader gets who rounds the record.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

RECORDED: Final = 4  # decimals of a record, at least; docs/choices.md#rounding
MORE: Final = 2  # decimals of a record beyond those shown, at least


def decimal(value: float, digits: int = 2) -> str:
    """Rounded to a number of decimals: "0.71" of 0.705, "0.00" of -0.001.

    Parameters
    ----------
    value : float
        A number, or infinite.
    digits : int
        Decimals, 0 or more.

    Returns
    -------
    str
    """
    if math.isinf(value):
        return str(value)
    recorded = Decimal(repr(round(float(value), max(RECORDED, digits + MORE))))
    rounded = recorded.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{rounded + 0:f}"  # the sum with 0 has no negative zero


def signed(value: float, digits: int = 2) -> str:
    """The same with its sign: "+0.71"; without one where it rounds to 0.

    Parameters
    ----------
    value : float
        Finite.
    digits : int
        Decimals, 0 or more.

    Returns
    -------
    str
    """
    text = decimal(value, digits)
    return f"+{text}" if Decimal(text) > 0 else text


def from_to(interval: tuple[float, float], digits: int = 2) -> str:
    """ "0.58 to 0.84": an interval, without unit.

    Parameters
    ----------
    interval : (float, float)
        Finite.
    digits : int
        Decimals, 0 or more.

    Returns
    -------
    str
    """
    low, high = interval
    return f"{decimal(low, digits)} to {decimal(high, digits)}"


def signed_from_to(interval: tuple[float, float], digits: int = 2) -> str:
    """ "-0.12 to +0.34": an interval of a change, without unit.

    Parameters
    ----------
    interval : (float, float)
        Finite.
    digits : int
        Decimals, 0 or more.

    Returns
    -------
    str
    """
    low, high = interval
    return f"{signed(low, digits)} to {signed(high, digits)}"


def beside(value: float, limit: float, digits: int) -> str:
    """With as many decimals as show on which side of a limit the value lies: "2.04" beside 2.0.

    Parameters
    ----------
    value, limit : float
        Finite.
    digits : int
        Decimals, 0 or more, if they suffice.

    Returns
    -------
    str
    """
    sides = (d for d in range(digits, RECORDED) if Decimal(decimal(value, d)) != Decimal(decimal(limit, d)))
    return decimal(value, digits if value == limit else next(sides, RECORDED))
