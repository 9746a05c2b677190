"""Positioning of phantoms: known distances of the plateau margins, known positions of the spines."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kltool.jointspace import ErrorSettings, WidthSettings, measure_joint_space
from kltool.jointspace.positioning import LEVER, NEUTRAL
from kltool.values.joint_space import PlateauMargins, Positioning, TracedJoint
from kltool.values.length import Length, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.spacing import Calibration, NoSpacing, Spacing
from tests.jointspace.simulated import NO_PLATEAU, SIGN, TIBIA_MM, Phantom, flat, measured, parallel

few = settings(max_examples=20)


def plateau_of(
    phantom: Phantom, upper: Callable[[float], float], lower: Callable[[float], float]
) -> PlateauMargins:
    lines = phantom.margins(Compartment.MEDIAL, upper, lower)
    return PlateauMargins(lines.femur, lines.tibia)


def position_with(phantom: Phantom, plateau: PlateauMargins) -> Positioning:
    margins = [phantom.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    return measured(phantom, *margins, plateau).positioning


@few
@given(st.floats(0.0, 4.0), st.floats(-20.0, 20.0), st.floats(0.25, 0.5), st.floats(0.25, 0.5))
def test_the_distance_of_parallel_plateau_margins_is_the_inter_margin_distance(
    distance_mm: float, tilt_deg: float, row_mm: float, column_mm: float
) -> None:
    phantom = Phantom(tilt_deg, Spacing(row_mm, column_mm, Calibration.GEOMETRY))
    imd = position_with(phantom, plateau_of(phantom, flat(6.0), flat(6.0 + distance_mm))).imd
    assert isinstance(imd, Length)
    assert imd.mm == pytest.approx(distance_mm, abs=1e-6)
    assert imd.percent == pytest.approx(100 * distance_mm / TIBIA_MM, abs=1e-6)
    assert imd.sd_percent == pytest.approx(100 * ErrorSettings().plateau_margin_sd)


def test_crossing_plateau_margins_have_the_mean_of_their_absolute_distances() -> None:
    """2 mm apart at either end of the fixed locations, crossing in their middle: 1 mm on average."""
    phantom = Phantom()
    plateau = plateau_of(phantom, lambda x: 6.0 + 2.0 * (x - 0.225) / 0.075, flat(6.0))
    imd = position_with(phantom, plateau).imd
    assert isinstance(imd, Length)
    assert imd.mm == pytest.approx(1.0, abs=1e-3)


def test_missing_plateau_margins_give_their_reason() -> None:
    assert parallel(Phantom(), 4.0).positioning.imd == NO_PLATEAU
    phantom = Phantom()
    plateau = plateau_of(phantom, flat(6.0), flat(7.0))
    short = replace(plateau, lower=plateau.lower[len(plateau.lower) // 2 :])
    assert position_with(phantom, short).imd == NotMeasured(
        "the margins of the plateau do not extend from x = 0.150 to 0.300"
    )


def test_without_millimetres_the_inter_margin_distance_is_in_per_cent() -> None:
    phantom = Phantom(spacing=NoSpacing("-"), pixel_mm=(0.4, 0.4))
    imd = position_with(phantom, plateau_of(phantom, flat(6.0), flat(7.0))).imd
    assert isinstance(imd, Length)
    assert imd.mm == NotMeasured("no millimetres: -")
    assert imd.percent == pytest.approx(100 / TIBIA_MM)


@few
@given(st.floats(-30.0, 30.0), st.floats(-20.0, 20.0))
def test_spines_medially_of_the_notch_are_external_rotation(degrees: float, tilt_deg: float) -> None:
    phantom = Phantom(tilt_deg)
    knee = phantom.knee()
    offset_mm = TIBIA_MM * (NEUTRAL + LEVER * np.sin(np.radians(degrees)))
    tilt = np.radians(tilt_deg)
    medially = offset_mm / 0.4 * np.array([np.sin(tilt), np.cos(tilt)])
    tibia = knee.landmarks.tibia.copy()
    tibia[3:6] += medially
    turned = replace(knee, landmarks=replace(knee.landmarks, tibia=tibia))
    margins = [phantom.margins(c, flat(0.0), flat(5.0)) for c in SIGN]
    space = measure_joint_space(turned, TracedJoint(*margins, NO_PLATEAU), WidthSettings(), ErrorSettings())
    assert space.positioning.rotation_deg == pytest.approx(degrees, abs=1e-6)


def test_spines_beyond_any_rotation_give_no_angle() -> None:
    phantom = Phantom()
    knee = phantom.knee()
    tibia = knee.landmarks.tibia.copy()
    tibia[3:6, 1] += 160.0
    far = replace(knee, landmarks=replace(knee.landmarks, tibia=tibia))
    space = measure_joint_space(
        far, TracedJoint(NO_PLATEAU, NO_PLATEAU, NO_PLATEAU), WidthSettings(), ErrorSettings()
    )
    assert space.positioning.rotation_deg == NotMeasured(
        "the tibial spines lie too far from the femoral notch"
    )


@pytest.mark.parametrize("tilt_deg", [-12.0, 0.0, 7.0])
def test_the_tilt_is_that_of_the_plateau_in_the_picture(tilt_deg: float) -> None:
    position = parallel(Phantom(tilt_deg), 4.0).positioning
    assert position.tilt_deg == pytest.approx(tilt_deg)
    assert position.complete
