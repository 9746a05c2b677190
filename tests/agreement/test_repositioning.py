"""Repeat films give the error of repositioning that made them differ, as kltool compare takes it."""

from pathlib import Path

import numpy as np
import pytest

from kltool.agreement import Wanted, agree, ratings_of
from kltool.agreement.bootstrap import Resampling, Sample, drawn, once
from kltool.agreement.repositioning import NAME, of_repeats
from kltool.comparison.error import repositioning_of
from kltool.values.change import Difference, ErrorParts
from kltool.values.length import NotMeasured
from tests.agreement.simulated import measured, ratings, repeats, write_csv
from tests.messages import absent

FEW = Resampling(100)


@pytest.mark.parametrize("true", [0.0, 0.25, 0.5])
def test_a_known_repositioning_error_is_found(true: float, tmp_path: Path) -> None:
    table = repeats(tmp_path, knees=2000, repositioning=true)
    figure = agree(ratings_of([table], Wanted(repeat=True)), FEW).repositioning["medial_mjsw_mm"]
    assert not isinstance(figure.value, NotMeasured)
    assert figure.value == pytest.approx(true, abs=0.04 if true else 0.08)


def test_it_is_the_same_function_that_compare_asks() -> None:
    """Once, and for people drawn again, whose repeats count as often as they were drawn."""
    random = np.random.default_rng(3)
    found = [
        Difference(float(random.normal(0, 0.5)), ErrorParts(float(random.uniform(0.1, 0.4)), 0, 0, 0))
        for _ in range(41)
    ]
    family = of_repeats(found, Sample(np.arange(41)))
    assert family.of(once(family.sample))[NAME][0] == pytest.approx(repositioning_of(found))
    (weights,) = drawn(family.sample, FEW)
    for row, value in zip(weights, family.of(weights)[NAME], strict=True):
        again = [one for one, count in zip(found, row.astype(int), strict=True) for _ in range(count)]
        assert value == pytest.approx(repositioning_of(again))


def test_without_stated_errors_or_with_few_repeats_there_is_none() -> None:
    widths = np.linspace(2, 5, 30)
    bare = ratings(measured("reading 1", widths), measured("reading 2", widths + 0.1), repeated=True)
    figure = agree(bare, FEW).repositioning["medial_mjsw_mm"]
    assert absent(figure.value, "medial_mjsw_sd_mm")
    few = ratings(*(measured(f"reading {n}", widths[:19], widths[:19] / 20) for n in (1, 2)), repeated=True)
    assert absent(agree(few, FEW).repositioning["medial_mjsw_mm"].value, "19 repeats", "20")


def test_two_raters_are_no_repeats(tmp_path: Path) -> None:
    tables = [
        write_csv(tmp_path / f"{name}.csv", ("subject", "a_mm", "a_sd_mm"), [(n, n, 0.1) for n in range(30)])
        for name in ("one", "two")
    ]
    assert agree(ratings_of(tables, Wanted()), FEW).repositioning == {}
