"""The nouns of a reading: margins, widths, the grade, and the reason where there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from kltool.values.image import Knee, NoSpacing, Radiograph, Side, SideSource, Spacing

Points = npt.NDArray[np.float64]

GRADES = (0, 1, 2, 3, 4)
DISCLAIMER = "Research software, not a medical device; not for diagnosis or treatment."


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """There is no number, and why."""

    reason: str


class Compartment(StrEnum):
    """The two weight-bearing halves of the tibiofemoral joint."""

    MEDIAL = "medial"
    LATERAL = "lateral"


@dataclass(frozen=True, slots=True)
class Margins:
    """The bone margins of one compartment, in pixels of the film turned to one hand.

    femur: (n, 2) (row, column), the lower edge of the condyle. tibia: (m, 2), the upper edge of the
    bright subchondral plate of the plateau. Both run with the column.
    """

    femur: Points
    tibia: Points


@dataclass(frozen=True, slots=True)
class KneeAxis:
    """The knee's own x axis: the tangent to both distal condyles, from medial (0) to lateral (1).

    origin, end: (row, column) pixels of the turned film where x = 0 and x = 1 meet the tangent.
    """

    origin: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Width:
    """One width of the joint space.

    px: pixels along the measured line. percent: of the tibial width. mm: where there is a spacing.
    sd_px, sd_percent, sd_mm: standard deviation of the software error. line: its two ends, femur
    first, (row, column) in the turned film.
    """

    px: float
    percent: float
    mm: float | NotMeasured
    sd_px: float
    sd_percent: float
    sd_mm: float | NotMeasured
    line: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class CompartmentSpace:
    """minimum: the smallest Euclidean distance. at: the widths at fixed x, by x."""

    minimum: Width | NotMeasured
    at: Mapping[float, Width | NotMeasured]
    margins: Margins | NotMeasured


@dataclass(frozen=True, slots=True)
class JointSpace:
    medial: CompartmentSpace
    lateral: CompartmentSpace
    tibial_width_px: float
    axis: KneeAxis

    def of(self, compartment: Compartment) -> CompartmentSpace:
        return self.medial if compartment is Compartment.MEDIAL else self.lateral


@dataclass(frozen=True, slots=True)
class Grade:
    """Probabilities of KL 0 to 4, which sum to 1."""

    probabilities: tuple[float, float, float, float, float]

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


@dataclass(frozen=True, slots=True)
class Reading:
    film: Radiograph
    knees: tuple[KneeReading, ...]
    refused: tuple[RefusedKnee, ...]
    produced_by: Provenance
