"""Where the side is unknown the two minima are measured as ever, and named by the picture alone."""

from dataclasses import replace

import numpy as np
import pytest

from kltool.jointspace import (
    ErrorSettings,
    QualityCriteria,
    WidthSettings,
    assess_quality,
    inflate_errors,
    measure_joint_space,
    with_other_orientation,
)
from kltool.jointspace.expected_error import ExpectedErrorSettings, expected_error
from kltool.values.expected_error import ExpectedError
from kltool.values.joint_space import SIDE_KNOWN, JointSpace, Margins, TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment, PictureSide
from kltool.values.radiograph import Side, SideSource
from kltool.values.reading import Quality
from tests.jointspace.simulated import NO_PLATEAU, Phantom, flat
from tests.messages import absent, holds

MEDIAL_MM, LATERAL_MM = 3.0, 5.0
LAW, CRITERIA = ExpectedErrorSettings(), QualityCriteria()


@pytest.fixture
def phantom() -> Phantom:
    return Phantom(tilt_deg=4.0)


def unknown(knee: Knee, mirrored: bool) -> Knee:
    """mirrored: whether the more probable side is the left one."""
    placement = replace(knee.placement, mirrored=mirrored)
    return replace(
        knee, side=Side.UNKNOWN, side_source=SideSource.UNKNOWN, placement=placement, side_probability=0.8
    )


def space_of(phantom: Phantom, knee: Knee, medial: Margins | NotMeasured | None = None) -> JointSpace:
    own = phantom.margins(Compartment.MEDIAL, flat(0.0), flat(MEDIAL_MM))
    lateral = phantom.margins(Compartment.LATERAL, flat(0.0), flat(LATERAL_MM))
    traced = TracedJoint(medial or own, lateral, NO_PLATEAU)
    return measure_joint_space(knee, traced, WidthSettings(), ErrorSettings())


def mm(width: Width | NotMeasured) -> float:
    assert isinstance(width, Width)
    assert isinstance(width.mm, float)
    return width.mm


@pytest.mark.parametrize(
    ("mirrored", "left", "right"), [(False, LATERAL_MM, MEDIAL_MM), (True, MEDIAL_MM, LATERAL_MM)]
)
def test_the_minima_are_those_of_the_picture(
    mirrored: bool, left: float, right: float, phantom: Phantom
) -> None:
    """In right-knee orientation lateral lies on the left; on a mirrored film on the right."""
    space = space_of(phantom, unknown(phantom.knee(), mirrored))
    assert mm(space.picture_left) == pytest.approx(left, abs=0.01)
    assert mm(space.picture_right) == pytest.approx(right, abs=0.01)
    assert list(space.minima) == list(PictureSide)
    assert not space.is_side_known


def test_what_needs_a_side_is_not_measured_for_this_reason(phantom: Phantom) -> None:
    space = space_of(phantom, unknown(phantom.knee(), False))
    for compartment in (space.medial, space.lateral):
        numbers = (
            compartment.minimum,
            compartment.mean,
            compartment.area,
            *compartment.fixed_widths.values(),
        )
        assert all(absent(number, "the side is unknown") for number in numbers)
        assert isinstance(compartment.margins, Margins)
    assert absent(space.positioning.rotation_deg, "the side is unknown")
    assert absent(space.positioning.imd, "the side is unknown")
    assert absent(space.plateau_margins, "the side is unknown")


def test_where_the_side_is_known_the_picture_has_no_minima(phantom: Phantom) -> None:
    space = space_of(phantom, phantom.knee())
    assert (space.picture_left, space.picture_right) == (SIDE_KNOWN, SIDE_KNOWN)
    assert space.minima == {one: space.of(one).minimum for one in Compartment}


@pytest.mark.parametrize(("mirrored", "sign"), [(False, 1.0), (True, -1.0)])
def test_the_tilt_is_that_of_the_picture(mirrored: bool, sign: float, phantom: Phantom) -> None:
    space = space_of(phantom, unknown(phantom.knee(), mirrored))
    assert space.positioning.tilt_deg == pytest.approx(sign * 4.0, abs=0.1)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_expected_error_is_that_of_the_same_minimum_with_a_side(mirrored: bool, phantom: Phantom) -> None:
    known, knee = phantom.knee(), unknown(phantom.knee(), mirrored)
    expected = expected_error(known, space_of(phantom, known), LAW, CRITERIA)
    found = expected_error(knee, space_of(phantom, knee), LAW, CRITERIA)
    assert isinstance(expected, ExpectedError)
    assert isinstance(found, ExpectedError)
    assert found.percent == expected.percent
    assert isinstance(found.compartment, PictureSide)
    assert found.compartment.compartment(mirrored) is expected.compartment


