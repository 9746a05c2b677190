"""One knee of a radiograph: where it lies, its landmarks, its film in right-knee orientation, its scale."""

from dataclasses import dataclass

from kltool.typing import Float32, Float64
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.scale import Scale, scale_of
from kltool.values.spacing import NoSpacing, Spacing


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a canonical crop lies in its film, after the film is turned to one hand.

    mirrored: the film is mirrored first (column c becomes columns - 1 - c), as it is for a left knee,
    so that lateral lies on the left of the picture. All coordinates of a knee are in this turned film.
    centre: (row, column) of the joint's centre. tibial_width_px: between the plateau's outer edges.
    tilt_rad: the turn of the plateau, positive from the column axis towards the row axis.
    """

    centre: tuple[float, float]
    tibial_width_px: float
    tilt_rad: float
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points on a knee's outline, in pixels of the turned film, (row, column), lateral to medial.

    tibia: (9, 2), on the plateau's bright rim and over the spines. femur: (7, 2), on the condyles' lower
    margin and through the notch. spread: how unsure the network is of these, as a share of the crop.
    femoral_ends: (2, 2), the widest points of the condyles, osteophytes excluded.
    Source: Tiulpin et al. 2019 (KNEEL) for the margins.
    """

    tibia: Float64
    femur: Float64
    spread: float
    femoral_ends: Float64


@dataclass(frozen=True, slots=True)
class Knee:
    """One knee, canonical: upright, lateral on the left of the picture, one anatomical scale.

    `film` and `placement` lead to full resolution, at which everything is measured.
    """

    film: Radiograph
    placement: Placement
    landmarks: Landmarks
    side: Side
    side_source: SideSource
    detection_score: float  # 0 to 1, how sure the finder is
    side_probability: float  # 0 to 1, by the picture alone, of `side`

    @property
    def pixels(self) -> Float32:
        """The film in right-knee orientation, (rows, columns): mirrored for a left knee; a view, no copy."""
        return self.film.pixels[:, ::-1] if self.placement.mirrored else self.film.pixels

    @property
    def scale(self) -> Scale:
        """Lengths on this film: pixels, per cent of the tibial width and, where there is a spacing, mm."""
        return scale_of(self.spacing, self.placement.tibial_width_px, self.placement.tilt_rad)

    @property
    def spacing(self) -> Spacing | NoSpacing:
        return self.film.spacing
