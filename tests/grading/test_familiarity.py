"""A film unlike those that the grader learned from is told, and its grade stays as it is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import kltool
from kltool.grading import SiteSettings, familiarity_warnings, grade
from kltool.report.record import knee_record
from kltool.tables.cells import knee_cells
from kltool.values.grade import Grade
from kltool.values.length import NotMeasured
from kltool.values.reading import Reading
from kltool.weights import Models
from tests.grades import graded
from tests.messages import holds

ReadSample = Callable[..., Reading]
SEVERE = "knee_right_severe.dcm"


def scored(score: float) -> Grade:
    return replace(graded((1, 2, 3, 4, 5)), ood_score=score)


def test_a_film_of_noise_is_unlike_the_training_films(models: Models, read_sample: ReadSample) -> None:
    knee = read_sample(SEVERE).knees[0].knee
    noise = np.random.default_rng(1).normal(size=knee.film.pixels.shape).astype(np.float32)
    found = grade(replace(knee, film=replace(knee.film, image=noise)), models.grader)
    assert found.unlike_training
    assert found.ood_score > grade(knee, models.grader).ood_score


def test_a_knee_and_its_mirror_image_have_the_same_score(models: Models, read_sample: ReadSample) -> None:
    knee = read_sample(SEVERE).knees[0].knee
    (row, column), columns = knee.placement.centre, knee.film.pixels.shape[1]
    mirrored = replace(
        knee,
        film=replace(knee.film, image=np.ascontiguousarray(knee.film.pixels[:, ::-1])),
        placement=replace(
            knee.placement, centre=(row, columns - 1 - column), tilt_rad=-knee.placement.tilt_rad
        ),
    )
    one, other = (grade(either, models.grader).ood_score for either in (knee, mirrored))
    assert one == pytest.approx(other, abs=0.01)


def test_record_and_row_have_the_score_and_a_warning_stands_where_it_is_above_1(
    read_sample: ReadSample,
) -> None:
    for name in (SEVERE, "bilateral.dcm"):
        for knee in read_sample(name).knees:
            assert isinstance(knee.grade, kltool.Grade)
            record = knee_record(knee)
            assert record["kl"]["ood_score"] == pytest.approx(knee.grade.ood_score, abs=1e-4)
            assert knee_cells(record)["kl_ood_score"] == record["kl"]["ood_score"]
            told = any("out-of-distribution" in warning for warning in record["warnings"])
            assert told is (knee.grade.ood_score > 1)


def test_the_warning_names_score_and_remedy() -> None:
    (warning,) = familiarity_warnings(scored(1.37), SiteSettings())
    assert holds(warning, "out-of-distribution score 1.4", "95%", "kltool calibrate")
    assert familiarity_warnings(scored(1.0), SiteSettings()) == ()
    assert familiarity_warnings(NotMeasured("metal"), SiteSettings()) == ()


def test_a_score_just_above_the_limit_is_not_shown_as_the_limit() -> None:
    (warning,) = familiarity_warnings(scored(1.004), SiteSettings())
    assert "score 1.004" in warning


def test_with_a_site_s_calibration_no_other_one_is_advised() -> None:
    (warning,) = familiarity_warnings(scored(1.5), SiteSettings("12" * 32, 60))
    assert "kltool calibrate" not in warning
    assert "site's calibration" in warning
