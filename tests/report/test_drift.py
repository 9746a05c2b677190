"""Drift of a batch: the share of films unlike those of the training, and when it is more than chance."""

import pytest

from kltool.report.batch_summary import BatchSummary
from kltool.report.drift import Drift, drift_record, drift_sentences
from kltool.tables.columns import Row
from tests.messages import holds


def of_knees(graded: int, unlike: int, expected: float = 1.5) -> Drift:
    drift = Drift()
    for number in range(graded):
        drift.count(1.2 if number < unlike else 0.8, expected)
    return drift


@pytest.mark.parametrize(
    ("graded", "unlike", "told"),
    [(100, 5, False), (100, 9, False), (100, 10, True), (20, 3, False), (20, 4, True), (19, 19, False)],
)
def test_more_than_chance_is_told_with_the_remedy(graded: int, unlike: int, told: bool) -> None:
    sentences = drift_sentences(of_knees(graded, unlike))
    assert holds(sentences, f"{unlike} of {graded}", "5%")
    assert ("kltool calibrate" in sentences) is told


def test_the_mean_expected_grade_stands_beside_that_of_the_training() -> None:
    record = drift_record(of_knees(10, 0, 2.25))
    assert record["mean_expected_grade"] == 2.25
    assert record["share_unlike"] == 0.0
    assert holds(record["sentences"], "2.25", "1.22")


def test_without_a_graded_knee_there_are_no_figures() -> None:
    record = drift_record(Drift())
    assert record["share_unlike"] == record["mean_expected_grade"] == {"not_measured": "no knee was graded"}
    assert "nothing is known" in record["sentences"]


def test_rows_of_a_table_are_counted_once_each_and_those_without_a_grade_not_at_all() -> None:
    summary = BatchSummary()
    rows: list[Row] = [
        {"status": "ok", "kl_ood_score": 1.4, "kl_expected": 3.0},
        {"status": "ok", "kl_ood_score": 0.4, "kl_expected": 2.0},
        {"status": "ok", "kl_reason": "metal lies in the joint"},
        {"status": "refused", "code": "no_knee"},
    ]
    list(summary.watch(rows))
    assert (summary.drift.graded, summary.drift.unlike, summary.drift.mean) == (2, 1, 2.5)
