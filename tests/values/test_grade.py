"""The grade is the median; a neighbour that is about as likely is named beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.values.grade import GRADES, LIKELY_MARGIN, grades_in_words, likely_grades, median_grade
from tests.grades import changed, graded

SHARES = st.lists(st.floats(0.0, 1.0), min_size=5, max_size=5).filter(lambda shares: sum(shares) > 0.01)


@given(SHARES)
def test_the_grade_is_always_among_the_one_or_two_neighbours_that_are_likely(shares: list[float]) -> None:
    grade = graded(shares)
    likely = grade.likely_grades
    assert grade.grade in likely
    assert list(likely) == list(range(likely[0], likely[-1] + 1))
    assert len(likely) <= 2


@given(SHARES)
def test_two_likely_grades_are_the_two_most_probable_ones(shares: list[float]) -> None:
    grade = graded(shares)
    probabilities = grade.probabilities
    if len(grade.likely_grades) == 2:
        others = [probabilities[kl] for kl in GRADES if kl not in grade.likely_grades]
        assert min(probabilities[kl] for kl in grade.likely_grades) >= max(others)
        (neighbour,) = set(grade.likely_grades) - {grade.grade}
        assert probabilities[grade.grade] - probabilities[neighbour] <= LIKELY_MARGIN


@given(SHARES)
def test_a_grade_with_more_than_half_and_the_margin_is_alone(shares: list[float]) -> None:
    """What is left to any other is then less than a half, and less by the margin."""
    grade = graded(shares)
    if max(grade.probabilities) > (1 + LIKELY_MARGIN) / 2:
        assert grade.likely_grades == (grade.grade,)


@given(SHARES)
def test_the_scale_has_no_direction(shares: list[float]) -> None:
    """Counted from the other end the same grades are likely, unless a half lies on the border of two."""
    probabilities = graded(shares).probabilities
    mirrored = tuple(reversed(probabilities))
    if median_grade(mirrored) == 4 - median_grade(probabilities) and len(set(probabilities)) == 5:
        assert likely_grades(mirrored) == tuple(sorted(4 - kl for kl in likely_grades(probabilities)))


@pytest.mark.parametrize(
    ("probabilities", "likely"),
    [
        ((0.02, 0.09, 0.47, 0.42, 0.00), (2, 3)),  # about as likely
        ((0.00, 0.10, 0.52, 0.38, 0.00), (2, 3)),  # within the margin
        ((0.00, 0.10, 0.53, 0.37, 0.00), (2,)),  # not within it
        ((0.44, 0.32, 0.22, 0.02, 0.00), (0, 1)),  # the median is 1, the most probable grade 0
        ((0.48, 0.27, 0.25, 0.00, 0.00), (0, 1)),  # the neighbour is more probable by more than the margin
        ((0.35, 0.30, 0.35, 0.00, 0.00), (1,)),  # the two most probable grades are no neighbours
        ((0.25, 0.24, 0.20, 0.16, 0.15), (2,)),  # nor is the median one of them
        ((0.20, 0.20, 0.20, 0.20, 0.20), (1, 2)),  # of neighbours that tie, the lower
        ((0.00, 0.00, 0.00, 0.00, 1.00), (4,)),
    ],
)
def test_two_grades_are_likely_where_they_are_neighbours_and_nearly_equal(
    probabilities: tuple[float, ...], likely: tuple[int, ...]
) -> None:
    assert likely_grades(probabilities) == likely


def test_a_note_names_both_grades_and_keeps_the_median() -> None:
    assert graded((0.02, 0.09, 0.47, 0.42, 0.0)).noted == "KL 2 (KL 2 or 3)"
    assert graded((0.44, 0.32, 0.22, 0.02, 0.0)).noted == "KL 1 (KL 0 or 1)"
    assert graded((0.05, 0.17, 0.72, 0.06, 0.0)).noted == "KL 2"
    assert (grades_in_words((3,)), grades_in_words((3, 4))) == ("3", "3 or 4")


def test_films_share_what_is_likely_of_both() -> None:
    def shared(before: list[float], after: list[float]) -> tuple[int, ...]:
        return changed([[b * a for a in after] for b in before]).shared_likely_grades

    between, two, three = [0, 0.1, 0.42, 0.48, 0], [0, 0.1, 0.7, 0.2, 0], [0, 0, 0.1, 0.8, 0.1]
    assert shared(between, two) == (2,)
    assert shared(between, between) == (2, 3)
    assert shared(two, three) == ()
