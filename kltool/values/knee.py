"""One knee of a radiograph: where it lies, its landmarks, its film in right-knee orientation, its scale."""

from dataclasses import dataclass, field, replace

from kltool.typing import Float32, Float64
from kltool.values.by_value import ByValue
from kltool.values.letter import Letter
from kltool.values.metal import Metal
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.scale import Scale, scale_of
from kltool.values.spacing import NoSpacing, Spacing


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a knee lies on its film in right-knee orientation.

    All coordinates of a knee are those of this picture, on which lateral lies on the left.

    Attributes
    ----------
    centre : (float, float)
        (row, column) of the centre of the joint, pixels.
    tibial_width_px : float
        Between the outer edges of the plateau, pixels.
    tilt_rad : float
        Tilt of the plateau, positive from the column axis towards the row axis.
    mirrored : bool
        Whether the film is mirrored first (column c becomes columns - 1 - c), as it is for a left knee.
    """

    centre: tuple[float, float]
    tibial_width_px: float
    tilt_rad: float
    mirrored: bool


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks(ByValue):
    """Points on the outline of a knee, (row, column) pixels in right-knee orientation, lateral to medial.

    Source of the points on the margins: Tiulpin et al. 2019 (KNEEL).

    Attributes
    ----------
    tibia : numpy.ndarray
        (9, 2), on the subchondral plate of the plateau and over the spines.
    femur : numpy.ndarray
        (7, 2), on the lower margin of the condyles and through the notch.
    spread : float
        Mean spread of the network's heat maps, a share of the crop: the larger, the less certain.
    femoral_ends : numpy.ndarray
        (2, 2), the widest points of the condyles, osteophytes excluded.
    """

    tibia: Float64 = field(repr=False)
    femur: Float64 = field(repr=False)
    spread: float
    femoral_ends: Float64 = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtherOrientation:
    """A knee of unknown side as found in the orientation of the less probable side.

    Attributes
    ----------
    placement : Placement
        Where it lies on its film in that orientation.
    landmarks : Landmarks
        Points on the outline of its bones in that orientation.
    """

    placement: Placement
    landmarks: Landmarks


def right_knee_orientation(pixels: Float32, mirrored: bool) -> Float32:
    """The film of a left knee mirrored, so that lateral lies on the left; a view, no copy."""
    return pixels[:, ::-1] if mirrored else pixels


@dataclass(frozen=True, slots=True)
class Knee:
    """One knee of a film that is upright; everything is measured at the film's full resolution.

    Attributes
    ----------
    film : Radiograph
        The film, upright.
    placement : Placement
        Where the knee lies on it.
    landmarks : Landmarks
        Points on the outline of its bones.
    side : Side
        Side of the body.
    side_source : SideSource
        Where the side comes from.
    detection_score : float
        Of the finder, 0 to 1.
    side_probability : float
        Probability of `side` by the anatomy alone, 0 to 1; where it is unknown, of the more probable side, in
        whose orientation the knee is measured.
    metal : Metal
        Probabilities of metal in the compartments and beside them.
    other : OtherOrientation or None
        Of a knee of unknown side, as it lies if it is of the less probable side; None of any other knee.
    letters : tuple of Letter
        The letters R and L that stand beside it, read with certainty.
    """

    film: Radiograph
    placement: Placement
    landmarks: Landmarks
    side: Side
    side_source: SideSource
    detection_score: float
    side_probability: float
    metal: Metal
    other: OtherOrientation | None = None
    letters: tuple[Letter, ...] = ()

    @property
    def hangs_as_left(self) -> bool:
        """Whether pictures show lateral on the right, as of a left knee."""
        return self.placement.mirrored if self.side is Side.UNKNOWN else self.side is Side.LEFT

    @property
    def pixels(self) -> Float32:
        """The film in right-knee orientation, (rows, columns); a view, no copy."""
        return right_knee_orientation(self.film.pixels, self.placement.mirrored)

    @property
    def scale(self) -> Scale:
        """Lengths on this film: pixels, per cent of the tibial width and, where there is a spacing, mm."""
        return scale_of(self.spacing, self.placement.tibial_width_px, self.placement.tilt_rad)

    @property
    def spacing(self) -> Spacing | NoSpacing:
        """Millimetres a pixel of the film, or why there are none."""
        return self.film.spacing

    @property
    def orientations(self) -> "tuple[Knee, ...]":
        """This knee and, where its side is unknown, the same in the orientation of the less probable side."""
        if self.other is None:
            return (self,)
        turned_over = replace(
            self,
            placement=self.other.placement,
            landmarks=self.other.landmarks,
            side_probability=1.0 - self.side_probability,
            metal=self.metal.turned_over(),
            other=OtherOrientation(self.placement, self.landmarks),
        )
        return self, turned_over

    def detached(self) -> "Knee":
        """The same knee without the pixels of its film."""
        return replace(self, film=self.film.detached())
