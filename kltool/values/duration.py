"""The time between two films in words."""

from typing import Final

from kltool.values.decimals import decimal

DAYS_A_YEAR: Final = 365.25
FEWEST_MONTHS: Final = 2  # below it, days


def duration(years: float) -> str:
    """ "12 months", "17 days", "1 day".

    Parameters
    ----------
    years : float
        0 or more.

    Returns
    -------
    str
    """
    months = 12 * years
    number, unit = (months, "month") if months >= FEWEST_MONTHS else (years * DAYS_A_YEAR, "day")
    shown = decimal(number, 0)
    return f"{shown} {unit}" if shown == "1" else f"{shown} {unit}s"
