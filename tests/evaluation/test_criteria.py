"""A criterion is met, or missed by a stated distance."""

import pytest
from evaluation.criteria import Criterion


@pytest.mark.parametrize(
    ("criterion", "value", "verdict"),
    [
        (Criterion(-0.05, 0.05), -0.05, "met"),
        (Criterion(-0.05, 0.05), 0.08, "missed by 0.03"),
        (Criterion(-0.05, 0.05), -0.25, "missed by 0.2"),
        (Criterion(most=0.10), 0.1, "met"),
        (Criterion(most=0.10), 0.1004, "missed by 0.0004"),
        (Criterion(least=0.93), 0.90, "missed by 0.03"),
        (Criterion(93.0, 97.0), 98.5, "missed by 1.5"),
        (Criterion(most=1.0), float("nan"), "missed: no figure"),
    ],
)
def test_a_figure_meets_its_criterion_or_the_distance_is_stated(
    criterion: Criterion, value: float, verdict: str
) -> None:
    assert criterion.verdict(value) == verdict
