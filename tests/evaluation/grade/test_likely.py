"""Likely grades are judged by knees of known grades: how often they change, and who is right."""

import pytest

pytest.importorskip("numba")

from evaluation.grade.likely import RepeatedKnee, accuracy_section, margin_section, sections, share

from kltool.values.grade import Grade
from kltool.values.length import NotMeasured
from tests.grades import graded

TWO, THREE = graded((0.0, 0.1, 0.8, 0.1, 0.0)), graded((0.0, 0.0, 0.1, 0.8, 0.1))
BETWEEN, BEYOND = graded((0.0, 0.05, 0.5, 0.45, 0.0)), graded((0.0, 0.05, 0.42, 0.53, 0.0))


def knee(number: int, label: int, found: Grade, *again: Grade) -> RepeatedKnee:
    return RepeatedKnee(f"{number:07d}R", label, found, again)


def noted(number: int, label: int, others: int) -> RepeatedKnee:
    """KL 2 (KL 2 or 3), and KL 3 on so many of ten films."""
    return knee(number, label, BETWEEN, *[BEYOND] * others, *[BETWEEN] * (10 - others))


def alone(number: int, label: int, others: int) -> RepeatedKnee:
    return knee(number, label, TWO, *[THREE] * others, *[TWO] * (10 - others))


def test_a_knee_is_unstable_where_more_than_one_of_ten_films_has_another_grade() -> None:
    assert [alone(0, 2, others).unstable for others in (0, 1, 2)] == [False, False, True]
    assert noted(0, 2, 3).changed == pytest.approx(0.3)


def test_stability_is_told_by_the_note() -> None:
    knees = [noted(1, 2, 5), noted(2, 2, 4), noted(3, 2, 0), alone(4, 2, 0), alone(5, 2, 0), alone(6, 2, 2)]
    text = str(sections([*knees, NotMeasured("refused: no_knee")])[0])
    assert "6 `val` crops" in text
    assert "| with the note: two likely grades | 3 | 50% | 66.7%" in text
    assert "| without it | 3 | 50% | 33.3%" in text
    assert "Of 3 unstable knees 66.7%" in text
    assert "it is the other of the two in 100.0% of films" in text
    assert "| refused: no_knee | 1 |" in text


def test_two_likely_grades_are_right_where_the_reader_gave_either() -> None:
    text = str(accuracy_section([noted(1, 2, 0), noted(2, 3, 0), noted(3, 4, 0), alone(4, 3, 0)]))
    rows = {line.split(" | ")[0]: line.split(" | ")[1:] for line in text.splitlines() if "|" in line}
    with_note, without = rows["| with the note: two likely grades"], rows["| without it"]
    assert [cell.split("%")[0] for cell in with_note[1:3]] == ["33.3", "66.7"]
    assert [cell.split("%")[0] for cell in without[1:3]] == ["0.0", "0.0"]
    assert rows["| all"][-1] == "1.75 |"


def test_a_change_is_that_of_the_films_own_grade_and_its_rival() -> None:
    """From 0.50 to 0.42, and the lead on KL 3 from 0.05 to -0.11."""
    text = str(margin_section([knee(1, 2, BETWEEN, BEYOND, BEYOND)]))
    one, two = (line for line in text.splitlines() if line.startswith("| the prob") or "lead" in line)
    assert one.split(" | ")[2:] == ["0.080", "0.080", "0.080", "0.080 |"]
    assert two.split(" | ")[2:] == ["0.160", "0.160", "0.160", "0.160 |"]
    assert "not the most probable grade in 0 knees" in text


def test_a_share_of_no_knees_is_a_dash() -> None:
    assert share([], lambda one: one.unstable) == "-"
    assert share([noted(1, 2, 0), noted(2, 2, 0)], lambda one: one.unstable) == "0.0% (0.0 to 0.0)"
