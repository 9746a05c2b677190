"""The Kellgren-Lawrence grade of one knee as probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kltool.values.length import Interval

GRADES = (0, 1, 2, 3, 4)
OOD_LIMIT = 1.0  # of the out-of-distribution score; docs/choices.md#ood-limit
LIKE_OAI = "films like those of the OAI"  # the Osteoarthritis Initiative


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
    ood_score : float
        Out-of-distribution score of the grader's view of the knee, without unit, 0 upwards: how far its
        features lie from those of the films that the grader learned from. 1 is the limit below which 95% of
        held-out films of the OAI lie (docs/choices.md#ood-score).
    promised_for : str
        The films for which prediction set and interval are promised, in words.

    References
    ----------
    Kellgren J., Lawrence J. Radiological assessment of osteo-arthrosis. Ann Rheum Dis 1957.
    Cao W., Mirjalili V., Raschka S. Rank consistent ordinal regression for neural networks. 2020 (the
    median).
    Sadinle M., Lei J., Wasserman L. Least ambiguous set-valued classifiers with bounded error levels. J Am
    Stat Assoc 2019 (the prediction set).
    Lee K. et al. A simple unified framework for detecting out-of-distribution samples and adversarial
    attacks. NeurIPS 2018 (the out-of-distribution score).
    """

    probabilities: tuple[float, float, float, float, float]
    prediction_set: tuple[int, ...]
    expected_interval: Interval
    attribution: tuple[tuple[float, ...], ...] = field(repr=False)
    ood_score: float
    promised_for: str = LIKE_OAI

    @property
    def grade(self) -> int:
        """The median: the lowest grade that the knee exceeds with a probability of at most a half.

        On an ordinal scale it has the smallest expected absolute error, and it is the prediction of ordinal
        regression (Cao, Mirjalili & Raschka 2020); docs/choices.md#median.
        """
        return median_grade(self.probabilities)

    @property
    def expected(self) -> float:
        """The expected grade, 0 to 4."""
        return sum(kl * p for kl, p in enumerate(self.probabilities))

    @property
    def unlike_training(self) -> bool:
        """Whether the film is unlike those that the grader learned from: its score is above 1."""
        return self.ood_score > OOD_LIMIT

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
