"""A difference in positioning is later minus earlier, and a reason where one film does not show it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kltool.comparison.error import ErrorModel, positioning_error
from kltool.comparison.positioning import UNKNOWN, PositioningDifference, positioning_difference
from kltool.values.length import Length, NotMeasured
from kltool.values.reading import KneeReading, Reading

ReadSample = Callable[..., Reading]
MODEL = ErrorModel(per_imd=0.1, per_degree=0.02)


def positioned(knee: KneeReading, percent: float | None, degrees: float | None, tilt: float) -> KneeReading:
    absent = NotMeasured("not seen")
    imd = absent if percent is None else Length(1.0, percent, absent, 0.1, 0.1, absent)
    at = replace(
        knee.joint_space.positioning,
        imd=imd,
        rotation_deg=absent if degrees is None else degrees,
        tilt_deg=tilt,
    )
    return replace(knee, joint_space=replace(knee.joint_space, positioning=at))


@pytest.fixture
def knee(read_sample: ReadSample) -> KneeReading:
    return read_sample("case/before.dcm").knees[0]


def test_a_difference_is_later_minus_earlier(knee: KneeReading) -> None:
    found = positioning_difference(positioned(knee, 1.0, -3.0, 2.0), positioned(knee, 2.5, 4.0, -1.0))
    assert found == PositioningDifference(pytest.approx(1.5), pytest.approx(7.0), pytest.approx(-3.0))


def test_what_one_film_does_not_show_is_not_measured_and_adds_no_error(knee: KneeReading) -> None:
    found = positioning_difference(positioned(knee, None, 1.0, 0.0), positioned(knee, 2.0, None, 0.0))
    assert (found.imd, found.rotation_deg) == (UNKNOWN, UNKNOWN)
    assert positioning_error(found, MODEL) == 0.0


def test_beam_angle_and_rotation_add_in_quadrature() -> None:
    assert positioning_error(PositioningDifference(100 * 3 / 76, 20.0, 0.0), MODEL) == pytest.approx(
        0.5
    )  # 0.3 and 0.4 mm
