"""Phantoms: knees in millimetres whose margins are known curves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.jointspace import ErrorSettings, WidthSettings, measure_joint_space
from kltool.typing import Float64, Points
from kltool.values.joint_space import JointSpace, Margins, PlateauMargins, TracedJoint
from kltool.values.knee import Knee, Landmarks, Placement
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.metal import NO_METAL
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import Calibration, NoSpacing, Spacing

Curve = Callable[[float], float]

TIBIA_MM, FEMUR_MM = 76.0, 87.4  # the femur's width is 1.15 times the tibia's
CENTRE_MM = np.array([70.0, 80.0])
FILM_MM = (140.0, 160.0)
SQUARE = Spacing(0.4, 0.4, Calibration.GEOMETRY)
SIGN = {Compartment.MEDIAL: 1.0, Compartment.LATERAL: -1.0}  # direction of medial in right-knee orientation
NO_PLATEAU = NotMeasured("for this test")


@dataclass(frozen=True)
class Phantom:
    """Where things lie on a film: `across` runs medially, `down` towards the tibia, mm from the centre."""

    tilt_deg: float = 0.0
    spacing: Spacing | NoSpacing = SQUARE
    pixel_mm: tuple[float, float] | None = None  # of the film itself, where it carries no spacing

    @property
    def pixel(self) -> Float64:
        if self.pixel_mm is not None:
            return np.array(self.pixel_mm)
        assert isinstance(self.spacing, Spacing)
        return np.array([self.spacing.row_mm, self.spacing.column_mm])

    def place(self, across: Float64, down: Float64) -> Points:
        """(n, 2) film pixels."""
        tilt = np.radians(self.tilt_deg)
        along, normal = np.array([np.sin(tilt), np.cos(tilt)]), np.array([np.cos(tilt), -np.sin(tilt)])
        return np.asarray((CENTRE_MM + np.outer(across, along) + np.outer(down, normal)) / self.pixel)

    def x(self, compartment: Compartment, across: Float64) -> Float64:
        """x of the axis: 0.5 in the middle, 0 at the femur's medial edge."""
        return 0.5 - SIGN[compartment] * across / FEMUR_MM

    def knee(self, pixels: npt.NDArray[np.float32] | None = None, spread: float = 0.01) -> Knee:
        shape = tuple(np.ceil(np.array(FILM_MM) / self.pixel).astype(int))
        film = Radiograph(
            "phantom",
            np.zeros(shape, np.float32) if pixels is None else pixels,
            self.spacing,
            Side.RIGHT,
            SideSource.TAG,
        )
        tibia = self.place(np.linspace(-TIBIA_MM / 2, TIBIA_MM / 2, 9), np.full(9, 5.0))
        femur = self.place(np.linspace(-TIBIA_MM / 2, TIBIA_MM / 2, 7), np.zeros(7))
        ends = self.place(np.array([-FEMUR_MM / 2, FEMUR_MM / 2]), np.full(2, -15.0))
        across = tibia[-1] - tibia[0]
        centre = self.place(np.zeros(1), np.full(1, 2.5))[0]
        placement = Placement(
            (float(centre[0]), float(centre[1])),
            float(np.hypot(*across)),
            float(np.arctan2(across[0], across[1])),
            False,
        )
        landmarks = Landmarks(tibia, femur, spread, ends)
        return Knee(film, placement, landmarks, Side.RIGHT, SideSource.TAG, 1.0, 1.0, NO_METAL)

    def margins(
        self,
        compartment: Compartment,
        femur_mm: Curve,
        tibia_mm: Curve,
        sd_px: tuple[float, float] = (0.0, 0.0),
        reach: tuple[float, float] = (0.05, 0.40),
        tibial_reach: tuple[float, float] | None = None,
    ) -> Margins:
        """Depths over the distance from the femur's edge of that side, in femoral widths (x or 1 - x)."""
        femur = self._curve(compartment, femur_mm, reach)
        tibia = self._curve(compartment, tibia_mm, tibial_reach or reach)
        return Margins(femur, tibia, np.full(len(femur), sd_px[0]), np.full(len(tibia), sd_px[1]))

    def _curve(self, compartment: Compartment, depth_mm: Curve, reach: tuple[float, float]) -> Points:
        inwards = np.linspace(*reach, 500)
        across = SIGN[compartment] * (0.5 - inwards) * FEMUR_MM
        order = np.argsort(across)
        depth = np.array([depth_mm(place) for place in inwards])
        return self.place(across[order], depth[order])


def flat(depth_mm: float) -> Curve:
    return lambda _: depth_mm


def measured(
    phantom: Phantom,
    medial: Margins | NotMeasured,
    lateral: Margins | NotMeasured,
    plateau: PlateauMargins | NotMeasured = NO_PLATEAU,
    errors: ErrorSettings | None = None,
    widths: WidthSettings | None = None,
) -> JointSpace:
    traced = TracedJoint(medial, lateral, plateau)
    return measure_joint_space(phantom.knee(), traced, widths or WidthSettings(), errors or ErrorSettings())


def parallel(phantom: Phantom, gap_mm: float, errors: ErrorSettings | None = None) -> JointSpace:
    """Both compartments as two parallel lines with this gap."""
    medial, lateral = (phantom.margins(c, flat(0.0), flat(gap_mm)) for c in SIGN)
    return measured(phantom, medial, lateral, errors=errors)
