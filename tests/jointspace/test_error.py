"""Errors grow with the doubt of the trace and with the film's, and the numbers stay what they are."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.jointspace import ErrorSettings, widened, widening
from kltool.values.length import Area, Length, NotMeasured
from kltool.values.radiograph import NoSpacing
from kltool.values.reading import Compartment, JointSpace, Quality
from tests.jointspace.simulated import Drawing, parallel
from tests.messages import absent, holds

SETTINGS = ErrorSettings(usable_factor=1.5, poor_factor=3.0)
SHARES = st.floats(0.0, 0.05)


@given(SHARES, SHARES)
def test_no_doubt_leaves_the_floor_and_no_number_lies_below_it(femur: float, tibia: float) -> None:
    settings = ErrorSettings(minimum_floor=0.002, fixed_floor=0.002, mean_floor=0.002)
    for error in (settings.of_minimum, settings.of_fixed, settings.of_mean):
        assert error(0.0, 0.0) == pytest.approx(0.002)
        assert error(femur, tibia) == error(tibia, femur)
        assert error(femur, tibia) >= 0.002


def test_doubts_of_0_3_and_0_4_per_cent_make_0_5() -> None:
    settings = ErrorSettings(minimum_floor=0.0, minimum_gain=1.0)
    assert settings.of_minimum(0.003, 0.004) == pytest.approx(0.005)


@pytest.mark.parametrize(
    ("quality", "factor"), [(Quality.GOOD, 1.0), (Quality.USABLE, 1.5), (Quality.POOR, 3.0)]
)
def test_a_film_that_is_less_than_good_widens_every_error_and_moves_no_number(
    quality: Quality, factor: float
) -> None:
    space = parallel(Drawing(), 4.0)
    wider = widened(space, quality, SETTINGS)
    for compartment in Compartment:
        for before, after in zip(numbers(space, compartment), numbers(wider, compartment), strict=True):
            for field in fields(before):
                was, now = getattr(before, field.name), getattr(after, field.name)
                expected = factor * was if field.name.startswith("sd_") else was
                assert now == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert wider.positioning == space.positioning


def numbers(space: JointSpace, compartment: Compartment) -> list[Length | Area]:
    found = space.of(compartment)
    every = [found.minimum, *found.at.values(), found.mean, found.area]
    return [number for number in every if not isinstance(number, NotMeasured)]


def test_what_was_not_measured_stays_so() -> None:
    none = NotMeasured("for this test")
    space = parallel(Drawing(), 4.0)
    at = {x: none if x == 0.250 else width for x, width in space.medial.at.items()}
    broken = replace(space.medial, minimum=none, at=at, mean=none, area=none)
    wider = widened(replace(space, medial=broken), Quality.POOR, SETTINGS).medial
    assert (wider.minimum, wider.at[0.250], wider.mean, wider.area) == (none,) * 4
    assert isinstance(wider.at[0.150], Length)


def test_without_millimetres_the_errors_in_pixels_are_widened_all_the_same() -> None:
    drawing = Drawing(spacing=NoSpacing("-"), pixel_mm=(0.4, 0.4))
    space = parallel(drawing, 4.0)
    before, after = space.medial.minimum, widened(space, Quality.POOR, SETTINGS).medial.minimum
    assert isinstance(before, Length)
    assert isinstance(after, Length)
    assert after.sd_px == pytest.approx(3.0 * before.sd_px)
    assert absent(after.sd_mm)
    assert after.sd_mm == before.sd_mm


def test_a_widened_error_is_told_and_only_that() -> None:
    assert widening(Quality.GOOD, SETTINGS) == ()
    (told,) = widening(Quality.POOR, SETTINGS)
    assert holds(told, "errors", "3 times", "poor")
