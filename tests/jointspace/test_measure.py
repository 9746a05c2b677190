"""Margins with a known gap are measured as that gap, however the knee lies in the picture."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kltool.geometry import Points
from kltool.jointspace import WidthSettings, measure
from kltool.jointspace.axis import FEMORAL_OVER_TIBIAL
from kltool.jointspace.measure import POSITIONS
from kltool.values.findings import Compartment, JointSpace, KneeAxis, Margins, NotMeasured, Width
from kltool.values.image import (
    Calibration,
    Knee,
    Landmarks,
    NoSpacing,
    Placement,
    Radiograph,
    Side,
    SideSource,
    Spacing,
)

WIDTH = 300.0  # of the tibia, in pixels
CENTRE = np.array([250.0, 260.0])
INNER, OUTER = 0.08 * WIDTH, 0.52 * WIDTH  # where margins begin and end, from the knee's middle
SQUARE = Spacing(0.2, 0.2, Calibration.GEOMETRY)
TILTS = st.floats(-25.0, 25.0)
GAPS = st.floats(1.0, 40.0)


def place(across: Points, down: Points, tilt_deg: float) -> Points:
    """(n, 2) pixels of points so far to the medial side and so far below the femoral margin."""
    tilt = np.radians(tilt_deg)
    along, normal = np.array([np.sin(tilt), np.cos(tilt)]), np.array([np.cos(tilt), -np.sin(tilt)])
    placed: Points = CENTRE + across[:, None] * along + down[:, None] * normal
    return placed


def knee(tilt_deg: float = 0.0, spacing: Spacing | NoSpacing = SQUARE) -> Knee:
    film = Radiograph("drawn", np.zeros((500, 500), np.float32), spacing, Side.RIGHT, SideSource.TAG)
    tibia = place(np.linspace(-WIDTH / 2, WIDTH / 2, 9), np.zeros(9), tilt_deg)
    femur = place(np.linspace(-WIDTH / 2, WIDTH / 2, 7), np.zeros(7), tilt_deg)
    placement = Placement((250.0, 260.0), WIDTH, float(np.radians(tilt_deg)), False)
    landmarks = Landmarks(tibia, femur, 0.01)
    return Knee(film, placement, landmarks, np.zeros((224, 224), np.float32), Side.RIGHT, SideSource.TAG, 1.0)


def parallel(
    gap: float, tilt_deg: float = 0.0, tibia_ends: tuple[float, float] = (INNER, OUTER)
) -> dict[Compartment, Margins | NotMeasured]:
    """Both compartments as two straight lines, so far apart."""
    margins: dict[Compartment, Margins | NotMeasured] = {}
    for compartment, sign in ((Compartment.MEDIAL, 1.0), (Compartment.LATERAL, -1.0)):
        femur = np.sort(sign * np.linspace(INNER, OUTER, 90))
        tibia = np.sort(sign * np.linspace(*tibia_ends, 90))
        margins[compartment] = Margins(
            place(femur, np.zeros(90), tilt_deg), place(tibia, np.full(90, gap), tilt_deg)
        )
    return margins


def measured(
    margins: Mapping[Compartment, Margins | NotMeasured],
    tilt_deg: float = 0.0,
    spacing: Spacing | NoSpacing = SQUARE,
) -> JointSpace:
    return measure(knee(tilt_deg, spacing), margins, WidthSettings())


def every_width(space: JointSpace, compartment: Compartment) -> list[Width | NotMeasured]:
    found = space.of(compartment)
    return [found.minimum, *found.at.values()]


@given(GAPS, TILTS)
def test_a_tilted_knee_does_not_read_wider(gap: float, tilt_deg: float) -> None:
    space = measured(parallel(gap, tilt_deg), tilt_deg)
    for compartment in Compartment:
        for width in every_width(space, compartment):
            assert isinstance(width, Width)
            assert width.px == pytest.approx(gap, abs=1e-6)
            assert width.mm == pytest.approx(0.2 * gap, abs=1e-6)
            assert width.percent == pytest.approx(100 * gap / WIDTH, abs=1e-6)


@given(st.floats(1.0, 8.0), TILTS)
def test_a_condyle_that_reaches_beyond_the_traced_plateau_is_not_bone_on_bone(
    gap: float, tilt_deg: float
) -> None:
    short = (0.2 * WIDTH, 0.4 * WIDTH)
    space = measured(parallel(gap, tilt_deg, short), tilt_deg)
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        assert isinstance(minimum, Width)
        assert minimum.px == pytest.approx(gap, abs=1e-6)


@given(st.floats(0.5, 8.0), TILTS, st.floats(0.15, 0.25), st.floats(0.15, 0.25))
def test_where_pixels_are_not_square_the_minimum_is_still_the_gap_in_millimetres(
    gap_mm: float, tilt_deg: float, row_mm: float, column_mm: float
) -> None:
    pixel = np.array([row_mm, column_mm]) / 0.2
    margins: dict[Compartment, Margins | NotMeasured] = {}
    for compartment, lines in parallel(gap_mm / 0.2, tilt_deg).items():
        assert isinstance(lines, Margins)
        margins[compartment] = Margins(lines.femur / pixel, lines.tibia / pixel)
    space = measured(margins, tilt_deg, Spacing(row_mm, column_mm, Calibration.GEOMETRY))
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        if isinstance(minimum, Width):
            assert minimum.mm == pytest.approx(gap_mm, abs=1e-6)


def test_the_minimum_is_the_shortest_way_and_not_the_vertical_one() -> None:
    """Over a plateau that falls off by 30 degrees the shortest way is the vertical one times cos 30."""
    margins = parallel(20.0)
    across = np.linspace(INNER, OUTER, 400)
    tibia = place(across, 20.0 + np.tan(np.pi / 6) * (across - INNER), 0.0)
    femur = place(across, np.zeros(400), 0.0)
    minimum = measured({**margins, Compartment.MEDIAL: Margins(femur, tibia)}).medial.minimum
    assert isinstance(minimum, Width)
    nearest_in_range = (0.5 - WidthSettings().medial_range[1]) * FEMORAL_OVER_TIBIAL * WIDTH
    vertical = 20.0 + np.tan(np.pi / 6) * (nearest_in_range - INNER)
    assert minimum.px == pytest.approx(np.cos(np.pi / 6) * vertical, abs=0.3)


def test_margins_that_cross_are_bone_on_bone_and_that_is_a_width() -> None:
    margins = parallel(10.0)
    across = np.linspace(INNER, OUTER, 200)
    bulge = place(across, 14.0 * np.exp(-(((across - 0.3 * WIDTH) / 15.0) ** 2)), 0.0)
    medial = margins[Compartment.MEDIAL]
    assert isinstance(medial, Margins)
    crossing = Margins(bulge, medial.tibia)
    space = measured({**margins, Compartment.MEDIAL: crossing})
    assert isinstance(space.medial.minimum, Width)
    assert space.medial.minimum.px == 0.0
    assert space.medial.minimum.mm == 0.0
    assert space.medial.margins is crossing
    assert isinstance(space.lateral.minimum, Width)
    assert space.lateral.minimum.px > 5.0


@pytest.mark.parametrize("missing", list(Compartment))
def test_a_margin_that_is_missing_leaves_its_reason_in_its_compartment_only(missing: Compartment) -> None:
    absent = NotMeasured(f"{missing} tibial margin not found: no clear edge")
    space = measured({**parallel(20.0), missing: absent})
    assert every_width(space, missing) == [absent] * (1 + len(POSITIONS[missing]))
    assert space.of(missing).margins == absent
    (other,) = set(Compartment) - {missing}
    assert all(isinstance(width, Width) for width in every_width(space, other))


def test_without_a_pixel_spacing_there_are_pixels_and_per_cent_but_no_millimetres() -> None:
    space = measured(parallel(30.0), spacing=NoSpacing("a plain picture carries no pixel spacing"))
    absent = NotMeasured("no millimetres: a plain picture carries no pixel spacing")
    for compartment in Compartment:
        for width in every_width(space, compartment):
            assert isinstance(width, Width)
            assert (width.mm, width.sd_mm) == (absent, absent)
            assert width.px == pytest.approx(30.0)
            assert width.percent == pytest.approx(10.0)


def test_a_place_that_a_margin_does_not_reach_says_which_margin() -> None:
    space = measured(parallel(20.0, tibia_ends=(0.3 * WIDTH, OUTER)))
    assert space.medial.at[0.300] == NotMeasured("the tibial margin does not reach x = 0.300")
    assert isinstance(space.medial.at[0.150], Width)


def test_x_runs_from_medial_to_lateral_over_the_width_of_the_femur() -> None:
    axis = measured(parallel(20.0)).axis
    assert isinstance(axis, KneeAxis)
    assert axis.origin == pytest.approx((250.0, 260.0 + FEMORAL_OVER_TIBIAL * WIDTH / 2))
    assert axis.end == pytest.approx((250.0, 260.0 - FEMORAL_OVER_TIBIAL * WIDTH / 2))


def test_medial_widths_lie_on_the_medial_side() -> None:
    space = measured(parallel(20.0))
    for compartment, sign in ((Compartment.MEDIAL, 1.0), (Compartment.LATERAL, -1.0)):
        for width in every_width(space, compartment):
            assert isinstance(width, Width)
            assert all(sign * (end[1] - 260.0) > 0 for end in width.line)
