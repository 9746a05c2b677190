"""An interval follows from a value and its error, and a joint space is never narrower than 0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.values.joint_space import Margins, TracedJoint
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.measure import Compartment

VALUES = st.floats(0.0, 100.0)
ERRORS = st.floats(0.0, 20.0)
NO_MM = NotMeasured("no millimetres: no pixel spacing in the file")


@given(VALUES, ERRORS)
def test_an_interval_holds_the_value_reaches_1_96_sd_and_never_below_zero(value: float, sd: float) -> None:
    length = Length(value, value / 2, value / 4, sd, sd / 2, sd / 4)
    for (low, high), middle, error in (
        (length.interval_px, value, sd),
        (length.interval_percent, value / 2, sd / 2),
    ):
        assert 0.0 <= low <= middle <= high
        assert high - middle == pytest.approx(1.96 * error, rel=1e-4, abs=1e-9)
        assert low == pytest.approx(max(0.0, middle - 1.96 * error), rel=1e-3, abs=1e-3)
    millimetres = length.interval_mm
    assert not isinstance(millimetres, NotMeasured)
    assert millimetres[1] == pytest.approx(length.interval_px[1] / 4)


def test_an_interval_of_4_mm_with_an_error_of_a_tenth() -> None:
    line = ((0.0, 0.0), (20.0, 0.0))
    width = Width(20.0, 5.0, 4.0, 0.5, 0.125, 0.1, line)
    assert width.interval_mm == pytest.approx((3.804, 4.196), abs=1e-3)
    assert width.line == line


def test_bone_on_bone_has_an_interval_from_zero() -> None:
    low, high = Length(0.0, 0.0, 0.0, 1.0, 0.2, 0.1).interval_percent
    assert (low, high) == pytest.approx((0.0, 0.392), abs=1e-3)


def test_without_millimetres_the_interval_has_the_same_reason() -> None:
    assert Length(20.0, 5.0, NO_MM, 0.5, 0.1, NO_MM).interval_mm == NO_MM
    area = Area(900.0, 1.2, NO_MM, 30.0, 0.1, NO_MM, (0.15, 0.30))
    assert area.interval_mm2 == NO_MM
    assert area.interval_px2 == pytest.approx((841.2, 958.8), abs=0.1)
    assert area.interval_percent2 == pytest.approx((1.004, 1.396), abs=1e-3)


def test_a_traced_joint_knows_its_compartments() -> None:
    medial, lateral = NotMeasured("medial"), NotMeasured("lateral")
    traced = TracedJoint(medial, lateral, NotMeasured("plateau"))
    assert traced.of(Compartment.MEDIAL) is medial
    assert traced.of(Compartment.LATERAL) is lateral
    assert Margins.__slots__ == ("femur", "tibia", "femur_sd", "tibia_sd")
