"""What changed in one knee between two films."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kltool.values.by_value import ByValue
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.measure import Measure
from kltool.values.presented import Presented
from kltool.values.radiograph import Side
from kltool.values.reading import KneeReading
from kltool.values.width_change import WidthChange


class Verdict(StrEnum):
    """What two films support of the medial joint space."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    NONE = "no detectable change"
    NOT_COMPARABLE = "not comparable"
    NOT_MEASURED = "width not measured"  # comparable films, on one of which there is no medial minimum


class Comparability(StrEnum):
    """Whether two films of a knee may be compared."""

    COMPARABLE = "comparable"
    CAUTION = "with caution"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class IdentityMatch:
    """How well the bones of two films match.

    Attributes
    ----------
    femur, tibia : float or NotMeasured
        Correlation of the trabecular texture after registration, -1 to 1, or why there is none.
    outline : float
        Root mean square distance of the bone outlines after registration, tibial widths.
    probability_same_knee : float
        Probability that both films show the same knee.
    """

    femur: float | NotMeasured
    tibia: float | NotMeasured
    outline: float
    probability_same_knee: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KneeChange(ByValue, Presented):
    """What changed in one knee between two films.

    Attributes
    ----------
    side : Side
        Side of the body.
    before, after : KneeReading
        The reading of each film.
    comparability : Comparability
        Whether the films may be compared.
    reasons : tuple of str
        Why they are compared with caution, or not at all.
    identity : IdentityMatch
        How well the bones match.
    widths : mapping of Measure to (WidthChange or NotMeasured)
        The change of each width.
    grade : GradeChange or NotMeasured
        The joint probabilities of both grades.
    plausibility : tuple of str
        Findings that make a true change of the joint space less plausible.
    verdict : Verdict
        What the films support, by the medial minimum alone.
    sentence : str
        The result in one sentence, for quotation.
    models : mapping of str to str
        Name and version of the models used in the comparison to their SHA-256.
    error_model : mapping of str to (float or str)
        Parameters of the standard error.
    """

    side: Side
    before: KneeReading
    after: KneeReading
    comparability: Comparability
    reasons: tuple[str, ...]
    identity: IdentityMatch
    widths: Mapping[Measure, WidthChange | NotMeasured]
    grade: GradeChange | NotMeasured
    plausibility: tuple[str, ...]
    verdict: Verdict
    sentence: str
    models: Mapping[str, str]
    error_model: Mapping[str, float | str]

    @property
    def same_film(self) -> bool:
        """Whether both files are one film: their pixels are equal."""
        return self.before.knee.film.is_same_film(self.after.knee.film)

    def detached(self) -> "KneeChange":
        """The same change without the pixels of its films; it can no longer be drawn."""
        return replace(self, before=self.before.detached(), after=self.after.detached())

    def __repr__(self) -> str:
        return f"KneeChange({self.sentence!r})"
