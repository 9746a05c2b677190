"""Both margins of one compartment in the axes of the knee, with the settings by which they are measured."""

from dataclasses import dataclass

from kltool.errors import UsageError
from kltool.geometry.joint_axes import JointAxes, MarginProfile
from kltool.jointspace.error import ErrorSettings
from kltool.values.measure import Compartment
from kltool.values.scale import Scale


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """Ranges of x, and limits of a valid measurement; docs/choices.md#minimum-range and #no-number.

    Attributes
    ----------
    medial_range, lateral_range : (float, float)
        x in which the minimum is searched, 0 (medial) to 1 (lateral), ascending.
    deepest_contact, shortest_crossing, widest : float
        Tibial widths: margins that cross by more are wrong; a shorter crossing is ignored; the largest
        plausible width.
    least_traced : float
        Share, 0 to 1, of the range in which both margins must be traced.

    Raises
    ------
    UsageError
        Where a range or a share cannot be.
    """

    medial_range: tuple[float, float] = (0.13, 0.32)  # of the minimum
    lateral_range: tuple[float, float] = (0.68, 0.87)
    deepest_contact: float = 0.012  # of the tibial width: margins that cross by more are wrong
    shortest_crossing: float = 0.010  # of the tibial width: a shorter crossing is ignored
    widest: float = 0.16  # of the tibial width: the largest plausible width
    least_traced: float = 0.75  # share of the range of a minimum in which both margins must be traced

    def __post_init__(self) -> None:
        for low, high in (self.medial_range, self.lateral_range):
            if not 0.0 <= low < high <= 1.0:
                raise UsageError(f"range ({low}, {high}) of x found; ascending from 0 to 1 expected")
        limits = (
            self.deepest_contact,
            self.shortest_crossing,
            self.widest,
            self.least_traced,
        )
        if not all(0.0 <= limit <= 1.0 for limit in limits):
            raise UsageError(f"limits {limits} of widths found; 0 to 1 expected of each")

    def range_of(self, compartment: Compartment) -> tuple[float, float]:
        return self.medial_range if compartment is Compartment.MEDIAL else self.lateral_range


@dataclass(frozen=True, slots=True)
class TracedCompartment:
    """Both margins of one compartment in the axes of the knee, with all that their measurement needs."""

    femur: MarginProfile
    tibia: MarginProfile
    axes: JointAxes
    scale: Scale
    film: tuple[int, int]  # rows, columns
    widths: WidthSettings
    errors: ErrorSettings

    def relative_sd(self, femur_sd: float, tibia_sd: float) -> tuple[float, float]:
        """Isotropic units to shares of the tibial width."""
        return femur_sd / self.scale.tibial_width, tibia_sd / self.scale.tibial_width
