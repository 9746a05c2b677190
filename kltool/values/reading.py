"""The nouns of a reading: margins, widths, the grade, and the reason where there is none."""

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
    """The bone margins of one compartment, in pixels of the film turned to one hand.

    femur: (n, 2) (row, column), the lower edge of the condyle. tibia: (m, 2), the upper edge of the
    bright subchondral plate of the plateau. Both run with the column. femur_sd: (n,), tibia_sd: (m,),
    the standard deviation of each point across its margin, pixels.
    """

    femur: Points
    tibia: Points
    femur_sd: Points
    tibia_sd: Points


@dataclass(frozen=True, slots=True)
class PlateauMargins:
    """The upper and the lower rim of the medial plateau: its anterior and posterior edge on the film.

    upper, lower: (n, 2) (row, column), pixels of the turned film; both run with the column. Seen edge on,
    they are one line.
    """

    upper: Points
    lower: Points


@dataclass(frozen=True, slots=True)
class TracedJoint:
    """What was traced on the film of one knee, before anything is measured."""

    medial: Margins | NotMeasured
    lateral: Margins | NotMeasured
    plateau_margins: PlateauMargins | NotMeasured

    def of(self, compartment: Compartment) -> Margins | NotMeasured:
        return self.medial if compartment is Compartment.MEDIAL else self.lateral


@dataclass(frozen=True, slots=True)
class KneeAxis:
    """The knee's own x axis: the tangent to both distal condyles, from medial (0) to lateral (1).

    origin, end: (row, column) pixels of the turned film where x = 0 and x = 1 meet the tangent.
    """

    origin: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CompartmentSpace:
    """The joint space of one compartment.

    minimum: the smallest Euclidean distance. at: the widths at fixed x, by x. mean: over the range of
    those x, which is the area over the length of that range.
    """

    minimum: Width | NotMeasured
    fixed_widths: Mapping[float, Width | NotMeasured]
    mean: Length | NotMeasured
    area: Area | NotMeasured
    margins: Margins | NotMeasured


@dataclass(frozen=True, slots=True)
class Positioning:
    """How the knee stood before the film, and how well the film shows it.

    imd: mean distance between the rims of the medial plateau (0 where the beam runs along it).
    rotation_deg: of the leg about its length, from the spines against the notch; positive where the spines
    lie medially of the notch. tilt_deg: of the knee in the picture. whole: whether plateau and margins lie
    on the film. clipped: share of the joint's pixels at the film's darkest or brightest value, 0 to 1.
    edge_width_percent: how far the femoral edge is blurred, per cent of the tibial width.
    contrast_to_noise: the step of the femoral margin over the noise of pixels of 1/200 tibial width.
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
    """metal: whether any is shown near the joint."""

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

    likely: the grades, without a gap, among which a reader's lies in nine of ten knees of each grade.
    interval: about the expected grade, in which a reader's lies in 95% of knees. Both are promised for knees
    like those that they were fitted on. explanation: rows of the grader's view from above to below, each from
    lateral to medial: by how much each place raises the expected grade.
    """

    probabilities: tuple[float, float, float, float, float]
    prediction_set: tuple[int, ...]
    expected_interval: Interval
    attribution: tuple[tuple[float, ...], ...]

    @property
    def grade(self) -> int:
        """The median: the lowest grade that the knee exceeds with a probability of at most a half.

        On an ordinal scale it has the smallest expected error, and it is how ordinal regression reads
        (Cao, Mirjalili & Raschka 2020); docs/choices.md#median.
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
    """What was read from one knee; `warnings` must be shown with every number."""

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
    """A knee that was found and is not read, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """What produced a reading: enough to make it again."""

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
    """One film that was read: its knees, and those that were found and are not read (one at least)."""

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
