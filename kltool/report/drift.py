"""How far the films of a batch are from those that the grader learned from."""

import math
from dataclasses import dataclass
from typing import Final

from kltool.grading.familiarity import EXPECTED_SHARE
from kltool.typing import Record
from kltool.values.decimals import decimal
from kltool.values.grade import OOD_LIMIT
from kltool.values.length import NORMAL_95

SOURCE_MEAN: Final = 1.22  # KL, of the training knees; docs/choices.md#drift
FEWEST: Final = 20  # knees for a conclusion; docs/choices.md#drift
HALF_A_KNEE: Final = 0.5  # correction for continuity


@dataclass(slots=True)
class Drift:
    """Counted knee by knee.

    graded: knees with a grade. unlike: those of them that are unlike the films that the grader learned from.
    expected: the sum of their expected grades.
    """

    graded: int = 0
    unlike: int = 0
    expected: float = 0.0

    def count(self, ood_score: float, expected: float) -> None:
        """One more knee, with its out-of-distribution score and its expected grade."""
        self.graded += 1
        self.unlike += ood_score > OOD_LIMIT
        self.expected += expected

    @property
    def share(self) -> float:
        """Of the knees that are unlike the training films, 0 to 1; of one knee or more."""
        return self.unlike / self.graded

    @property
    def mean(self) -> float:
        """The mean expected grade, 0 to 4; of one knee or more."""
        return self.expected / self.graded

    @property
    def is_more_than_chance(self) -> bool:
        """Whether more knees are unlike than chance explains; of one knee or more."""
        expected = EXPECTED_SHARE * self.graded
        sd = math.sqrt(expected * (1 - EXPECTED_SHARE))
        return self.unlike - HALF_A_KNEE - expected > NORMAL_95 * sd


def drift_sentences(drift: Drift) -> str:
    """What the two figures are and what follows from them, in plain words."""
    if not drift.graded:
        return "No knee was graded, so that nothing is known of drift."
    return (
        f"Unlike the films that the grader learned from: {drift.unlike:,} of {drift.graded:,} graded knees "
        f"({decimal(100 * drift.share, 1)}%); of films like the OAI's at most "
        f"{decimal(100 * EXPECTED_SHARE, 0)}% are. The mean expected grade is {decimal(drift.mean)}, the "
        f"mean grade of the training knees is {SOURCE_MEAN}. {_conclusion(drift)}"
    )


def _conclusion(drift: Drift) -> str:
    if drift.graded < FEWEST:
        return f"Of fewer than {FEWEST} knees nothing is concluded."
    if drift.is_more_than_chance:
        return (
            "These are more than chance explains: the grades and sets may not hold for these films; "
            "calibrate for the site with kltool calibrate, or compare a sample with readers by "
            "kltool agreement."
        )
    return (
        "These are no more than chance explains. A different mean grade alone may be that of the people and "
        "not of the films."
    )


def drift_record(drift: Drift) -> Record:
    """As run.json holds it; without a graded knee the numbers are {"not_measured": reason}."""
    absent = {"not_measured": "no knee was graded"}
    return {
        "graded_knees": drift.graded,
        "unlike_training": drift.unlike,
        "share_unlike": round(drift.share, 4) if drift.graded else absent,
        "expected_share": EXPECTED_SHARE,
        "mean_expected_grade": round(drift.mean, 4) if drift.graded else absent,
        "mean_grade_of_training": SOURCE_MEAN,
        "sentences": drift_sentences(drift),
    }
