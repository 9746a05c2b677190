"""The values of a reading (margins, widths, positioning, grade, quality), and of an image not read."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from kltool.errors import KltoolError, Refusal
from kltool.typing import Points
from kltool.values.by_value import ByValue
from kltool.values.knee import Knee
from kltool.values.length import Area, Interval, Length, NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.presented import Presented, picture_of
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing, Spacing

GRADES = (0, 1, 2, 3, 4)
DISCLAIMER = "Research software, not a medical device; not for diagnosis or treatment."

log = logging.getLogger(__name__)


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
        The traced margins.

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
        Of the knee in the picture.
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
    """

    medial: CompartmentSpace
    lateral: CompartmentSpace
    tibial_width_px: float
    axis: KneeAxis
    plateau_margins: PlateauMargins | NotMeasured
    positioning: Positioning
    metal: bool

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


@dataclass(frozen=True, slots=True)
class Grade:
    """The Kellgren-Lawrence grade of one knee as a probability distribution.

    The prediction set and the interval hold for knees like those that they were calibrated on.

    Attributes
    ----------
    probabilities : tuple of 5 float
        Calibrated probabilities of KL 0 to 4; they sum to 1.
    prediction_set : tuple of int
        Consecutive grades that contain a reader's grade in nine of ten knees of each grade.
    expected_interval : (float, float)
        Interval about the expected grade that contains a reader's grade in 95% of knees, 0 to 4.
    attribution : tuple of tuple of float
        Attribution map: rows of the grader's view from top to bottom, each from lateral to medial: by how
        much each location raises the expected grade.

    References
    ----------
    Kellgren J., Lawrence J. Radiological assessment of osteo-arthrosis. Ann Rheum Dis 1957.
    Cao W., Mirjalili V., Raschka S. Rank consistent ordinal regression for neural networks. 2020 (the
    median).
    Sadinle M., Lei J., Wasserman L. Least ambiguous set-valued classifiers with bounded error levels. J Am
    Stat Assoc 2019 (the prediction set).
    """

    probabilities: tuple[float, float, float, float, float]
    prediction_set: tuple[int, ...]
    expected_interval: Interval
    attribution: tuple[tuple[float, ...], ...] = field(repr=False)

    @property
    def grade(self) -> int:
        """The median: the lowest grade that the knee exceeds with a probability of at most a half.

        On an ordinal scale it has the smallest expected absolute error, and it is the prediction of ordinal
        regression (Cao, Mirjalili & Raschka 2020); docs/choices.md#median.
        """
        return next(kl for kl in GRADES if sum(self.probabilities[kl + 1 :]) <= 0.5)

    @property
    def expected(self) -> float:
        """The expected grade, 0 to 4."""
        return sum(kl * p for kl, p in enumerate(self.probabilities))

    def at_least(self, kl: int) -> float:
        """The probability of a grade or a higher one.

        Parameters
        ----------
        kl : int
            The grade, 0 to 4.

        Returns
        -------
        float
            0 to 1.
        """
        return sum(self.probabilities[kl:])


class Quality(StrEnum):
    """How far a reading can be relied on; the warnings of the reading say why."""

    GOOD = "good"
    USABLE = "usable"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class RefusedKnee:
    """A knee that was found and is not read.

    Attributes
    ----------
    code : str
        The reason for programs, as "replaced".
    reason : str
        The reason in a sentence.
    """

    code: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Provenance(ByValue):
    """What produced a reading: enough to reproduce it.

    Attributes
    ----------
    version : str
        Of kltool.
    models : mapping of str to str
        Name and version of each model to the SHA-256 of its weights.
    settings : mapping of str to (float or str)
        Every parameter of every stage.
    file_sha256, pixels_sha256 : str
        Of the file, and of the pixels as loaded.
    utc : str
        When, ISO 8601; equality ignores it.
    """

    version: str
    models: Mapping[str, str]
    settings: Mapping[str, float | str]
    file_sha256: str
    pixels_sha256: str
    utc: str = field(compare=False)


