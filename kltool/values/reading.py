"""The reading of a film and of its knees, what produced it, and an image that was not read."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from kltool.errors import KltoolError, Refusal, TimeLimitExceeded
from kltool.memory import TOO_LITTLE, is_out_of_memory
from kltool.values.by_value import ByValue
from kltool.values.decimals import decimal
from kltool.values.expected_error import ExpectedError
from kltool.values.grade import Grade
from kltool.values.joint_space import JointSpace
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.presented import Presented, picture_of
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.spacing import NoSpacing, Spacing

SHIPPED = "shipped"  # the calibration of the grade, without a site's own
CALIBRATION = "site.calibration"  # the setting that names it
DISCLAIMER = "Research software, not a medical device; not for diagnosis or treatment."


log = logging.getLogger(__name__)


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

    @property
    def calibration(self) -> str:
        """Of the grade: "shipped", or the SHA-256 of the site file."""
        return str(self.settings.get(CALIBRATION, SHIPPED))


@dataclass(frozen=True, slots=True, repr=False)
class KneeReading(Presented):
    """The reading of one knee; `warnings` must be shown with every number.

    Attributes
    ----------
    knee : Knee
        Where the knee lies, its landmarks, side and film.
    joint_space : JointSpace
        Widths of both compartments, positioning and image quality.
    expected_error : ExpectedError or NotMeasured
        The expected absolute error of the minimum width that is less certain, or why there is none.
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
    expected_error: ExpectedError | NotMeasured
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
        grade = "KL not graded" if isinstance(self.grade, NotMeasured) else self.grade.noted
        widths = ", ".join(f"{one} {_width_text(width)}" for one, width in self.joint_space.minima.items())
        return f"KneeReading({self.side}, {grade}, {widths}, {self.quality} quality)"


def _width_text(minimum: Width | NotMeasured) -> str:
    if isinstance(minimum, NotMeasured):
        return "not measured"
    if isinstance(minimum.mm, NotMeasured):
        return f"{decimal(minimum.percent)} % TW"
    return f"{decimal(minimum.mm)} mm"


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
        if is_out_of_memory(error):
            return cls(source, Status.FAILED, "memory_limit", TOO_LITTLE, film, produced_by)
        if isinstance(error, Refusal):
            return cls(source, Status.REFUSED, error.code, str(error), film, produced_by)
        if isinstance(error, TimeLimitExceeded):
            return cls(source, Status.FAILED, error.code, str(error), film, produced_by)
        if isinstance(error, KltoolError):
            return cls(source, Status.FAILED, name, str(error), film, produced_by)
        reason = f"unexpected {name}; please report it with the file's kind"
        return cls(source, Status.FAILED, name, reason, film, produced_by)
