"""The change of the grade between two films, and a claimed one."""

from dataclasses import dataclass

from kltool.errors import UsageError
from kltool.values.grade import GRADES, Grade


@dataclass(frozen=True, slots=True)
class GradeClaim:
    """A change of grade as reported by someone.

    Attributes
    ----------
    before, after : int
        KL grades, 0 to 4.

    Raises
    ------
    UsageError
        Where one of them is no KL grade.
    """

    before: int
    after: int

    def __post_init__(self) -> None:
        whole = isinstance(self.before, int) and isinstance(self.after, int)
        if not whole or self.before not in GRADES or self.after not in GRADES:
            raise UsageError(f"claim {self} found; two KL grades from 0 to 4 expected, as GradeClaim(3, 2)")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class GradeChange:
    """The joint probabilities of a reader's grades of both films.

    The grade of each film is the median of its probabilities, as in a reading. Both grades can be the same
    although a lower one after is more probable than not: see the expected grades.

    Attributes
    ----------
    before, after : Grade
        Of each film.
    transition : tuple of 5 tuple of 5 float
        Row b, column a: probability of KL b before and KL a after; all sum to 1.
    correlation : float
        Of the errors of two readings of one knee, 0 to 1.
    """

    before: Grade
    after: Grade
    transition: tuple[tuple[float, ...], ...]
    correlation: float

    @property
    def shared_likely_grades(self) -> tuple[int, ...]:
        """The grades that are likely of both films, from low to high; empty where there are none."""
        return tuple(kl for kl in self.before.likely_grades if kl in self.after.likely_grades)

    @property
    def improved(self) -> float:
        """Probability of a lower grade after."""
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a < b)

    @property
    def same(self) -> float:
        """Probability of the same grade after."""
        return sum(row[b] for b, row in enumerate(self.transition))

    @property
    def worse(self) -> float:
        """Probability of a higher grade after."""
        return sum(p for b, row in enumerate(self.transition) for a, p in enumerate(row) if a > b)

    def probability(self, claim: GradeClaim) -> float:
        """Probability of a claimed pair of grades.

        Parameters
        ----------
        claim : GradeClaim
            KL before and after.

        Returns
        -------
        float
            0 to 1.
        """
        return self.transition[claim.before][claim.after]
