"""Changes of grade that have the given joint probabilities."""

from collections.abc import Sequence

from kltool.values.grade import Grade
from kltool.values.grade_change import GradeChange


def graded(probabilities: Sequence[float]) -> Grade:
    p0, p1, p2, p3, p4 = (share / sum(probabilities) for share in probabilities)
    return Grade((p0, p1, p2, p3, p4), (0, 1, 2, 3, 4), (0.0, 4.0), ((0.0,),), 0.5)


def changed(transition: Sequence[Sequence[float]], correlation: float = 0.6) -> GradeChange:
    """Each film has the sums of the rows, or of the columns, as its own probabilities."""
    before, after = (
        [sum(row) for row in transition],
        [sum(column) for column in zip(*transition, strict=True)],
    )
    rows = tuple(tuple(row) for row in transition)
    return GradeChange(graded(before), graded(after), rows, correlation)