def test_a_minimum_that_is_missing_is_a_warning_by_its_place(phantom: Phantom) -> None:
    knee = unknown(phantom.knee(), False)
    space = space_of(phantom, knee, NotMeasured("the margin was not found"))
    quality, warnings = assess_quality(knee, space, NotMeasured("for this test"), CRITERIA)
    assert quality is not Quality.GOOD
    assert "picture right: the margin was not found" in warnings
    assert not any(holds(warning, "medial") or holds(warning, "side") for warning in warnings)


def test_the_errors_of_a_poor_film_are_larger_here_too(phantom: Phantom) -> None:
    space = space_of(phantom, unknown(phantom.knee(), False))
    poor = inflate_errors(space, Quality.POOR, ErrorSettings(poor_factor=2.0))
    for before, after in zip(space.minima.values(), poor.minima.values(), strict=True):
        assert isinstance(before, Width)
        assert isinstance(after, Width)
        assert after.sd_percent == pytest.approx(2 * before.sd_percent)


def in_both(phantom: Phantom, other_mm: float, probability: float) -> Width | NotMeasured:
    """The minimum on the picture's right, 3 mm in the more probable orientation, so many in the other."""
    own, other = (unknown(phantom.knee(), mirrored) for mirrored in (False, True))
    there = phantom.margins(Compartment.LATERAL, flat(0.0), flat(other_mm))
    traced = TracedJoint(phantom.margins(Compartment.MEDIAL, flat(0.0), flat(MEDIAL_MM)), there, NO_PLATEAU)
    in_other = measure_joint_space(other, traced, WidthSettings(), ErrorSettings())
    space = space_of(phantom, own)
    return with_other_orientation(space, in_other, probability, ErrorSettings()).picture_right


@pytest.mark.parametrize(("other_mm", "probability"), [(3.0, 0.5), (4.0, 0.9), (4.0, 0.5)])
def test_the_error_of_a_minimum_counts_what_the_other_orientation_says(
    other_mm: float, probability: float, phantom: Phantom
) -> None:
    """The width stays; its mean squared error is that of either orientation by its probability."""
    alone, found = (
        space_of(phantom, unknown(phantom.knee(), False)).picture_right,
        in_both(phantom, other_mm, probability),
    )
    assert isinstance(alone, Width)
    assert isinstance(found, Width)
    assert isinstance(alone.sd_mm, float)
    assert (found.mm, found.line) == (alone.mm, alone.line)
    expected = alone.sd_mm**2 + (1 - probability) * (other_mm - MEDIAL_MM) ** 2
    assert found.sd_mm == pytest.approx(expected**0.5, rel=0.02)


def test_a_minimum_that_is_another_one_in_the_other_orientation_is_none(phantom: Phantom) -> None:
    assert absent(in_both(phantom, 7.0, 0.5), "the width depends on the side")
    assert isinstance(in_both(phantom, 7.0, 0.99), Width)


@pytest.mark.parametrize(("offset_mm", "flagged"), [(0.0, False), (8.0, False), (20.0, True), (-20.0, True)])
def test_a_leg_that_is_rotated_whatever_its_side_is_poor(
    offset_mm: float, flagged: bool, phantom: Phantom
) -> None:
    """Spines 20 mm beside the notch: 35 degrees of one side, 46 of the other."""
    knee = unknown(phantom.knee(), False)
    tibia = knee.landmarks.tibia.copy()
    tibia[3:6] += np.array([0.0, offset_mm / 0.4])
    shifted = replace(knee, landmarks=replace(knee.landmarks, tibia=tibia))
    space = space_of(phantom, shifted)
    _, warnings = assess_quality(shifted, space, NotMeasured("for this test"), CRITERIA)
    assert any(holds(warning, "rotated by at least") for warning in warnings) is flagged
    assert not any(holds(warning, "externally") or holds(warning, "internally") for warning in warnings)
