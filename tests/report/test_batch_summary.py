"""The page of a batch lists what to look at first: by kind, then by the largest expected error."""

from kltool.report.batch_summary import BatchSummary
from kltool.tables.columns import Cell, Row


def row(path: str, quality: str, error: Cell) -> Row:
    return {"path": path, "status": "ok", "quality": quality, "expected_error_percent": error}


def test_the_largest_expected_error_comes_first_within_its_kind_and_good_films_not_at_all() -> None:
    summary = BatchSummary()
    rows = [
        row("usable", "usable", 1.2),
        row("poor", "poor", 1.4),
        row("good", "good", 0.4),
        row("worse", "poor", 1.9),
        row("without-a-minimum", "poor", None),
    ]
    list(summary.watch(rows))
    assert [case["path"] for case in summary.worst()] == ["without-a-minimum", "worse", "poor", "usable"]
    assert summary.to_review == 4
