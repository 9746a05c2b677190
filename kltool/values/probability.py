"""Probabilities as text."""

from typing import Final

from kltool.values.decimals import decimal

EXTREMES: Final = {"0.00": "< 0.01", "1.00": "> 0.99"}


def format_probability(probability: float) -> str:
    """Two decimals; never 0 or 1, since no measurement is certain."""
    text = decimal(probability)
    return EXTREMES.get(text, text)
