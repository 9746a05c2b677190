"""Relative magnification from pixel spacing and femoral width, weighted by their inverse variances."""

from collections.abc import Callable
from dataclasses import replace
from math import log

import numpy as np
import pytest

from kltool.comparison.magnification import FEMUR_SD, TIBIA_SD, Scales, scales_of
from kltool.values.reading import KneeReading, Reading
from kltool.values.spacing import TIER_SD, Calibration, NoSpacing, Spacing
from kltool.values.width_change import Unit

ReadSample = Callable[..., Reading]


@pytest.fixture
def knee(read_sample: ReadSample) -> KneeReading:
    return read_sample("case/before.dcm").knees[0]


def stated(knee: KneeReading, factor: float, tier: Calibration = Calibration.GEOMETRY) -> KneeReading:
    """The knee as if its film had stated millimetres so much larger."""
    spacing = knee.spacing
    assert isinstance(spacing, Spacing)
    other = Spacing(spacing.row_mm * factor, spacing.column_mm * factor, tier)
    return replace(knee, knee=replace(knee.knee, film=replace(knee.knee.film, spacing=other)))


def scales(before: KneeReading, after: KneeReading) -> Scales:
    return scales_of(before, after, (before.joint_space.axis, after.joint_space.axis))


def test_films_of_equal_scale_are_left_unchanged(knee: KneeReading) -> None:
    found = scales(knee, knee)
    assert found.sizes[0] == found.sizes[1]
    assert found.femur_log_ratio == 0.0
    assert found.unit is Unit.MM


def slid(knee: KneeReading, share: float) -> KneeReading:
    """The knee as if one end of its femur had been found farther out by this share of its width."""
    axis = knee.joint_space.axis
    away = np.array(axis.end) + share * (np.array(axis.end) - np.array(axis.origin))
    longer = replace(axis, end=(float(away[0]), float(away[1])))
    return replace(knee, joint_space=replace(knee.joint_space, axis=longer))


def test_a_femur_whose_end_slid_is_not_believed(knee: KneeReading) -> None:
    found = scales(knee, slid(knee, 0.09))
    assert not found.is_femur_believed
    assert found.sizes[0] == found.sizes[1]
    assert found.bone_log_ratio == 0.0
    assert found.relative_sd_between == pytest.approx(2**0.5 * found.relative_sd)


def test_a_femur_that_grew_with_the_outline_is_believed(knee: KneeReading) -> None:
    found = scales(knee, stated(knee, 1.3))
    assert found.is_femur_believed
    assert found.bone_log_ratio == found.femur_log_ratio == pytest.approx(log(1.3))


def test_a_small_slide_stays_below_what_is_believed(knee: KneeReading) -> None:
    assert scales(knee, slid(knee, 0.05)).is_femur_believed


@pytest.mark.parametrize("factor", [0.97, 1.02, 1.05])
def test_the_femoral_width_corrects_most_of_a_wrong_scale(factor: float, knee: KneeReading) -> None:
    found = scales(knee, stated(knee, factor))
    assert found.femur_log_ratio == pytest.approx(log(factor))
    left = log(found.sizes[1] / found.sizes[0])
    tier = TIER_SD[Calibration.GEOMETRY]
    assert left == pytest.approx(log(factor) * FEMUR_SD**2 / (2 * tier**2 + FEMUR_SD**2))


def test_the_less_precise_the_calibration_the_more_weight_has_the_femoral_width(knee: KneeReading) -> None:
    left = [
        log(found.sizes[1] / found.sizes[0])
        for tier in (Calibration.FIDUCIAL, Calibration.GEOMETRY, Calibration.DETECTOR)
        for found in [scales(stated(knee, 1.0, tier), stated(knee, 1.03, tier))]
    ]
    assert left == sorted(left, reverse=True)


def test_exchanging_the_films_exchanges_the_sizes_exactly(knee: KneeReading) -> None:
    one, other = knee, stated(knee, 1.04)
    there, back = scales(one, other), scales(other, one)
    assert there.sizes == back.sizes[::-1]
    assert there.femur_log_ratio == -back.femur_log_ratio


def test_without_millimetres_sizes_are_per_cent_of_one_tibial_width(knee: KneeReading) -> None:
    bare = replace(knee, knee=replace(knee.knee, film=replace(knee.knee.film, spacing=NoSpacing("none"))))
    found = scales(knee, bare)
    assert found.unit is Unit.PERCENT
    assert found.relative_sd == TIBIA_SD
    assert found.sizes[0] * knee.joint_space.tibial_width_px == pytest.approx(100.0, rel=1e-3)
