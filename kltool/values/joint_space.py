"""The joint space of one knee: margins, widths of both compartments, positioning and image quality."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kltool.typing import Points
from kltool.values.by_value import ByValue
from kltool.values.length import Area, Length, NotMeasured, Width
from kltool.values.measure import Compartment, PictureSide, Place

SIDE_KNOWN: Final = NotMeasured("the side is known: see medial and lateral")


@dataclass(frozen=True, slots=True, eq=False)
class Margins(ByValue):
    """The bone margins of one compartment, in pixels of the film in right-knee orientation.

    Attributes
    ----------
    femur : numpy.ndarray
        (n, 2) (row, column), the lower edge of the condyle, in the order of the columns.
    tibia : numpy.ndarray
        (m, 2), the upper edge of the subchondral plate of the plateau, likewise.
    femur_sd, tibia_sd : numpy.ndarray
        (n,) and (m,), the standard deviation of each point across its margin, pixels.
    """

    femur: Points = field(repr=False)
    tibia: Points = field(repr=False)
    femur_sd: Points = field(repr=False)
    tibia_sd: Points = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class PlateauMargins(ByValue):
    """The anterior and posterior margins of the medial plateau: the upper and the lower one on the film.

    Where the beam is parallel to the plateau, they coincide.

    Attributes
    ----------
    upper, lower : numpy.ndarray
        (n, 2) (row, column), pixels in right-knee orientation, in the order of the columns.
    """

    upper: Points = field(repr=False)
    lower: Points = field(repr=False)


@dataclass(frozen=True, slots=True)
class TracedJoint:
    """The margins traced on the film of one knee, before anything is measured."""

    medial: Margins | NotMeasured
    lateral: Margins | NotMeasured
    plateau_margins: PlateauMargins | NotMeasured

    def of(self, compartment: Compartment) -> Margins | NotMeasured:
        return self.medial if compartment is Compartment.MEDIAL else self.lateral


@dataclass(frozen=True, slots=True)
class KneeAxis:
    """The x axis of the knee: the tangent to both distal condyles, from medial (0) to lateral (1).

    Attributes
    ----------
    origin, end : (float, float)
        (row, column) pixels in right-knee orientation of x = 0 and x = 1 on the tangent.
    """

    origin: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class CompartmentSpace(ByValue):
    """The joint space of one compartment, each number with its error or the reason why there is none.

    Attributes
    ----------
    minimum : Width or NotMeasured
        The smallest Euclidean distance between the margins within the weight-bearing range.
    fixed_widths : mapping of float to (Width or NotMeasured)
        The widths at the fixed locations of the OAI, by x: 0 (medial) to 1 (lateral).
    mean : Length or NotMeasured
        The mean width over the range of those locations, which is the area over the length of that range.
    area : Area or NotMeasured
        The area between the margins over that range.
    margins : Margins or NotMeasured
        The traced margins; of a knee of unknown side those of the more probable compartment.

    References
    ----------
    Neumann G., Hunter D., Nevitt M. et al. Location specific radiographic joint space width for
    osteoarthritis progression. Osteoarthritis Cartilage 2009; 17: 761-765.
    """

    minimum: Width | NotMeasured
    fixed_widths: Mapping[float, Width | NotMeasured]
    mean: Length | NotMeasured
    area: Area | NotMeasured
    margins: Margins | NotMeasured


@dataclass(frozen=True, slots=True)
class Positioning:
    """Positioning of the knee and of the beam, and image quality around the joint.

    Attributes
    ----------
    imd : Length or NotMeasured
        Inter-margin distance: the mean distance between the anterior and posterior margins of the medial
        plateau; 0 where the beam is parallel to it.
    rotation_deg : float or NotMeasured
        Of the leg about its long axis, from the spines against the notch; positive (external) where the
        spines lie medially of the notch.
    tilt_deg : float
        Of the knee in the picture; positive where its medial end is lower or, where the side is unknown, the
        end on the picture's right.
    complete : bool
        Whether plateau and margins lie on the film.
    clipped : float
        Share of the joint's pixels at the film's darkest or brightest value, 0 to 1.
    edge_width_percent : float or NotMeasured
        Width of the femoral edge from 10 to 90%, per cent of the tibial width.
    contrast_to_noise : float or NotMeasured
        The step at the femoral margin over the noise of pixels of 1/200 tibial width.
    """

    imd: Length | NotMeasured
    rotation_deg: float | NotMeasured
    tilt_deg: float
    complete: bool
    clipped: float
    edge_width_percent: float | NotMeasured
    contrast_to_noise: float | NotMeasured


@dataclass(frozen=True, slots=True)
class JointSpace:
    """The joint space of one knee.

    Attributes
    ----------
    medial, lateral : CompartmentSpace
        The two compartments.
    tibial_width_px : float
        Width of the tibial plateau, pixels.
    axis : KneeAxis
        The x axis of the fixed locations.
    plateau_margins : PlateauMargins or NotMeasured
        Anterior and posterior margins of the medial plateau.
    positioning : Positioning
        Positioning and image quality.
    metal : bool
        Whether there is metal near the joint.
    picture_left, picture_right : Width or NotMeasured
        The minima of a knee of unknown side, by where they lie in the picture. Medial and lateral have no
        widths then; where the side is known, these have none.
    """

    medial: CompartmentSpace
    lateral: CompartmentSpace
    tibial_width_px: float
    axis: KneeAxis
    plateau_margins: PlateauMargins | NotMeasured
    positioning: Positioning
    metal: bool
    picture_left: Width | NotMeasured = SIDE_KNOWN
    picture_right: Width | NotMeasured = SIDE_KNOWN

    @property
    def is_side_known(self) -> bool:
        """Whether medial and lateral are told apart."""
        return self.picture_left == SIDE_KNOWN

    @property
    def minima(self) -> Mapping[Place, Width | NotMeasured]:
        """Both minima, each measured or with its reason: medial and lateral or, where the side is unknown,
        those of the picture.
        """
        if self.is_side_known:
            return {one: self.of(one).minimum for one in Compartment}
        return {PictureSide.LEFT: self.picture_left, PictureSide.RIGHT: self.picture_right}

    def of(self, compartment: Compartment) -> CompartmentSpace:
        """The space of one compartment.

        Parameters
        ----------
        compartment : Compartment
            Medial or lateral.

        Returns
        -------
        CompartmentSpace
        """
        return self.medial if compartment is Compartment.MEDIAL else self.lateral
