"""Widths of raters that differ by a power of ten have different units: refused, with the rater's name."""

from typing import Final

import numpy as np

from kltool.agreement.ratings import Rater, Ratings, have_common_knees, known_by
from kltool.errors import UsageError
from kltool.values.decimals import decimal

TENTH: Final = (0.08, 0.125)  # ratio of medians of centimetres to millimetres; docs/choices.md#longest-length
FEWEST: Final = 5  # knees on which it is judged


def refuse_other_units(ratings: Ratings) -> None:
    """Raises UsageError where a rater's widths are a tenth of the reference's, or the reverse."""
    reference = next(rater for rater in ratings.raters if rater.name == ratings.reference)
    for rater in ratings.raters:
        for width in rater.widths:
            if rater is not reference and have_common_knees((rater, reference), width):
                _refuse_tenth(rater, reference, width)


def _refuse_tenth(rater: Rater, reference: Rater, width: str) -> None:
    both = known_by((rater, reference), width)
    if both.sum() < FEWEST:
        return
    medians = {one.name: float(np.median(one.columns[width].values[both])) for one in (rater, reference)}
    (smaller, low), (larger, high) = sorted(medians.items(), key=lambda pair: pair[1])
    if high > 0 and TENTH[0] <= low / high <= TENTH[1]:
        raise UsageError(
            f"{width} with the median {decimal(low)} by {smaller} and {decimal(high)} by {larger} found for "
            f"the same knees; millimetres by both expected: {smaller} may have centimetres"
        )
