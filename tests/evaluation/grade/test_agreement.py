"""The scores of the grade count what they state."""

import numpy as np
import pytest

pytest.importorskip("numba")

from evaluation.grade.agreement import (
    agreement_section,
    as_read,
    calibration_section,
    external_section,
    stability_section,
)
from evaluation.grade.page import attribution_section, worsening_section
from evaluation.grade.reading import BAND, GradedFilm, in_band
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score

from kltool.grading.view import VIEW
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured


def grade(kl: int, likely: tuple[int, ...] | None = None) -> Grade:
    p0, p1, p2, p3, p4 = (0.9 if other == kl else 0.025 for other in range(5))
    return Grade(
        (p0, p1, p2, p3, p4), likely or (kl,), (max(kl - 1.0, 0.0), min(kl + 1.0, 4.0)), ((1.0,),), 0.5
    )


def films(count: int = 200, wrong: float = 0.3) -> list[GradedFilm]:
    random = np.random.default_rng(0)
    labels = random.integers(0, 5, count)
    read = np.where(
        random.random(count) < wrong, np.clip(labels + random.choice([-1, 1], count), 0, 4), labels
    )
    return [
        GradedFilm(
            f"{number // 2:07d}{'LR'[number % 2]}",
            int(label),
            grade(int(kl)),
            0.8,
            beside_bones=number / 1000,
        )
        for number, (label, kl) in enumerate(zip(labels, read, strict=True))
    ]


def test_agreement_is_that_of_an_independent_library() -> None:
    known = films()
    read = as_read(known)
    found = {result.what: result.value for result in agreement_section(read, known).results}
    labels, grades = read.labels, read.grades
    assert found["quadratic weighted kappa"] == pytest.approx(
        cohen_kappa_score(labels, grades, weights="quadratic")
    )
    assert found["balanced accuracy"] == pytest.approx(balanced_accuracy_score(labels, grades))
    assert found["accuracy"] == pytest.approx((labels == grades).mean())
    assert found["mean absolute error"] == pytest.approx(np.abs(labels - grades).mean())


def test_a_film_that_was_not_read_is_counted_with_its_reason_and_in_no_figure() -> None:
    known = [*films(), GradedFilm("9999999R", 4, NotMeasured("refused: no_knee"), float("nan"))]
    read = as_read(known)
    assert len(read.labels) == 200
    assert "refused: no_knee | 1" in str(agreement_section(read, known))


def test_sets_are_counted_by_what_they_hold_and_how_large_they_are() -> None:
    known = [
        GradedFilm(f"{number:07d}R", 2, grade(1, (1, 2) if number < 9 else (0, 1)), 0.5)
        for number in range(10)
    ] + [GradedFilm(f"{kl:07d}L", kl, grade(kl), 0.5) for kl in (0, 1, 3, 4)]
    found = {result.what: result.value for result in calibration_section(as_read(known)).results}
    assert found["prediction sets: coverage of the label"] == pytest.approx(13 / 14)
    assert found["prediction sets: the same, least of the grades"] == pytest.approx(0.9)
    assert found["prediction sets: mean size"] == pytest.approx((2 * 10 + 4) / 14)


def test_a_knee_is_unstable_where_more_than_a_tenth_of_its_films_have_another_grade() -> None:
    def knee(others: int, spread: float) -> GradedFilm:
        grades = (3,) * others + (2,) * (20 - others)
        return GradedFilm("0000001R", 2, grade(2), 0.5, (2.0, 2.0 + spread), grades)

    section = stability_section([knee(2, 0.2), knee(3, 0.0), knee(0, 0.0), knee(20, 0.2)])
    found = [result.value for result in section.results]
    assert found == pytest.approx([50.0, 0.2 / np.sqrt(2) / 2])


def test_steps_count_one_by_one() -> None:
    section = worsening_section([(0.1, 0.5, 0.4, 1.0), (2.0, 2.5)])
    assert section.results[0].value == pytest.approx(75.0)


def test_what_lies_in_the_joints_band_is_weighed_by_area() -> None:
    def explained(places: np.ndarray) -> Grade:
        return Grade((1.0, 0.0, 0.0, 0.0, 0.0), (0,), (0.0, 1.0), tuple(map(tuple, places.tolist())), 0.5)

    even = np.ones((VIEW.rows, VIEW.columns))
    area = 4 * BAND[0] * BAND[1] * VIEW.tibia**2 / even.size
    assert in_band(explained(even)) == pytest.approx(area, rel=1e-6)
    joint, corner = np.full((6, 10), -1.0), np.full((6, 10), -1.0)
    joint[3, 8], corner[0, 0] = 1.0, 1.0
    assert in_band(explained(joint)) == 1.0
    assert in_band(explained(corner)) < 0.05
    assert np.isnan(in_band(explained(-even)))
    stated = str(attribution_section(films()))
    for figure in ("80%", "median 10%", "95th percentile 19%", "of 200 knees"):
        assert figure in stated


def test_another_hospital_is_reported_with_its_accuracy() -> None:
    text = str(external_section(films(148, wrong=0.0)))
    assert "148 films" in text
    assert "Accuracy 1.000" in text
