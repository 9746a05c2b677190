"""Whether readings and grades belong together: a permutation test of their association."""

from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.sites.cross_fit import SiteFilms
from kltool.typing import Float64
from kltool.values.grade import GRADES

PERMUTATIONS: Final = 1999
LARGEST_P: Final = 0.025  # one-sided; docs/choices.md#site-chance
ROUNDING: Final = 1e-9  # of sums, by which equal assignments differ


def chance_of_association(films: SiteFilms, seed: int) -> float:
    """The share of random assignments of the grades to the participants that agree at least as well; 0 to 1.

    Agreement: the mean product of a participant's mean expected grade and mean grade by the reader, which
    orders permutations as their correlation does. The knees of a participant keep together, since their
    grades resemble each other by themselves.
    """
    random = np.random.default_rng(seed)
    expected = _means(films.probabilities @ np.array(GRADES), films)
    grades = _means(films.grades.astype(np.float64), films)
    found = expected @ grades - ROUNDING
    as_good = sum(expected @ random.permutation(grades) >= found for _ in range(PERMUTATIONS))
    return float(1 + as_good) / (1 + PERMUTATIONS)


def _means(values: Float64, films: SiteFilms) -> Float64:
    """(p,) by participant, from (n,)."""
    _, which, counts = np.unique(films.participants, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(which, values) / counts)


def require_association(films: SiteFilms, seed: int) -> None:
    """Raises UsageError where the grades fit the readings no better than by chance."""
    if len(np.unique(films.grades)) == 1:
        raise UsageError(
            f"{len(films)} films all of KL {films.grades[0]} found, films of several grades expected: cut "
            "points cannot be told from one grade"
        )
    share = chance_of_association(films, seed)
    if share > LARGEST_P:
        raise UsageError(
            f"grades found that fit the readings no better than chance ({100 * share:.0f}% of random "
            f"assignments fit as well, {100 * LARGEST_P:g}% at most expected): readings and grades do not "
            "belong together; check the columns by which the rows are matched, and that the grades are KL"
        )
