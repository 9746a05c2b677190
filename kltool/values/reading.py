"""The values of a reading (margins, widths, positioning, grade, quality), and of an image not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kltool.errors import KltoolError, Refusal
from kltool.typing import Points
from kltool.values.knee import Knee
from kltool.values.length import Area, Interval, Length, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing, Spacing

GRADES = (0, 1, 2, 3, 4)
DISCLAIMER = "Research software, not a medical device; not for diagnosis or treatment."


@dataclass(frozen=True, slots=True)
class Margins:
    """The bone margins of one compartment, in pixels of the film in right-knee orientation.

    femur: (n, 2) (row, column), the lower edge of the condyle. tibia: (m, 2), the upper edge of the
    subchondral plate of the plateau. Both in the order of the columns. femur_sd: (n,), tibia_sd: (m,), the
    standard deviation of each point across its margin, pixels.
    """

    femur: Points
    tibia: Points
    femur_sd: Points
    tibia_sd: Points


@dataclass(frozen=True, slots=True)
class PlateauMargins:
    """The anterior and posterior margins of the medial plateau: the upper and the lower one on the film.

    upper, lower: (n, 2) (row, column), pixels in right-knee orientation, in the order of the columns. Where
    the beam is parallel to the plateau, they coincide.
    """

    upper: Points
    lower: Points


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

    origin, end: (row, column) pixels in right-knee orientation of x = 0 and x = 1 on the tangent.
    """

    origin: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CompartmentSpace:
    """The joint space of one compartment.

    minimum: the smallest Euclidean distance. fixed_widths: the widths at fixed locations, by x. mean: over
    the range of those locations, which is the area over the length of that range.
    """

    minimum: Width | NotMeasured
    fixed_widths: Mapping[float, Width | NotMeasured]
    mean: Length | NotMeasured
    area: Area | NotMeasured
    margins: Margins | NotMeasured


@dataclass(frozen=True, slots=True)
class Positioning:
    """Positioning of the knee and of the beam, and image quality around the joint.

    imd: inter-margin distance, the mean distance between the anterior and posterior margins of the medial
    plateau (0 where the beam is parallel to it). rotation_deg: of the leg about its long axis, from the
    spines against the notch; positive (external) where the spines lie medially of the notch. tilt_deg: of
    the knee in the picture. complete: whether plateau and margins lie on the film. clipped: share of the
    joint's pixels at the film's darkest or brightest value, 0 to 1. edge_width_percent: width of the femoral
    edge from 10 to 90%, per cent of the tibial width. contrast_to_noise: the step at the femoral margin over
    the noise of pixels of 1/200 tibial width.
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
    """The joint space of one knee. metal: whether there is any near the joint."""

    medial: CompartmentSpace
    lateral: CompartmentSpace
    tibial_width_px: float
    axis: KneeAxis
    plateau_margins: PlateauMargins | NotMeasured
    positioning: Positioning
    metal: bool

    def of(self, compartment: Compartment) -> CompartmentSpace:
        return self.medial if compartment is Compartment.MEDIAL else self.lateral


@dataclass(frozen=True, slots=True)
class Grade:
    """Probabilities of KL 0 to 4, which sum to 1.

    prediction_set: consecutive grades that contain a reader's grade in nine of ten knees of each grade.
    expected_interval: about the expected grade, contains a reader's grade in 95% of knees. Both hold for
    knees like those that they were calibrated on. attribution: attribution map, rows of the grader's view
    from top to bottom, each from lateral to medial: by how much each location raises the expected grade.
    """

    probabilities: tuple[float, float, float, float, float]
    prediction_set: tuple[int, ...]
    expected_interval: Interval
    attribution: tuple[tuple[float, ...], ...]

    @property
    def grade(self) -> int:
        """The median: the lowest grade that the knee exceeds with a probability of at most a half.

        On an ordinal scale it has the smallest expected absolute error, and it is the prediction of ordinal
        regression (Cao, Mirjalili & Raschka 2020); docs/choices.md#median.
        """
        return next(kl for kl in GRADES if sum(self.probabilities[kl + 1 :]) <= 0.5)

    @property
    def expected(self) -> float:
        return sum(kl * p for kl, p in enumerate(self.probabilities))

    def at_least(self, kl: int) -> float:
        """The probability of this grade or a higher one."""
        return sum(self.probabilities[kl:])


class Quality(StrEnum):
    GOOD = "good"
    USABLE = "usable"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class KneeReading:
    """The reading of one knee; `warnings` must be shown with every number."""

    knee: Knee
    joint_space: JointSpace
    grade: Grade | NotMeasured
    quality: Quality
    warnings: tuple[str, ...]

    @property
    def side(self) -> Side:
        return self.knee.side

    @property
    def side_source(self) -> SideSource:
        return self.knee.side_source

    @property
    def spacing(self) -> Spacing | NoSpacing:
        return self.knee.spacing


@dataclass(frozen=True, slots=True)
class RefusedKnee:
    """A knee that was found and is not read, with the reason."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What produced a reading: enough to reproduce it."""

    version: str
    models: Mapping[str, str]  # name and version to sha256
    settings: Mapping[str, float | str]
    file_sha256: str
    pixels_sha256: str
    utc: str  # ISO 8601, seconds


class Status(StrEnum):
    """What became of one image."""

    OK = "ok"
    REFUSED = "refused"  # understood, and no readable knee
    FAILED = "failed"  # something went wrong


@dataclass(frozen=True, slots=True)
class Reading:
    """One film that was read: the knees that were read and those that were refused, one at least in all."""

    film: Radiograph
    knees: tuple[KneeReading, ...]
    refused: tuple[RefusedKnee, ...]
    produced_by: Provenance

    @property
    def source(self) -> str:
        return self.film.source

    @property
    def status(self) -> Status:
        """A film whose every knee is refused counts as refused."""
        return Status.OK if self.knees else Status.REFUSED

    @property
    def code(self) -> str:
        return "ok" if self.knees else self.refused[0].code

    @property
    def reason(self) -> str:
        return "" if self.knees else self.refused[0].reason


@dataclass(frozen=True, slots=True)
class Unread:
    """An image that gave no reading, and why.

    source: its name. status: refused or failed. code: of the refusal, or the class of the error.
    reason: a sentence that holds no patient name. film: where one could be made of the file.
    """

    source: str
    status: Status
    code: str
    reason: str
    film: Radiograph | None = None

    @classmethod
    def from_error(cls, source: str, error: Exception, film: Radiograph | None = None) -> "Unread":
        """The text of errors that kltool does not raise itself is withheld: it may hold a patient's name."""
        name = type(error).__name__
        if isinstance(error, Refusal):
            return cls(source, Status.REFUSED, error.code, str(error), film)
        if isinstance(error, KltoolError):
            return cls(source, Status.FAILED, name, str(error), film)
        reason = f"unexpected {name}; please report it with the file's kind"
        return cls(source, Status.FAILED, name, reason, film)
