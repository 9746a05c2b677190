"""Estimates of whole tables: as of independent libraries, whatever the order of rows and raters."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from kltool.agreement import MatchOptions, Resampling, agreement_of, ratings_of
from kltool.agreement.ratings import Column, Rater
from kltool.agreement.results import Agreement, Estimate
from kltool.values.length import NotMeasured
from tests.agreement.simulated import (
    column,
    graded,
    grades_of,
    measured,
    probabilities_of,
    ratings,
    trial,
    write_csv,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FEW = Resampling(100)


def estimates(found: Agreement) -> dict[str, Estimate]:
    """By measure and name, of the only pair."""
    return {
        **{f"kl {estimate.name}": estimate for one in found.grades for estimate in one.estimates},
        **{f"{one.width} {estimate.name}": estimate for one in found.widths for estimate in one.estimates},
    }


def value(estimate: Estimate) -> float:
    assert not isinstance(estimate.value, NotMeasured)
    return estimate.value


def test_estimates_of_grades_equal_those_of_scikit_learn(tmp_path: Path) -> None:
    tables = trial(tmp_path)
    found = agreement_of(ratings_of([tables["kltool"], tables["reader"]], MatchOptions()), FEW)
    (one,) = found.grades
    rater, reference, probabilities = one.grades.rater, one.grades.reference, one.grades.probabilities
    named = {estimate.name: estimate for estimate in one.estimates}
    assert value(named["kappa_quadratic"]) == pytest.approx(
        metrics.cohen_kappa_score(rater, reference, weights="quadratic")
    )
    assert value(named["auc_kl2"]) == pytest.approx(
        metrics.roc_auc_score(reference >= 2, probabilities[:, 2:].sum(axis=1))
    )
    assert value(named["balanced_accuracy"]) == pytest.approx(
        metrics.balanced_accuracy_score(reference, rater)
    )
    assert one.grades.confusion.tolist() == metrics.confusion_matrix(reference, rater).tolist()
    assert {(estimate.knees, estimate.participants) for estimate in one.estimates} == {(118, 60)}
    assert all(not isinstance(estimate.interval, NotMeasured) for estimate in one.estimates)


def test_the_expected_grade_has_its_own_error() -> None:
    rater = Rater("kltool", {**graded("", [0, 2]).columns, "kl_expected": column([0.5, 2.25])})
    found = estimates(agreement_of(ratings(rater, graded("reader", [0, 3])), FEW))
    assert value(found["kl mean_absolute_error_expected"]) == pytest.approx((0.5 + 0.75) / 2)
    assert value(found["kl mean_absolute_error"]) == pytest.approx(0.5)


def test_a_known_bias_and_a_calibrated_grader_are_found() -> None:
    random = np.random.default_rng(1)
    severity = random.normal(0, 1, 4000)
    probabilities = probabilities_of(severity, 0.5)
    truth = grades_of(severity + random.normal(0, 0.5, 4000))
    widths = 4 - severity.clip(-2, 2)
    rater = {**graded("kltool", (probabilities.cumsum(axis=1) < 0.5).sum(axis=1), probabilities).columns}
    rater |= measured("kltool", widths - 0.2 + random.normal(0, 0.3, 4000)).columns
    reader = {**graded("reader", truth).columns, **measured("reader", widths).columns}
    found = estimates(agreement_of(ratings(Rater("kltool", rater), Rater("reader", reader)), FEW))
    assert value(found["kl calibration_error"]) < 0.03
    assert value(found["kl calibration_error_kl2"]) < 0.03
    assert value(found["medial_mjsw_mm bias_mm"]) == pytest.approx(-0.2, abs=0.02)
    assert value(found["medial_mjsw_mm limit_upper_mm"]) == pytest.approx(-0.2 + 1.96 * 0.3, abs=0.03)
    true_icc = widths.var() / (widths.var() + 0.3**2 / 2)
    assert value(found["medial_mjsw_mm icc_3_1"]) == pytest.approx(true_icc, abs=0.01)


@given(st.permutations(range(24)))
def test_the_order_of_knees_does_not_matter(order: list[int]) -> None:
    random = np.random.default_rng(9)
    first, second, participants = random.integers(0, 5, 24), random.integers(0, 5, 24), np.arange(24) // 2
    original = agreement_of(ratings(graded("a", first), graded("b", second), participants=participants), FEW)
    at = np.array(order)
    shuffled = agreement_of(
        ratings(graded("a", first[at]), graded("b", second[at]), participants=participants[at]), FEW
    )
    assert estimates(original) == estimates(shuffled)


def test_exchanging_rater_and_reference_changes_only_the_sign_of_the_bias() -> None:
    """ICC, alpha and measurement error stay the same."""
    random = np.random.default_rng(3)
    first, second = random.normal(4, 1, 50), random.normal(4.2, 1, 50)
    one = estimates(agreement_of(ratings(measured("a", first), measured("b", second)), FEW))
    other = estimates(agreement_of(ratings(measured("a", first), measured("b", second), reference="a"), FEW))
    for name in ("icc_2_1", "icc_3_1", "alpha_interval", "within_subject_sd_mm", "rms_cv_percent"):
        estimate = f"medial_mjsw_mm {name}"
        assert value(one[estimate]) == pytest.approx(value(other[estimate]))
    assert value(one["medial_mjsw_mm bias_mm"]) == pytest.approx(-value(other["medial_mjsw_mm bias_mm"]))


def test_undefined_estimates_have_a_reason() -> None:
    same = np.full(20, 2)
    found = estimates(agreement_of(ratings(graded("kltool", same), graded("reader", same)), FEW))
    assert value(found["kl accuracy"]) == 1.0
    reasons = {
        "kl kappa_quadratic": "all grades are the same, so that agreement by chance is certain",
        "kl alpha_ordinal": "all grades are the same, so that agreement by chance is certain",
        "kl sensitivity_kl4": "the reference has no knee of KL 4",
        "kl auc_kl2": "kltool gives no probabilities (columns kl_p0 to kl_p4) for these knees",
    }
    assert {name: found[name].value for name in reasons} == {
        name: NotMeasured(reason) for name, reason in reasons.items()
    }
    probable = estimates(
        agreement_of(
            ratings(graded("kltool", same, probabilities_of(np.zeros(20), 0.5)), graded("reader", same)), FEW
        )
    )
    assert probable["kl auc_kl3"].value == NotMeasured(
        "the reference has no knee below KL 3, or none of KL 3 or higher"
    )
    one_knee = estimates(agreement_of(ratings(measured("a", [3.0]), measured("b", [3.2])), FEW))
    assert one_knee["medial_mjsw_mm sd_mm"].value == NotMeasured("one knee has no standard deviation")
    assert value(one_knee["medial_mjsw_mm bias_mm"]) == pytest.approx(-0.2)


def test_no_estimate_is_nan() -> None:
    random = np.random.default_rng(4)
    for count in (1, 2, 12):
        closed = np.zeros(count)
        for width in (closed, random.random(count)):
            found = agreement_of(ratings(measured("a", width), measured("b", closed)), FEW)
            for estimate in estimates(found).values():
                assert isinstance(estimate.value, NotMeasured) or np.isfinite(estimate.value)


def test_gaps_of_one_of_three_raters_reduce_only_the_sample_of_the_icc() -> None:
    random = np.random.default_rng(6)
    true = random.normal(4, 1, 40)
    raters = [measured(name, true + random.normal(0, 0.2, 40)) for name in "abc"]
    widths = raters[1].columns["medial_mjsw_mm"]
    gappy = Rater("b", {"medial_mjsw_mm": Column(widths.values, np.arange(40) >= 10)})
    found = agreement_of(ratings(raters[0], gappy, raters[2]), FEW)
    named = {estimate.name: estimate for estimate in found.all_raters["medial_mjsw_mm"]}
    assert {name: estimate.knees for name, estimate in named.items()} == {
        **dict.fromkeys(("within_subject_sd_mm", "smallest_detectable_change_mm", "rms_cv_percent"), 40),
        **{"alpha_interval": 40, "icc_2_1": 30, "icc_3_1": 30},
    }
    assert value(named["within_subject_sd_mm"]) == pytest.approx(0.2, rel=0.2)
    assert [(one.rater, one.reference) for one in found.widths] == [("a", "c"), ("b", "c")]


def test_alpha_of_all_raters_equals_that_of_the_library() -> None:
    library = pytest.importorskip("krippendorff")
    random = np.random.default_rng(8)
    grades = random.integers(0, 5, (3, 30))
    known = random.random((3, 30)) < 0.7
    raters = [
        Rater(name, {"kl": column(one, there)}) for name, one, there in zip("abc", grades, known, strict=True)
    ]
    found = agreement_of(ratings(*raters), FEW).all_raters["kl"]
    expected = library.alpha(
        reliability_data=np.where(known, grades, np.nan)[:, known.sum(axis=0) > 1],
        level_of_measurement="ordinal",
        value_domain=list(range(5)),
    )
    assert value(found[0]) == pytest.approx(expected)


def test_raters_without_a_common_measure_are_no_pair() -> None:
    both = ratings(graded("a", [1, 2]), measured("b", [3, 4]), Rater("c", {**graded("c", [1, 2]).columns}))
    found = agreement_of(replace(both, reference="c"), FEW)
    assert [(one.rater, one.reference) for one in found.grades] == [("a", "c")]
    assert found.widths == ()


def test_two_readers_of_another_hospital_agree_as_scikit_learn_says(tmp_path: Path) -> None:
    labels = SHARED / "external" / "labels.csv"
    if not labels.is_file():
        pytest.skip("../shared/data is not here")
    with labels.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "single"]
    tables = [
        write_csv(
            tmp_path / f"{name}.csv", ("path", "kl"), [(row["image"], row[f"{name}_kl"]) for row in rows]
        )
        for name in ("expert1", "expert2")
    ]
    found = agreement_of(ratings_of(tables, MatchOptions()))
    kappa = estimates(found)["kl kappa_quadratic"]
    rater, reference = ([int(row[f"{name}_kl"]) for row in rows] for name in ("expert1", "expert2"))
    expected = metrics.cohen_kappa_score(rater, reference, weights="quadratic")
    assert value(kappa) == pytest.approx(expected)
    assert kappa.knees == len(rows)
    assert found.ratings.knees_without_participant == len(rows)