@dataclass(frozen=True, slots=True, repr=False)
class KneeReading(Presented):
    """The reading of one knee; `warnings` must be shown with every number.

    Attributes
    ----------
    knee : Knee
        Where the knee lies, its landmarks, side and film.
    joint_space : JointSpace
        Widths of both compartments, positioning and image quality.
    grade : Grade or NotMeasured
        The Kellgren-Lawrence grade, as probabilities.
    quality : Quality
        Good, usable or poor.
    warnings : tuple of str
        Why the quality is less than good, the most severe first.
    produced_by : Provenance
        Version, models, settings, hashes and time.
    """

    knee: Knee
    joint_space: JointSpace
    grade: Grade | NotMeasured
    quality: Quality
    warnings: tuple[str, ...]
    produced_by: Provenance

    @property
    def side(self) -> Side:
        """Side of the body."""
        return self.knee.side

    @property
    def side_source(self) -> SideSource:
        """Where the side comes from."""
        return self.knee.side_source

    @property
    def spacing(self) -> Spacing | NoSpacing:
        """Millimetres a pixel of the film, or why there are none."""
        return self.knee.spacing

    @property
    def overlay(self) -> npt.NDArray[np.uint8]:
        """The picture that ``--overlay`` writes.

        Returns
        -------
        numpy.ndarray
            (rows, columns, 3) uint8, RGB.

        Raises
        ------
        UsageError
            Where the reading was detached from its film.
        """
        return picture_of(self)

    def detached(self) -> "KneeReading":
        """The same reading without the pixels of its film; it can no longer be drawn or compared."""
        return replace(self, knee=self.knee.detached())

    def __repr__(self) -> str:
        grade = "KL not graded" if isinstance(self.grade, NotMeasured) else f"KL {self.grade.grade}"
        widths = ", ".join(f"{one} {_width_text(self.joint_space.of(one).minimum)}" for one in Compartment)
        return f"KneeReading({self.side}, {grade}, {widths}, {self.quality} quality)"


def _width_text(minimum: Width | NotMeasured) -> str:
    if isinstance(minimum, NotMeasured):
        return "not measured"
    value, unit = (minimum.percent, "% TW") if isinstance(minimum.mm, NotMeasured) else (minimum.mm, "mm")
    return f"{value:.2f} {unit}"


class Status(StrEnum):
    """What became of one image."""

    OK = "ok"
    REFUSED = "refused"  # understood, and no readable knee
    FAILED = "failed"  # something went wrong


@dataclass(frozen=True, slots=True, repr=False)
class Reading(Presented):
    """One film that was read: the knees that were read and those that were refused, one at least in all.

    Attributes
    ----------
    film : Radiograph
        The film, upright.
    knees : tuple of KneeReading
        The knees that were read, from left to right in the picture.
    refused : tuple of RefusedKnee
        The knees that were found and not read, as replaced ones.
    produced_by : Provenance
        Version, models, settings, hashes and time.
    """

    film: Radiograph
    knees: tuple[KneeReading, ...]
    refused: tuple[RefusedKnee, ...]
    produced_by: Provenance

    @property
    def source(self) -> str:
        """The name of the film."""
        return self.film.source

    @property
    def status(self) -> Status:
        """A film whose every knee is refused counts as refused."""
        return Status.OK if self.knees else Status.REFUSED

    @property
    def code(self) -> str:
        """ "ok", or the code of the first refused knee where none was read."""
        return "ok" if self.knees else self.refused[0].code

    @property
    def reason(self) -> str:
        """Empty, or the reason of the first refused knee where none was read."""
        return "" if self.knees else self.refused[0].reason

    def detached(self) -> "Reading":
        """The same reading without the pixels of its film, some kilobytes instead of the size of the film.

        It can no longer be drawn or compared; its numbers, `to_dict` and `to_dataframe` are the same.
        """
        knees = tuple(knee.detached() for knee in self.knees)
        return replace(self, film=self.film.detached(), knees=knees)

    def __repr__(self) -> str:
        return (
            f"Reading({self.source!r}, {self.status}, knees={list(self.knees)}, refused={len(self.refused)})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class Unread(Presented):
    """An image that gave no reading, and why.

    Attributes
    ----------
    source : str
        The name of the image.
    status : Status
        Refused or failed.
    code : str
        Code of the refusal, or the class of the error.
    reason : str
        A sentence that holds no patient name.
    film : Radiograph or None
        The film, where one could be made of the file.
    produced_by : Provenance or None
        Version, models, settings, hashes and time; None where no model was at hand.
    """

    source: str
    status: Status
    code: str
    reason: str
    film: Radiograph | None = None
    produced_by: Provenance | None = None

    def detached(self) -> "Unread":
        """The same without the pixels of its film, so that many outcomes can be kept."""
        return replace(self, film=self.film.detached() if self.film else None)

    def __repr__(self) -> str:
        return f"Unread({self.source!r}, {self.status}, {self.code}: {self.reason!r})"

    @classmethod
    def from_error(
        cls,
        source: str,
        error: Exception,
        film: Radiograph | None = None,
        produced_by: Provenance | None = None,
    ) -> "Unread":
        """The text of errors that kltool does not raise itself is withheld: it may hold a patient's name.

        With its causes the error is in the log at DEBUG.
        """
        name = type(error).__name__
        log.debug("%s: not read", source, exc_info=error)
        if isinstance(error, Refusal):
            return cls(source, Status.REFUSED, error.code, str(error), film, produced_by)
        if isinstance(error, KltoolError):
            return cls(source, Status.FAILED, name, str(error), film, produced_by)
        reason = f"unexpected {name}; please report it with the file's kind"
        return cls(source, Status.FAILED, name, reason, film, produced_by)
