"""The law of a change's error, and the power that follows, are found again where they are known."""

import numpy as np
import pytest
from evaluation.comparison.fit_changes import fit_changes, stated
from evaluation.comparison.power import MeasuredChanges, measured_changes, ratio_95, smallest_detected
from evaluation.comparison.visits import KnownChange

from kltool.values.change import Comparability
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.spacing import Calibration
from kltool.values.width_change import Difference, ErrorComponents, Unit, WidthChange


def known(
    true: float, found: float, sd: float, imd: float = 0.0, turn: float = 0.0, seed: int = 0
) -> KnownChange:
    linked = Difference(found, ErrorComponents(sd, 0.0, 0.0, 0.0))
    alone = Difference(found, ErrorComponents(2 * sd, 0.0, 0.0, 0.0))
    change = WidthChange(Unit.MM, 3.0, 3.0 + found, alone, linked, 0.5)
    return KnownChange(
        seed, true, true != 0.0, True, Calibration.GEOMETRY, Comparability.COMPARABLE, change, imd, turn
    )


def known_changes(count: int = 3000) -> list[KnownChange]:
    """Errors of 0.05 mm, half of the margins' deviations, 0.1 mm for each mm and 0.01 mm for each degree."""
    random = np.random.default_rng(1)
    changes = []
    for seed in range(count):
        sd, imd, turn = random.uniform(0.05, 0.4), random.normal(0, 1.0), random.normal(0, 4.0)
        error = random.normal(0, np.sqrt(0.05**2 + (0.5 * sd) ** 2 + (0.1 * imd) ** 2 + (0.01 * turn) ** 2))
        changes.append(known(0.3, 0.3 + error, sd, imd, turn, seed))
    return changes


def test_the_parts_of_the_error_are_found_again() -> None:
    fit = fit_changes(known_changes())
    assert fit.count == 3000
    assert fit.linked_gain == pytest.approx(0.5, abs=0.08)
    assert fit.per_imd == pytest.approx(0.1, abs=0.02)
    assert fit.linked_floor * 76 == pytest.approx(0.05, abs=0.03)


def test_intervals_of_the_fit_hold_as_often_as_they_say() -> None:
    changes = known_changes()
    errors = np.array([one.measured.change - one.true_mm for one in changes])
    held = np.abs(errors) <= NORMAL_95 * stated(fit_changes(changes), changes)
    assert held.mean() == pytest.approx(0.95, abs=0.003)


def measured(error: float, count: int = 4000) -> MeasuredChanges:
    random = np.random.default_rng(2)
    true = random.uniform(-1.5, 1.5, count)
    found = true + random.normal(0, error, count)
    return MeasuredChanges(true, found, np.full(count, error), np.arange(count).astype(str))


@pytest.mark.parametrize("error", [0.1, 0.2, 0.3])
def test_the_smallest_change_that_is_detected_is_that_of_the_normal_law(error: float) -> None:
    """1.96 errors to be detected, and 0.84 more for four out of five."""
    assert smallest_detected(measured(error)) == pytest.approx((1.96 + 0.84) * error, rel=0.06)


def test_half_the_error_detects_changes_of_half_the_size() -> None:
    low, high = ratio_95(measured(0.1, 1500), measured(0.2, 1500))
    assert low < 0.5 < high
    assert high - low < 0.15


def test_coverage_and_detection_follow_from_the_error() -> None:
    pairs = measured(0.2)
    assert pairs.coverage == pytest.approx(0.95, abs=0.01)
    assert pairs.detected[np.abs(pairs.true) > 1.0].mean() > 0.99


def test_both_methods_are_taken_from_the_same_pairs() -> None:
    changes = [known(0.5, 0.6, 0.1, seed=seed) for seed in range(3)]
    linked, alone = (measured_changes(changes, linked, 0.0) for linked in (True, False))
    assert linked.standard_error == pytest.approx([0.1] * 3)
    assert alone.standard_error == pytest.approx([0.2] * 3)
    assert measured_changes(changes, True, 0.3).standard_error == pytest.approx([np.sqrt(0.01 + 0.18)] * 3)


def test_a_pair_that_was_not_measured_is_not_linked() -> None:
    absent = KnownChange(
        1, 0.0, False, True, Calibration.DETECTOR, None, NotMeasured("after: refused: no_knee"), 0.0, 0.0
    )
    assert not absent.linked
    assert known(0.0, 0.0, 0.1).linked
