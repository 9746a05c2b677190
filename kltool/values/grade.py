"""The Kellgren-Lawrence grade of one knee as probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from kltool.values.length import Interval

GRADES = (0, 1, 2, 3, 4)
LIKE_OAI = "films like those of the OAI"  # the Osteoarthritis Initiative
LIKELY_MARGIN: Final = 0.15  # of two probabilities; docs/choices.md#likely-grades


def median_grade(probabilities: Sequence[float]) -> int:
    """The lowest grade that is exceeded with a probability of at most a half.

    Parameters
    ----------
    probabilities : sequence of 5 float
        Of KL 0 to 4; their sum is 1.

    Returns
    -------
    int
        0 to 4.
    """
    return next(kl for kl in GRADES if sum(probabilities[kl + 1 :]) <= 0.5)


def likely_grades(probabilities: Sequence[float]) -> tuple[int, ...]:
    """The median grade and, where it is about as likely, the neighbour that is one of the two best with it.

    The two most probable grades are meant: both are given where they are neighbours, one of them is the
    median, and the other's probability is less than the median's by LIKELY_MARGIN at most, or is the larger.

    Parameters
    ----------
    probabilities : sequence of 5 float
        Of KL 0 to 4; their sum is 1.

    Returns
    -------
    tuple of int
        One grade, or two neighbours from low to high.

    Examples
    --------
    >>> likely_grades((0.02, 0.09, 0.47, 0.42, 0.0))
    (2, 3)
    >>> likely_grades((0.05, 0.17, 0.72, 0.06, 0.0))
    (2,)
    """
    median = median_grade(probabilities)
    low, high = sorted(sorted(GRADES, key=lambda kl: (-probabilities[kl], abs(kl - median)))[:2])
    if high - low != 1 or median not in (low, high):
        return (median,)
    other = low + high - median
    return (low, high) if probabilities[median] - probabilities[other] <= LIKELY_MARGIN else (median,)


def grades_in_words(grades: Sequence[int]) -> str:
    """Grades as alternatives.

    Parameters
    ----------
    grades : sequence of int
        As `likely_grades` gives them.

    Returns
    -------
    str
        "2 or 3"; "2" where one alone is likely.
    """
    return " or ".join(map(str, grades))


def noted_grade(grade: int, likely: Sequence[int]) -> str:
    """A grade as it is shown to a reader, with a note where a neighbour is about as likely.

    Parameters
    ----------
    grade : int
        The median grade, 0 to 4.
    likely : sequence of int
        As `likely_grades` gives them.

    Returns
    -------
    str
        "KL 2"; "KL 2 (KL 2 or 3)".
    """
    return f"KL {grade}" if len(likely) == 1 else f"KL {grade} (KL {grades_in_words(likely)})"


@dataclass(frozen=True, slots=True)
class Grade:
    """The Kellgren-Lawrence grade of one knee as a probability distribution.

    The prediction set and the interval are promised for knees like those that they were calibrated on.

    Attributes
    ----------
    probabilities : tuple of 5 float
        Calibrated probabilities of KL 0 to 4; they sum to 1.
    prediction_set : tuple of int
        Consecutive grades that contain a reader's grade in nine of ten knees of each grade.
    expected_interval : (float, float)
        Interval about the expected grade that contains a reader's grade in 95% of knees, 0 to 4.
    attribution : tuple of tuple of float
        Attribution map: rows of the grader's view from top to bottom, each from lateral to medial: by how
        much each location raises the expected grade, before any calibration for a site.
    promised_for : str
        The films for which prediction set and interval are promised, in words.

    References
    ----------
    Kellgren J., Lawrence J. Radiological assessment of osteo-arthrosis. Ann Rheum Dis 1957.
    Cao W., Mirjalili V., Raschka S. Rank consistent ordinal regression for neural networks. 2020 (the
    median).
    Sadinle M., Lei J., Wasserman L. Least ambiguous set-valued classifiers with bounded error levels. J Am
    Stat Assoc 2019 (the prediction set).
    """

    probabilities: tuple[float, float, float, float, float]
    prediction_set: tuple[int, ...]
    expected_interval: Interval
    attribution: tuple[tuple[float, ...], ...] = field(repr=False)
    promised_for: str = LIKE_OAI

    @property
    def grade(self) -> int:
        """The median: the lowest grade that the knee exceeds with a probability of at most a half.

        On an ordinal scale it has the smallest expected absolute error, and it is the prediction of ordinal
        regression (Cao, Mirjalili & Raschka 2020); docs/choices.md#median.
        """
        return median_grade(self.probabilities)

    @property
    def likely_grades(self) -> tuple[int, ...]:
        """The grade, with its neighbour where that is about as likely; one or two grades from low to high.

        See `likely_grades` for the rule; docs/choices.md#likely-grades for its margin.
        """
        return likely_grades(self.probabilities)

    @property
    def noted(self) -> str:
        """The grade as it is shown to a reader: "KL 2"; "KL 2 (KL 2 or 3)" where both are about as likely."""
        return noted_grade(self.grade, self.likely_grades)

    @property
    def expected(self) -> float:
        """The expected grade, 0 to 4."""
        return sum(kl * p for kl, p in enumerate(self.probabilities))

    def at_least(self, kl: int) -> float:
        """The probability of a grade or a higher one.

        Parameters
        ----------
        kl : int
            The grade, 0 to 4.

        Returns
        -------
        float
            0 to 1.
        """
        return sum(self.probabilities[kl:])
