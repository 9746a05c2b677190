"""The nouns of the image: whose side, how large a pixel, the radiograph, one knee of it."""

import math
from dataclasses import dataclass, replace
from enum import Enum, StrEnum

from kltool.errors import SpacingError
from kltool.typing import Float32, Float64

SMALLEST_SPACING_MM = 0.02  # docs/choices.md#spacing-range
LARGEST_SPACING_MM = 1.0  # docs/choices.md#spacing-range


class Side(StrEnum):
    """The side of the body, never of the picture."""

    RIGHT = "right"
    LEFT = "left"

    @property
    def other(self) -> "Side":
        return Side.LEFT if self is Side.RIGHT else Side.RIGHT


class Calibration(Enum):
    """How far millimetres can be trusted, best first (after DICOM PS3.3 10.7)."""

    FIDUCIAL = 1
    GEOMETRY = 2
    CORRECTED = 3
    MAGNIFICATION = 4
    DETECTOR = 5
    UNKNOWN_PLANE = 6
    USER = 7

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Spacing:
    """Millimetres between the centres of neighbouring rows and of neighbouring columns."""

    row_mm: float
    column_mm: float
    tier: Calibration

    def __post_init__(self) -> None:
        for mm in (self.row_mm, self.column_mm):
            if not (math.isfinite(mm) and SMALLEST_SPACING_MM <= mm <= LARGEST_SPACING_MM):
                raise SpacingError(self.row_mm, self.column_mm)


@dataclass(frozen=True, slots=True)
class NoSpacing:
    """There are no millimetres, and why."""

    reason: str


class SideSource(StrEnum):
    """Where the side of a knee comes from."""

    USER = "user"
    TAG = "tag"
    FILM = "film order"  # a frontal film as it is hung: the patient's right is on the viewer's left
    ANATOMY = "anatomy"  # what the one knee of such a film looks like
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Radiograph:
    """One film as a viewer shows it, bone bright, at full depth.

    pixels: (rows, columns) float32, values after the Modality LUT (and turned over where polarity was
    wrong), finite; the scale is the vendor's and carries no unit.
    """

    source: str
    pixels: Float32
    spacing: Spacing | NoSpacing
    side: Side | None  # of the whole film; None where it is not given or where both knees are shown
    side_source: SideSource
    notes: tuple[str, ...] = ()  # what was found and done: polarity turned, tags in conflict
    file_sha256: str = ""
    pixels_sha256: str = ""  # of the pixels as loaded, little endian, with their shape
    subject: str | None = None  # PatientID; never the name
    study_date: str | None = None  # YYYYMMDD
    projection: str | None = None  # as far as the tags say: "PA", "AP flexed"
    instance_uid: str | None = None  # SOPInstanceUID: no two images share one
    stored_mirrored: bool = False  # by its tags: the patient's right on the viewer's right; not turned

    def noting(self, *notes: str) -> "Radiograph":
        return replace(self, notes=self.notes + notes)


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
    score: float  # 0 to 1, how sure the finder is
    side_probability: float  # 0 to 1, by the picture alone, of `side`

    @property
    def spacing(self) -> Spacing | NoSpacing:
        return self.film.spacing
