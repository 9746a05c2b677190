"""Figures of whole tables: those of independent libraries, the same however rows and raters are ordered."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from kltool.agreement import Resampling, Wanted, agree, ratings_of
from kltool.agreement.ratings import Column, Rater
from kltool.agreement.results import Agreement, Figure
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
from tests.messages import absent

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FEW = Resampling(100)


def figures(found: Agreement) -> dict[str, Figure]:
    """By measure and name, of the only pair."""
    return {
        **{f"kl {figure.name}": figure for one in found.grades for figure in one.figures},
        **{f"{one.width} {figure.name}": figure for one in found.widths for figure in one.figures},
    }


def value(figure: Figure) -> float:
    assert not isinstance(figure.value, NotMeasured)
    return figure.value


def test_the_grades_of_a_trial_have_the_figures_of_scikit_learn(tmp_path: Path) -> None:
    tables = trial(tmp_path)
    found = agree(ratings_of([tables["kltool"], tables["reader"]], Wanted()), FEW)
    (one,) = found.grades
    judged, reference, said = one.grades.judged, one.grades.reference, one.grades.probabilities
    named = {figure.name: figure for figure in one.figures}
    assert value(named["kappa_quadratic"]) == pytest.approx(
        metrics.cohen_kappa_score(judged, reference, weights="quadratic")
    )
    assert value(named["auc_kl2"]) == pytest.approx(
        metrics.roc_auc_score(reference >= 2, said[:, 2:].sum(axis=1))
    )
    assert value(named["balanced_accuracy"]) == pytest.approx(
        metrics.balanced_accuracy_score(reference, judged)
    )
    assert one.grades.confusion.tolist() == metrics.confusion_matrix(reference, judged).tolist()
    assert {(figure.knees, figure.participants) for figure in one.figures} == {(118, 60)}
    assert all(not isinstance(figure.interval, NotMeasured) for figure in one.figures)


def test_expected_grades_have_an_error_of_their_own() -> None:
    judged = Rater("kltool", {**graded("", [0, 2]).columns, "kl_expected": column([0.5, 2.25])})
    found = figures(agree(ratings(judged, graded("reader", [0, 3])), FEW))
    assert value(found["kl mean_absolute_error_expected"]) == pytest.approx((0.5 + 0.75) / 2)
    assert value(found["kl mean_absolute_error"]) == pytest.approx(0.5)


def test_a_bias_and_a_grader_who_knows_his_error_are_found_again() -> None:
    random = np.random.default_rng(1)
    severity = random.normal(0, 1, 4000)
    said = probabilities_of(severity, 0.5)
    truth = grades_of(severity + random.normal(0, 0.5, 4000))
    widths = 4 - severity.clip(-2, 2)
    judged = {**graded("kltool", (said.cumsum(axis=1) < 0.5).sum(axis=1), said).columns}
    judged |= measured("kltool", widths - 0.2 + random.normal(0, 0.3, 4000)).columns
    reader = {**graded("reader", truth).columns, **measured("reader", widths).columns}
    found = figures(agree(ratings(Rater("kltool", judged), Rater("reader", reader)), FEW))
    assert value(found["kl calibration_error"]) < 0.03
    assert value(found["kl calibration_error_kl2"]) < 0.03
    assert value(found["medial_mjsw_mm bias_mm"]) == pytest.approx(-0.2, abs=0.02)
    assert value(found["medial_mjsw_mm limit_upper_mm"]) == pytest.approx(-0.2 + 1.96 * 0.3, abs=0.03)
    true_icc = widths.var() / (widths.var() + 0.3**2 / 2)
    assert value(found["medial_mjsw_mm icc_3_1"]) == pytest.approx(true_icc, abs=0.01)


@given(st.permutations(range(24)))
def test_the_order_of_knees_does_not_matter(order: list[int]) -> None:
    random = np.random.default_rng(9)
    first, second, people = random.integers(0, 5, 24), random.integers(0, 5, 24), np.arange(24) // 2
    as_they_came = agree(ratings(graded("a", first), graded("b", second), people=people), FEW)
    at = np.array(order)
    shuffled = agree(ratings(graded("a", first[at]), graded("b", second[at]), people=people[at]), FEW)
    assert figures(as_they_came) == figures(shuffled)


def test_raters_may_change_places() -> None:
    """Kappa, alpha and ICC stay, the bias turns its sign, sensitivity becomes another figure."""
    random = np.random.default_rng(3)
    first, second = random.normal(4, 1, 50), random.normal(4.2, 1, 50)
    one = figures(agree(ratings(measured("a", first), measured("b", second)), FEW))
    other = figures(agree(ratings(measured("a", first), measured("b", second), reference="a"), FEW))
    for name in ("icc_2_1", "icc_3_1", "alpha_interval", "within_subject_sd_mm", "rms_cv_percent"):
        figure = f"medial_mjsw_mm {name}"
        assert value(one[figure]) == pytest.approx(value(other[figure]))
    assert value(one["medial_mjsw_mm bias_mm"]) == pytest.approx(-value(other["medial_mjsw_mm bias_mm"]))


def test_what_is_not_defined_says_why() -> None:
    same = np.full(20, 2)
    found = figures(agree(ratings(graded("kltool", same), graded("reader", same)), FEW))
    assert value(found["kl accuracy"]) == 1.0
    for name, facts in (
        ("kl kappa_quadratic", ("all grades", "same", "chance")),
        ("kl alpha_ordinal", ("all grades", "same", "chance")),
        ("kl sensitivity_kl4", ("reference", "KL 4")),
        ("kl auc_kl2", ("kltool", "no probabilities", "kl_p0 to kl_p4")),
    ):
        assert absent(found[name].value, *facts)
    probable = figures(
        agree(
            ratings(graded("kltool", same, probabilities_of(np.zeros(20), 0.5)), graded("reader", same)), FEW
        )
    )
    assert absent(probable["kl auc_kl3"].value, "reference", "KL 3")
    one_knee = figures(agree(ratings(measured("a", [3.0]), measured("b", [3.2])), FEW))
    assert absent(one_knee["medial_mjsw_mm sd_mm"].value, "one knee")
    assert value(one_knee["medial_mjsw_mm bias_mm"]) == pytest.approx(-0.2)


def test_no_figure_is_ever_not_a_number() -> None:
    random = np.random.default_rng(4)
    for count in (1, 2, 12):
        closed = np.zeros(count)
        for width in (closed, random.random(count)):
            found = agree(ratings(measured("a", width), measured("b", closed)), FEW)
            for figure in figures(found).values():
                assert isinstance(figure.value, NotMeasured) or np.isfinite(figure.value)


def test_three_raters_have_figures_together_and_gaps_cost_only_what_needs_all() -> None:
    random = np.random.default_rng(6)
    true = random.normal(4, 1, 40)
    raters = [measured(name, true + random.normal(0, 0.2, 40)) for name in "abc"]
    widths = raters[1].columns["medial_mjsw_mm"]
    gappy = Rater("b", {"medial_mjsw_mm": Column(widths.values, np.arange(40) >= 10)})
    found = agree(ratings(raters[0], gappy, raters[2]), FEW)
    named = {figure.name: figure for figure in found.together["medial_mjsw_mm"]}
    assert {name: figure.knees for name, figure in named.items()} == {
        **dict.fromkeys(("within_subject_sd_mm", "smallest_detectable_change_mm", "rms_cv_percent"), 40),
        **{"alpha_interval": 40, "icc_2_1": 30, "icc_3_1": 30},
    }
    assert value(named["within_subject_sd_mm"]) == pytest.approx(0.2, rel=0.2)
    assert [(one.judged, one.reference) for one in found.widths] == [("a", "c"), ("b", "c")]


def test_alpha_of_all_raters_is_that_of_the_library() -> None:
    library = pytest.importorskip("krippendorff")
    random = np.random.default_rng(8)
    grades = random.integers(0, 5, (3, 30))
    known = random.random((3, 30)) < 0.7
    raters = [
        Rater(name, {"kl": column(one, there)}) for name, one, there in zip("abc", grades, known, strict=True)
    ]
    found = agree(ratings(*raters), FEW).together["kl"]
    expected = library.alpha(
        reliability_data=np.where(known, grades, np.nan)[:, known.sum(axis=0) > 1],
        level_of_measurement="ordinal",
        value_domain=list(range(5)),
    )
    assert value(found[0]) == pytest.approx(expected)


def test_raters_without_a_measure_in_common_are_no_pair() -> None:
    both = ratings(graded("a", [1, 2]), measured("b", [3, 4]), Rater("c", {**graded("c", [1, 2]).columns}))
    found = agree(replace(both, reference="c"), FEW)
    assert [(one.judged, one.reference) for one in found.grades] == [("a", "c")]
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
    found = agree(ratings_of(tables, Wanted()))
    kappa = figures(found)["kl kappa_quadratic"]
    judged, reference = ([int(row[f"{name}_kl"]) for row in rows] for name in ("expert1", "expert2"))
    expected = metrics.cohen_kappa_score(judged, reference, weights="quadratic")
    assert value(kappa) == pytest.approx(expected)
    assert kappa.knees == len(rows)
    assert found.ratings.unnamed == len(rows)
