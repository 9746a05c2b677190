"""The repositioning error estimated from repeat films is the simulated one, as kltool compare uses it."""

from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import MatchOptions, agreement_of, ratings_of
from kltool.agreement.bootstrap import Resampling, Sample, bootstrap_weights, unit_weights
from kltool.agreement.repositioning import NAME, repositioning_estimator
from kltool.comparison.error import estimate_repositioning
from kltool.values.length import NotMeasured
from kltool.values.width_change import Difference, ErrorComponents
from tests.agreement.simulated import measured, ratings, repeats, write_csv

FEW = Resampling(100)


@pytest.mark.parametrize("true", [0.0, 0.25, 0.5])
def test_a_known_repositioning_error_is_found(true: float, tmp_path: Path) -> None:
    table = repeats(tmp_path, knees=2000, repositioning=true)
    estimate = agreement_of(ratings_of([table], MatchOptions(repeat=True)), FEW).repositioning[
        "medial_mjsw_mm"
    ]
    assert not isinstance(estimate.value, NotMeasured)
    assert estimate.value == pytest.approx(true, abs=0.04 if true else 0.08)


def test_it_equals_the_estimate_of_compare() -> None:
    """For the sample and for bootstrap replicates, in which repeats count as often as their participant."""
    random = np.random.default_rng(3)
    found = [
        Difference(float(random.normal(0, 0.5)), ErrorComponents(float(random.uniform(0.1, 0.4)), 0, 0, 0))
        for _ in range(41)
    ]
    group = repositioning_estimator(found, Sample(np.arange(41)))
    assert group.values_of(unit_weights(group.sample))[NAME][0] == pytest.approx(
        estimate_repositioning(found)
    )
    (weights,) = bootstrap_weights(group.sample, FEW)
    for row, value in zip(weights, group.values_of(weights)[NAME], strict=True):
        again = [one for one, count in zip(found, row.astype(int), strict=True) for _ in range(count)]
        assert value == pytest.approx(estimate_repositioning(again))


def test_without_stated_errors_or_with_few_repeats_there_is_none() -> None:
    widths = np.linspace(2, 5, 30)
    bare = ratings(measured("reading 1", widths), measured("reading 2", widths + 0.1), repeated=True)
    estimate = agreement_of(bare, FEW).repositioning["medial_mjsw_mm"]
    assert isinstance(estimate.value, NotMeasured)
    assert estimate.value.reason.startswith(
        "no column medial_mjsw_sd_mm with the stated error of each reading"
    )
    few = ratings(*(measured(f"reading {n}", widths[:19], widths[:19] / 20) for n in (1, 2)), repeated=True)
    assert agreement_of(few, FEW).repositioning["medial_mjsw_mm"].value == NotMeasured(
        "19 repeats found, at least 20 needed"
    )


def test_two_raters_are_not_repeats(tmp_path: Path) -> None:
    tables = [
        write_csv(tmp_path / f"{name}.csv", ("subject", "a_mm", "a_sd_mm"), [(n, n, 0.1) for n in range(30)])
        for name in ("one", "two")
    ]
    assert agreement_of(ratings_of(tables, MatchOptions()), FEW).repositioning == {}
