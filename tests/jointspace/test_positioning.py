"""How the knee stood is measured from what is drawn: rims so far apart, spines so far from the notch."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kltool.jointspace import ErrorSettings, WidthSettings, measure
from kltool.jointspace.positioning import LEVER, NEUTRAL
from kltool.values.length import Length
from kltool.values.radiograph import Calibration, NoSpacing, Spacing
from kltool.values.reading import Compartment, Positioning, Rims, TracedJoint
from tests.jointspace.simulated import NO_RIMS, SIGN, TIBIA_MM, Drawing, flat, measured, parallel
from tests.messages import absent

few = settings(max_examples=20)


def rims_of(drawing: Drawing, upper: Callable[[float], float], lower: Callable[[float], float]) -> Rims:
    lines = drawing.margins(Compartment.MEDIAL, upper, lower)
    return Rims(lines.femur, lines.tibia)


def position_with(drawing: Drawing, rims: Rims) -> Positioning:
    margins = [drawing.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    return measured(drawing, *margins, rims).positioning


@few
@given(st.floats(0.0, 4.0), st.floats(-20.0, 20.0), st.floats(0.25, 0.5), st.floats(0.25, 0.5))
def test_rims_so_far_apart_are_that_inter_margin_distance(
    apart: float, tilt_deg: float, row_mm: float, column_mm: float
) -> None:
    drawing = Drawing(tilt_deg, Spacing(row_mm, column_mm, Calibration.GEOMETRY))
    imd = position_with(drawing, rims_of(drawing, flat(6.0), flat(6.0 + apart))).imd
    assert isinstance(imd, Length)
    assert imd.mm == pytest.approx(apart, abs=1e-6)
    assert imd.percent == pytest.approx(100 * apart / TIBIA_MM, abs=1e-6)
    assert imd.sd_percent == pytest.approx(100 * ErrorSettings().rim_sd)


def test_rims_that_cross_are_as_far_apart_as_they_are_on_average() -> None:
    """2 mm apart at either end of the fixed places, crossing in their middle: 1 mm on average."""
    drawing = Drawing()
    rims = rims_of(drawing, lambda x: 6.0 + 2.0 * (x - 0.225) / 0.075, flat(6.0))
    imd = position_with(drawing, rims).imd
    assert isinstance(imd, Length)
    assert imd.mm == pytest.approx(1.0, abs=1e-3)


def test_rims_that_are_not_known_leave_their_reason() -> None:
    assert parallel(Drawing(), 4.0).positioning.imd == NO_RIMS
    drawing = Drawing()
    rims = rims_of(drawing, flat(6.0), flat(7.0))
    short = replace(rims, lower=rims.lower[len(rims.lower) // 2 :])
    assert absent(position_with(drawing, short).imd, "plateau", "0.150 to 0.300")


def test_without_millimetres_the_distance_of_the_rims_is_in_per_cent() -> None:
    drawing = Drawing(spacing=NoSpacing("-"), pixel_mm=(0.4, 0.4))
    imd = position_with(drawing, rims_of(drawing, flat(6.0), flat(7.0))).imd
    assert isinstance(imd, Length)
    assert absent(imd.mm)
    assert imd.percent == pytest.approx(100 / TIBIA_MM)


@few
@given(st.floats(-30.0, 30.0), st.floats(-20.0, 20.0))
def test_spines_that_stand_medially_of_the_notch_are_a_leg_turned_outwards(
    degrees: float, tilt_deg: float
) -> None:
    drawing = Drawing(tilt_deg)
    knee = drawing.knee()
    offset_mm = TIBIA_MM * (NEUTRAL + LEVER * np.sin(np.radians(degrees)))
    tilt = np.radians(tilt_deg)
    medially = offset_mm / 0.4 * np.array([np.sin(tilt), np.cos(tilt)])
    tibia = knee.landmarks.tibia.copy()
    tibia[3:6] += medially
    turned = replace(knee, landmarks=replace(knee.landmarks, tibia=tibia))
    margins = [drawing.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    space = measure(turned, TracedJoint(*margins, NO_RIMS), WidthSettings(), ErrorSettings())
    assert space.positioning.rotation_deg == pytest.approx(degrees, abs=1e-6)


def test_spines_beyond_any_rotation_are_no_angle() -> None:
    drawing = Drawing()
    knee = drawing.knee()
    tibia = knee.landmarks.tibia.copy()
    tibia[3:6, 1] += 160.0
    far = replace(knee, landmarks=replace(knee.landmarks, tibia=tibia))
    space = measure(far, TracedJoint(NO_RIMS, NO_RIMS, NO_RIMS), WidthSettings(), ErrorSettings())
    assert absent(space.positioning.rotation_deg, "spines", "notch")


@pytest.mark.parametrize("tilt_deg", [-12.0, 0.0, 7.0])
def test_the_tilt_is_that_of_the_plateau_in_the_picture(tilt_deg: float) -> None:
    position = parallel(Drawing(tilt_deg), 4.0).positioning
    assert position.tilt_deg == pytest.approx(tilt_deg)
    assert position.whole
