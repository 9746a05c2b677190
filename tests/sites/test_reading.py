"""A film read with a site's calibration: one calibration for every path, recorded in every result."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kltool
from kltool.errors import UsageError
from kltool.grading import SiteSettings, grade
from kltool.reading import settings_of
from kltool.report.record import reading_record
from kltool.report.rows import reading_rows
from kltool.values.grade import LIKE_OAI
from kltool.values.reading import Reading
from kltool.weights import Models, entry_of
from tests.messages import holds
from tests.schemas import READING, problems

ReadSample = Callable[..., Reading]
NORMAL = "knee_right_normal.dcm"
HASH = "1234abcd" * 8


@pytest.fixture(scope="module")
def strict() -> SiteSettings:
    return SiteSettings(
        HASH, 60, (1.3, 2.3, 3.3, 4.3), 1.0, (0.3, 0.1, 0.2, 0.2, 0.4), 2.0, entry_of("grader").sha256
    )


def test_a_strict_site_grades_lower_and_says_so_everywhere(
    samples: Path, strict: SiteSettings, read_sample: ReadSample, models: Models
) -> None:
    shipped = read_sample(NORMAL)
    reading = kltool.read(samples / NORMAL, models, settings=settings_of(False, strict))
    before, after = (one.knees[0].grade for one in (shipped, reading))
    assert isinstance(before, kltool.Grade)
    assert isinstance(after, kltool.Grade)
    assert after.expected < before.expected
    assert sum(after.probabilities) == pytest.approx(1.0)
    assert after.grade in after.prediction_set
    assert before.promised_for == LIKE_OAI
    assert "60" in after.promised_for
    record = reading_record(reading)
    assert record["produced_by"]["calibration"] == HASH
    assert record["produced_by"]["settings"]["site.cut_points"] == "(1.3, 2.3, 3.3, 4.3)"
    assert reading_record(shipped)["produced_by"]["calibration"] == "shipped"
    assert problems(READING, record) == []
    (row,) = reading_rows(reading)
    assert str(row["model"]).endswith(" site:1234abcd")
    assert reading.knees[0].joint_space == shipped.knees[0].joint_space


def test_the_grader_s_own_cut_points_change_no_probability(
    read_sample: ReadSample, models: Models, strict: SiteSettings
) -> None:
    knee = read_sample(NORMAL).knees[0].knee
    own = replace(strict, cut_points=SiteSettings().cut_points)
    one, other = grade(knee, models.grader), grade(knee, models.grader, site=own)
    assert np.allclose(one.probabilities, other.probabilities, atol=1e-6)


def test_the_change_between_two_films_is_that_of_the_site_s_grades(
    samples: Path, strict: SiteSettings, models: Models
) -> None:
    settings = settings_of(False, strict)
    before, after = (
        kltool.read(samples / "case" / f"{name}.dcm", models, settings=settings)
        for name in ("before", "after")
    )
    (change,) = kltool.compare(before, after, models)
    assert not isinstance(change.grade, kltool.NotMeasured)
    grades = before.knees[0].grade
    assert isinstance(grades, kltool.Grade)
    assert np.sum(change.grade.transition, axis=1) == pytest.approx(grades.probabilities, abs=1e-4)


def test_a_site_of_another_grader_is_refused_before_a_film_is_read(
    samples: Path, strict: SiteSettings, models: Models
) -> None:
    settings = settings_of(False, replace(strict, grader="00" * 32))
    for read in (kltool.read, kltool.read_source):
        with pytest.raises(UsageError, match="00000000"):
            read(samples / NORMAL, models, settings=settings)


def test_readings_of_two_calibrations_are_not_equal(
    samples: Path, strict: SiteSettings, read_sample: ReadSample, models: Models
) -> None:
    assert kltool.read(samples / NORMAL, models, settings=settings_of(False, strict)) != read_sample(NORMAL)


def test_grades_of_two_calibrations_have_no_change(
    samples: Path, strict: SiteSettings, read_sample: ReadSample, models: Models
) -> None:
    before = kltool.read(samples / "case" / "before.dcm", models, settings=settings_of(False, strict))
    (change,) = kltool.compare(before, read_sample("case/after.dcm"), models)
    assert isinstance(change.grade, kltool.NotMeasured)
    assert holds(change.grade.reason, "site", "--site")
