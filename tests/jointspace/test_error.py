"""Errors grow with the uncertainty of the margins and of the film; the measurements do not change."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.jointspace import ErrorSettings, inflate_errors
from kltool.values.joint_space import JointSpace
from kltool.values.length import Area, Length, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Quality
from kltool.values.spacing import NoSpacing
from tests.jointspace.simulated import Phantom, parallel

SETTINGS = ErrorSettings(usable_factor=1.5, poor_factor=3.0)
SHARES = st.floats(0.0, 0.05)


@given(SHARES, SHARES)
def test_the_floor_is_the_smallest_error_and_that_of_certain_margins(femur: float, tibia: float) -> None:
    settings = ErrorSettings(minimum_floor=0.002, fixed_floor=0.002, mean_floor=0.002)
    for error in (settings.of_minimum, settings.of_fixed, settings.of_mean):
        assert error(0.0, 0.0) == pytest.approx(0.002)
        assert error(femur, tibia) == error(tibia, femur)
        assert error(femur, tibia) >= 0.002


def test_deviations_of_0_3_and_0_4_per_cent_give_0_5() -> None:
    settings = ErrorSettings(minimum_floor=0.0, minimum_gain=1.0)
    assert settings.of_minimum(0.003, 0.004) == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("quality", "factor"), [(Quality.GOOD, 1.0), (Quality.USABLE, 1.5), (Quality.POOR, 3.0)]
)
def test_a_film_of_less_than_good_quality_inflates_every_error_and_no_measurement(
    quality: Quality, factor: float
) -> None:
    space = parallel(Phantom(), 4.0)
    wider = inflate_errors(space, quality, SETTINGS)
    for compartment in Compartment:
        for before, after in zip(numbers(space, compartment), numbers(wider, compartment), strict=True):
            for field in fields(before):
                was, now = getattr(before, field.name), getattr(after, field.name)
                expected = factor * was if field.name.startswith("sd_") else was
                assert now == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert wider.positioning == space.positioning


def numbers(space: JointSpace, compartment: Compartment) -> list[Length | Area]:
    found = space.of(compartment)
    every = [found.minimum, *found.fixed_widths.values(), found.mean, found.area]
    return [number for number in every if not isinstance(number, NotMeasured)]


def test_a_missing_measurement_stays_missing() -> None:
    absent = NotMeasured("the margins cross by 2.0 mm")
    space = parallel(Phantom(), 4.0)
    at = {x: absent if x == 0.250 else width for x, width in space.medial.fixed_widths.items()}
    broken = replace(space.medial, minimum=absent, fixed_widths=at, mean=absent, area=absent)
    wider = inflate_errors(replace(space, medial=broken), Quality.POOR, SETTINGS).medial
    assert (wider.minimum, wider.fixed_widths[0.250], wider.mean, wider.area) == (absent,) * 4
    assert isinstance(wider.fixed_widths[0.150], Length)


def test_without_millimetres_the_errors_in_pixels_are_inflated() -> None:
    phantom = Phantom(spacing=NoSpacing("-"), pixel_mm=(0.4, 0.4))
    space = parallel(phantom, 4.0)
    before, after = space.medial.minimum, inflate_errors(space, Quality.POOR, SETTINGS).medial.minimum
    assert isinstance(before, Length)
    assert isinstance(after, Length)
    assert after.sd_px == pytest.approx(3.0 * before.sd_px)
    assert after.sd_mm == before.sd_mm == NotMeasured("no millimetres: -")
