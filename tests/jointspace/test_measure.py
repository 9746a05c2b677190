"""A known gap between margins is measured correctly at any position and tilt of the knee."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kltool.geometry.joint_axes import FIXED_LOCATIONS, location_range
from kltool.jointspace import ErrorSettings, WidthSettings, measure_joint_space
from kltool.values.joint_space import JointSpace, TracedJoint
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from tests.jointspace.simulated import FEMUR_MM, NO_PLATEAU, SIGN, TIBIA_MM, Phantom, flat, measured, parallel

Curve = Callable[[float], float]

TILTS = st.floats(-25.0, 25.0)
GAPS = st.floats(0.2, 11.0)  # mm
SIDES = st.floats(0.25, 0.5)  # of a pixel, mm
few = settings(max_examples=25)


def every_width(space: JointSpace, compartment: Compartment) -> list[Width | NotMeasured]:
    found = space.of(compartment)
    return [found.minimum, *found.fixed_widths.values()]


def every_number(space: JointSpace, compartment: Compartment) -> list[object]:
    found = space.of(compartment)
    return [*every_width(space, compartment), found.mean, found.area]


def medial_of(
    phantom: Phantom,
    femur: Curve,
    tibia: Curve,
    tibial_reach: tuple[float, float] | None = None,
    sd_px: float = 0.0,
) -> JointSpace:
    """Two equal condyles, so that the axis is horizontal, over the given medial plateau; 5 mm laterally."""
    sds = sd_px, sd_px
    medial = phantom.margins(Compartment.MEDIAL, femur, tibia, sds, tibial_reach=tibial_reach)
    lateral = phantom.margins(Compartment.LATERAL, femur, lambda x: femur(x) + 5.0)
    return measured(phantom, medial, lateral)


# -- The gap --------------------------------------------------------------------------------------


@few
@given(GAPS, TILTS)
def test_a_tilted_knee_does_not_read_wider(gap: float, tilt_deg: float) -> None:
    space = parallel(Phantom(tilt_deg), gap)
    for compartment in Compartment:
        mean = space.of(compartment).mean
        for length in (*every_width(space, compartment), mean):
            assert isinstance(length, Length)
            assert length.mm == pytest.approx(gap, abs=1e-6)
            assert length.px == pytest.approx(gap / 0.4, abs=1e-6)
            assert length.percent == pytest.approx(100 * gap / TIBIA_MM, abs=1e-6)


@few
@given(GAPS, TILTS, SIDES, SIDES)
def test_where_pixels_are_not_square_every_width_is_still_the_gap_in_millimetres(
    gap: float, tilt_deg: float, row_mm: float, column_mm: float
) -> None:
    space = parallel(Phantom(tilt_deg, Spacing(row_mm, column_mm, Calibration.GEOMETRY)), gap)
    for compartment in Compartment:
        for length in (*every_width(space, compartment), space.of(compartment).mean):
            assert isinstance(length, Length)
            assert length.mm == pytest.approx(gap, abs=1e-6)
            assert length.percent == pytest.approx(100 * gap / TIBIA_MM, rel=1e-6)


@few
@given(GAPS, TILTS, SIDES, SIDES)
def test_the_area_between_parallel_margins_is_their_gap_times_the_length_of_the_range(
    gap: float, tilt_deg: float, row_mm: float, column_mm: float
) -> None:
    space = parallel(Phantom(tilt_deg, Spacing(row_mm, column_mm, Calibration.GEOMETRY)), gap)
    sides = np.array([row_mm, column_mm])
    axis_mm = float(np.hypot(*((np.array(space.axis.end) - np.array(space.axis.origin)) * sides)))
    for compartment in Compartment:
        area, (low, high) = space.of(compartment).area, location_range(compartment)
        assert isinstance(area, Area)
        assert area.span == (low, high)
        assert area.mm2 == pytest.approx(gap * (high - low) * axis_mm, rel=1e-6)
        assert area.px2 == pytest.approx(gap * (high - low) * axis_mm / row_mm / column_mm, rel=1e-6)
        assert area.percent2 == pytest.approx(100 * gap * (high - low) * axis_mm / TIBIA_MM**2, rel=1e-6)


@few
@given(st.floats(0.5, 4.0), GAPS, TILTS)
def test_a_film_of_more_pixels_gives_the_same_millimetres_and_per_cent(
    finer: float, gap: float, tilt_deg: float
) -> None:
    side = 0.4 / finer
    coarse = parallel(Phantom(tilt_deg), gap)
    fine = parallel(Phantom(tilt_deg, Spacing(side, side, Calibration.GEOMETRY)), gap)
    for compartment in Compartment:
        one, other = coarse.of(compartment).area, fine.of(compartment).area
        assert isinstance(one, Area)
        assert isinstance(other, Area)
        assert other.mm2 == pytest.approx(one.mm2, rel=1e-6)
        assert other.percent2 == pytest.approx(one.percent2, rel=1e-6)
        for a, b in zip(every_width(coarse, compartment), every_width(fine, compartment), strict=True):
            assert isinstance(a, Width)
            assert isinstance(b, Width)
            assert (b.mm, b.percent) == pytest.approx((a.mm, a.percent), abs=1e-6)
            assert (b.sd_mm, b.sd_percent) == pytest.approx((a.sd_mm, a.sd_percent), abs=1e-9)


@few
@given(st.floats(1.0, 4.0), st.floats(-3.0, 5.0), TILTS)
def test_over_a_wedge_each_place_has_its_own_width_and_the_mean_is_that_of_the_middle(
    narrow: float, rise: float, tilt_deg: float
) -> None:
    """A plateau that falls off by `rise` mm over the medial range, never wider than a knee can be."""
    low, high = location_range(Compartment.MEDIAL)

    def tibia(x: float) -> float:
        return narrow + 3.0 + rise * (x - low) / (high - low)

    space = medial_of(Phantom(tilt_deg), flat(0.0), tibia, tibial_reach=(0.10, 0.32))
    for x, width in space.medial.fixed_widths.items():
        assert isinstance(width, Width)
        assert width.mm == pytest.approx(tibia(x), abs=1e-3)
    mean, area = space.medial.mean, space.medial.area
    assert isinstance(mean, Length)
    assert isinstance(area, Area)
    assert mean.mm == pytest.approx(tibia((low + high) / 2), abs=1e-3)
    assert area.mm2 == pytest.approx(tibia((low + high) / 2) * (high - low) * FEMUR_MM, rel=1e-3)


@few
@given(st.floats(0.3, 5.0), st.floats(0.20, 0.25), st.floats(10.0, 20.0), TILTS)
def test_the_minimum_under_a_round_condyle_is_its_distance_from_the_plateau(
    gap: float, x: float, radius: float, tilt_deg: float
) -> None:
    """A circle above a plateau that slopes by 10 degrees: the nearest way is across the slope."""
    slope = np.tan(np.radians(10.0))

    def femur(at: float) -> float:
        away = (at - x) * FEMUR_MM
        return -radius - gap + float(np.sqrt(max(radius**2 - away**2, 0.0)))

    def tibia(at: float) -> float:
        return slope * (at - x) * FEMUR_MM

    space = medial_of(Phantom(tilt_deg), femur, tibia)
    minimum = space.medial.minimum
    assert isinstance(minimum, Width)
    expected = (radius + gap) * np.cos(np.radians(10.0)) - radius
    if expected > 0.05:
        assert minimum.mm == pytest.approx(expected, abs=0.02)


def test_the_minimum_is_the_shortest_way_and_not_the_vertical_one() -> None:
    """Over a plateau that falls off by 30 degrees from a ridge in the range, the way to the ridge is it."""
    fall = np.tan(np.pi / 6) * FEMUR_MM
    space = medial_of(Phantom(), lambda x: 20.0 * abs(x - 0.2) - 2.0, lambda x: 4.0 + fall * abs(x - 0.26))
    minimum = space.medial.minimum
    assert isinstance(minimum, Width)
    assert isinstance(minimum.mm, float)
    x = np.linspace(*WidthSettings().medial_range, 2001)
    femur = np.column_stack([x * FEMUR_MM, 20.0 * np.abs(x - 0.2) - 2.0])
    tibia = np.column_stack([x * FEMUR_MM, 4.0 + fall * np.abs(x - 0.26)])
    expected = min(float(np.hypot(*(tibia - point).T).min()) for point in femur)
    vertical = float((tibia[:, 1] - femur[:, 1]).min())
    assert minimum.mm == pytest.approx(expected, abs=0.02)
    assert minimum.mm < vertical - 0.1


@pytest.mark.parametrize("compartment", list(Compartment))
def test_the_minimum_lies_within_the_weight_bearing_range(compartment: Compartment) -> None:
    """A spine at one end of the margin, an osteophyte at the other."""

    def bumps(x: float) -> float:
        return 5.0 - 4.0 * (x > 0.335) - 4.0 * (x < 0.07)

    phantom = Phantom()
    margins = phantom.margins(compartment, flat(0.0), bumps)
    other = phantom.margins(next(iter(set(Compartment) - {compartment})), flat(0.0), flat(5.0))
    both = (margins, other) if compartment is Compartment.MEDIAL else (other, margins)
    minimum = measured(phantom, *both).of(compartment).minimum
    assert isinstance(minimum, Width)
    assert minimum.mm == pytest.approx(5.0, abs=1e-6)


# -- Contact and crossing -------------------------------------------------------------------------


def bulging(depth_mm: float, half_width: float = 0.04) -> Curve:
    """A condyle that bulges downwards about x = 0.22; half_width in femoral widths."""
    return lambda x: depth_mm * max(0.0, 1.0 - ((x - 0.22) / half_width) ** 2)


def test_margins_that_touch_are_bone_on_bone_and_that_is_a_width() -> None:
    space = medial_of(Phantom(), bulging(4.5), flat(4.0), sd_px=0.3)
    for width in (space.medial.minimum, space.medial.fixed_widths[0.225]):
        assert isinstance(width, Width)
        assert (width.px, width.percent, width.mm) == (0.0, 0.0, 0.0)
        assert width.sd_px > 0.0
        assert isinstance(width.sd_mm, float)
        assert width.sd_mm > 0.0
        assert width.line[0] == width.line[1]
    assert isinstance(space.medial.fixed_widths[0.150], Width)
    assert space.medial.fixed_widths[0.150].px > 5.0
    assert isinstance(space.lateral.minimum, Width)
    assert space.lateral.minimum.px > 5.0


def test_where_margins_touch_the_area_is_zero_and_not_negative() -> None:
    open_space, contact = (medial_of(Phantom(), bulging(b), flat(4.0)).medial for b in (4.0, 4.7))
    assert isinstance(open_space.area, Area)
    assert isinstance(contact.area, Area)
    x = np.linspace(0.15, 0.30, 20001)
    gaps = [np.maximum(4.0 - np.array([bulging(b)(at) for at in x]), 0.0) for b in (4.0, 4.7)]
    for area, gap in zip((open_space.area, contact.area), gaps, strict=True):
        assert area.mm2 == pytest.approx(float(np.trapezoid(gap, x)) * FEMUR_MM, rel=2e-3)


def test_margins_that_cross_by_more_than_bones_can_are_not_measured() -> None:
    space = medial_of(Phantom(), bulging(6.5), flat(4.0))
    assert every_number(space, Compartment.MEDIAL) == [NotMeasured("the margins cross by 2.5 mm")] * 10
    assert isinstance(space.lateral.minimum, Width)


def test_without_millimetres_a_crossing_is_given_in_per_cent() -> None:
    phantom = Phantom(spacing=NoSpacing("-"), pixel_mm=(0.4, 0.4))
    space = medial_of(phantom, bulging(6.5), flat(4.0))
    assert space.medial.minimum == NotMeasured("the margins cross by 3.3 % of the tibial width")


def test_a_very_short_crossing_counts_as_contact() -> None:
    space = medial_of(Phantom(), bulging(6.5, half_width=0.004), flat(4.0))
    assert isinstance(space.medial.minimum, Width)
    assert space.medial.minimum.mm == 0.0


# -- What is no number ----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", list(Compartment))
def test_a_margin_that_is_missing_leaves_its_reason_in_its_compartment_only(missing: Compartment) -> None:
    phantom, absent = Phantom(), NotMeasured(f"{missing} tibial margin not found: no clear edge")
    both = {c: phantom.margins(c, flat(0.0), flat(5.0)) if c is not missing else absent for c in Compartment}
    space = measured(phantom, both[Compartment.MEDIAL], both[Compartment.LATERAL])
    assert every_number(space, missing) == [absent] * (3 + len(FIXED_LOCATIONS[missing]))
    assert space.of(missing).margins == absent
    (other,) = set(Compartment) - {missing}
    assert all(isinstance(width, Width) for width in every_width(space, other))


def test_without_a_pixel_spacing_there_are_pixels_and_per_cent_but_no_millimetres() -> None:
    phantom = Phantom(spacing=NoSpacing("a plain picture carries no pixel spacing"), pixel_mm=(0.4, 0.4))
    space = parallel(phantom, 4.0)
    absent = NotMeasured("no millimetres: a plain picture carries no pixel spacing")
    for compartment in Compartment:
        for length in (*every_width(space, compartment), space.of(compartment).mean):
            assert isinstance(length, Length)
            assert (length.mm, length.sd_mm, length.interval_mm) == (absent, absent, absent)
            assert length.px == pytest.approx(10.0)
            assert length.percent == pytest.approx(400 / TIBIA_MM)
        area = space.of(compartment).area
        assert isinstance(area, Area)
        assert (area.mm2, area.sd_mm2, area.interval_mm2) == (absent, absent, absent)
        assert area.px2 > 0.0


def test_a_location_that_a_margin_does_not_reach_names_the_margin_and_there_is_no_mean() -> None:
    space = medial_of(Phantom(), flat(0.0), flat(5.0), tibial_reach=(0.05, 0.29))
    absent = NotMeasured("the tibial margin does not reach x = 0.300")
    assert space.medial.fixed_widths[0.300] == absent
    assert isinstance(space.medial.fixed_widths[0.150], Width)
    assert space.medial.mean == absent
    assert space.medial.area == absent
    assert isinstance(space.medial.minimum, Width)


@pytest.mark.parametrize(("lost", "reported"), [(0.20, True), (0.34, False)])
def test_a_mean_needs_most_of_its_range_to_be_found(lost: float, reported: bool) -> None:
    """Over the rest the tibial margin plunges, so that no width there is valid."""
    low, high = location_range(Compartment.MEDIAL)
    plunge = high - lost * (high - low)
    space = medial_of(Phantom(), flat(0.0), lambda x: 4.0 if x < plunge else 14.0)
    if reported:
        assert isinstance(space.medial.mean, Length)
    else:
        absent = NotMeasured("both margins were found over only 66% of x = 0.150 to 0.300")
        assert (space.medial.mean, space.medial.area) == (absent, absent)
    assert isinstance(space.medial.minimum, Width)


def test_a_minimum_needs_most_of_its_range() -> None:
    space = medial_of(Phantom(), flat(0.0), flat(5.0), tibial_reach=(0.05, 0.25))
    assert space.medial.minimum == NotMeasured("both margins were traced over too little of x = 0.13 to 0.32")


def test_an_anatomically_impossible_width_is_not_measured() -> None:
    space = parallel(Phantom(), 12.5)
    assert every_number(space, Compartment.MEDIAL) == [
        NotMeasured("a width of 12.5 mm lies outside the anatomical range")
    ] * (3 + len(FIXED_LOCATIONS[Compartment.MEDIAL]))


@pytest.mark.parametrize("sd_px", [15.0, float("nan"), float("inf")])
def test_an_uncertain_margin_gives_no_measurement(sd_px: float) -> None:
    phantom = Phantom()
    unsure = phantom.margins(Compartment.MEDIAL, flat(0.0), flat(5.0), sd_px=(0.1, sd_px))
    space = measured(phantom, unsure, phantom.margins(Compartment.LATERAL, flat(0.0), flat(5.0)))
    for number in every_number(space, Compartment.MEDIAL):
        assert isinstance(number, NotMeasured)
        assert number.reason.startswith("the margin is too uncertain: standard deviation")
    assert isinstance(space.lateral.minimum, Width)


def test_a_location_beyond_the_edge_of_the_film_is_not_measured() -> None:
    """The film ends 2 mm below the femoral margin; the lateral margin lies on it, by a tilt of 10 degrees."""
    phantom = Phantom(tilt_deg=10.0)
    margins = [phantom.margins(c, flat(0.0), flat(4.0)) for c in SIGN]
    knee = phantom.knee(np.zeros((round(72.0 / 0.4), 400), np.float32))
    space = measure_joint_space(knee, TracedJoint(*margins, NO_PLATEAU), WidthSettings(), ErrorSettings())
    assert space.medial.minimum == NotMeasured("the minimum lies outside the film")
    assert space.medial.fixed_widths[0.250] == NotMeasured("x = 0.250 lies outside the film")
    assert space.medial.mean == NotMeasured("the range of the fixed locations lies outside the film")
    assert isinstance(space.lateral.fixed_widths[0.850], Width)
    assert not space.positioning.complete


# -- The error ------------------------------------------------------------------------------------


def test_the_error_is_the_floor_and_the_deviations_of_both_ends_in_quadrature() -> None:
    """Ends known to 0.3 and 0.4 px of 0.4 mm, a floor of 0.1 mm and a gain of 2: 0.41 mm."""
    errors = ErrorSettings(
        **{f"{kind}_floor": 0.1 / TIBIA_MM for kind in ("minimum", "fixed", "mean")},
        **{f"{kind}_gain": 2.0 for kind in ("minimum", "fixed", "mean")},
    )
    phantom, expected = Phantom(), float(np.hypot(0.1, 2.0 * 0.4 * 0.5))
    margins = [phantom.margins(c, flat(0.0), flat(5.0), sd_px=(0.3, 0.4)) for c in SIGN]
    space = measured(phantom, *margins, errors=errors)
    for compartment in Compartment:
        for length in (*every_width(space, compartment), space.of(compartment).mean):
            assert isinstance(length, Length)
            assert length.sd_mm == pytest.approx(expected, rel=1e-6)
            assert length.sd_px == pytest.approx(expected / 0.4, rel=1e-6)
            assert length.sd_percent == pytest.approx(100 * expected / TIBIA_MM, rel=1e-6)
        area, mean = space.of(compartment).area, space.of(compartment).mean
        assert isinstance(area, Area)
        assert isinstance(mean, Length)
        assert area.sd_mm2 / area.mm2 == pytest.approx(mean.sd_mm / mean.mm, rel=1e-6)
        assert area.sd_percent2 / area.percent2 == pytest.approx(mean.sd_mm / mean.mm, rel=1e-6)
        assert area.sd_px2 / area.px2 == pytest.approx(mean.sd_mm / mean.mm, rel=1e-6)


def test_each_type_of_measurement_has_its_own_error() -> None:
    errors = ErrorSettings(minimum_floor=0.001, fixed_floor=0.002, mean_floor=0.003)
    medial = parallel(Phantom(), 4.0, errors).medial
    found = [medial.minimum, medial.fixed_widths[0.250], medial.mean]
    assert [number.sd_percent for number in found if isinstance(number, Length)] == pytest.approx(
        [0.1, 0.2, 0.3]
    )


def test_the_error_of_the_minimum_is_that_of_the_place_where_it_lies() -> None:
    phantom = Phantom()
    margins = phantom.margins(Compartment.MEDIAL, bulging(2.0), flat(5.0))
    x = 0.5 - (margins.femur[:, 1] * 0.4 - 80.0) / FEMUR_MM
    unsure_elsewhere = replace(margins, femur_sd=np.where(np.abs(x - 0.22) < 0.02, 0.0, 2.0))
    errors = ErrorSettings(minimum_floor=0.001, fixed_floor=0.002, fixed_gain=1.5)
    space = measured(phantom, unsure_elsewhere, NotMeasured("for this test"), errors=errors)
    minimum, other = space.medial.minimum, space.medial.fixed_widths[0.150]
    assert isinstance(minimum, Width)
    assert isinstance(other, Width)
    assert minimum.sd_percent == pytest.approx(100 * 0.001)
    assert other.sd_mm == pytest.approx(np.hypot(1.5 * 0.8, 0.002 * TIBIA_MM))


# -- The axis -------------------------------------------------------------------------------------


def test_x_runs_from_medial_to_lateral_over_the_width_of_the_femur() -> None:
    axis = parallel(Phantom(), 5.0).axis
    middle, half = 80.0 / 0.4, FEMUR_MM / 2 / 0.4
    assert axis.origin == pytest.approx((70.0 / 0.4, middle + half), abs=1e-6)
    assert axis.end == pytest.approx((70.0 / 0.4, middle - half), abs=1e-6)


def test_medial_widths_lie_on_the_medial_side() -> None:
    space = parallel(Phantom(), 5.0)
    for compartment, sign in SIGN.items():
        for width in every_width(space, compartment):
            assert isinstance(width, Width)
            assert all(sign * (end[1] - 200.0) > 0 for end in width.line)


def test_the_ranges_are_those_of_the_settings() -> None:
    widths = WidthSettings()
    assert widths.range_of(Compartment.MEDIAL) == (0.13, 0.32)
    assert widths.range_of(Compartment.LATERAL) == (0.68, 0.87)
