"""A radiograph: its pixels, the side of the body, and what its header says."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kltool.typing import Float32
from kltool.values.spacing import NoSpacing, Spacing


class Side(StrEnum):
    """The side of the body, never of the picture."""

    RIGHT = "right"
    LEFT = "left"

    @property
    def other(self) -> "Side":
        return Side.LEFT if self is Side.RIGHT else Side.RIGHT


class SideSource(StrEnum):
    """Where the side of a knee comes from."""

    USER = "user"
    TAG = "tag"
    FILM = "film order"  # of the knees of a frontal film: the patient's right is on the viewer's left
    ANATOMY = "anatomy"  # of the only knee of such a film
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Radiograph:
    """One film as a viewer shows it, bone bright, at full bit depth.

    pixels: (rows, columns) float32, finite, values after the Modality LUT (inverted where polarity was
    wrong); their scale is the vendor's and carries no unit.
    """

    source: str
    pixels: Float32
    spacing: Spacing | NoSpacing
    side: Side | None  # of the whole film; None where it is not given or both knees are shown
    side_source: SideSource
    notes: tuple[str, ...] = ()  # findings and corrections: polarity inverted, conflicting tags
    file_sha256: str = ""
    pixels_sha256: str = ""  # of the pixels as loaded, little endian, with their shape
    subject: str | None = None  # PatientID; never the name
    study_date: str | None = None  # YYYYMMDD
    projection: str | None = None  # by the tags: "PA", "AP flexed"
    instance_uid: str | None = None  # SOPInstanceUID, unique to an image
    stored_mirrored: bool = False  # by its tags: the patient's right on the viewer's right; not corrected

    def with_notes(self, *notes: str) -> "Radiograph":
        return replace(self, notes=self.notes + notes)
