"""Everything kltool refuses or fails with.

KltoolError            the root; never raised itself                              exit
 ├── Refusal           the input was recognized and is not a readable knee          3
 │    ├── NotAnImage          neither DICOM nor a picture
 │    ├── Undecodable         an image whose pixels are truncated or damaged
 │    ├── NotARadiograph      colour photograph, multi-frame, other modality
 │    ├── WrongBodyPart       a radiograph of something else
 │    ├── WrongView           lateral, skyline: the joint space is not shown
 │    ├── NoKnee              no knee found
 │    ├── TooCoarse           a knee of too few pixels
 │    └── SideUnknown         one knee whose side is required and neither given nor certain
 ├── SpacingError      an impossible pixel spacing                                  2
 ├── NotComparable     two readings that must not be compared                       3
 ├── UsageError        an invalid command or call                                   2
 ├── TimeLimitExceeded an image took longer than --time-limit                       4
 ├── ClusterLost       the connection to the cluster was lost; results are kept     4
 ├── StorageFull       no space for the results; what was written is kept           4
 └── InstallationError a model, codec or library is missing or not as expected      5
      └── WeightMismatch      a weight file whose hash is not the manifest's

A message says what was found, what was expected and what to do. It never contains a patient's name.
"""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of the command line."""

    OK = 0
    USAGE = 2
    REFUSED = 3
    FAILED = 4
    INSTALLATION = 5
    STOPPED = 130


class KltoolError(Exception):
    """Root of all errors that kltool raises on purpose."""

    exit: ClassVar[Exit] = Exit.FAILED


class Refusal(KltoolError):
    """The input was recognized and cannot be read as a knee; `code` names the reason for programs."""

    exit = Exit.REFUSED
    code: ClassVar[str] = "refused"


class NotAnImage(Refusal):
    """Neither DICOM nor a picture."""

    code = "not_an_image"


class Undecodable(Refusal):
    """An image whose pixels are truncated or damaged."""

    code = "undecodable"


class NotARadiograph(Refusal):
    """A colour photograph, several frames, or another modality."""

    code = "not_a_radiograph"


class WrongBodyPart(Refusal):
    """A radiograph of another part of the body."""

    code = "wrong_body_part"


class WrongView(Refusal):
    """A lateral or skyline view, which does not show the joint space."""

    code = "wrong_view"


class NoKnee(Refusal):
    """No knee was found."""

    code = "no_knee"


class JointCutOff(Refusal):
    """A part of a joint at the edge of the picture."""

    code = "cut_off"


class TooCoarse(Refusal):
    """A knee of too few pixels."""

    code = "too_coarse"


class SideUnknown(Refusal):
    """One knee whose side is required and neither given nor certain."""

    code = "side_unknown"


class SpacingError(KltoolError):
    """An impossible pixel spacing."""

    exit = Exit.USAGE

    def __init__(self, row_mm: object, column_mm: object) -> None:
        self.spacing = row_mm, column_mm
        super().__init__(
            f"pixel spacing {row_mm} x {column_mm} mm found, none more than 4 times the other and "
            "0.02 to 1.0 mm expected; give the true spacing (spacing_mm, --spacing), or read in pixels only"
        )

    def __reduce__(self) -> tuple[type["SpacingError"], tuple[object, object]]:
        return SpacingError, self.spacing


class NotComparable(KltoolError):
    """Two readings that must not be compared."""

    exit = Exit.REFUSED


class UsageError(KltoolError):
    """An invalid command or call."""

    exit = Exit.USAGE


class TimeLimitExceeded(KltoolError):
    """An image took longer than --time-limit."""

    code: ClassVar[str] = "time_limit"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"no answer within {seconds:g} s; raise --time-limit")

    def __reduce__(self) -> tuple[type["TimeLimitExceeded"], tuple[float]]:
        return TimeLimitExceeded, (self.seconds,)


class ClusterLost(KltoolError):
    """The connection to the cluster was lost; results are kept."""


class StorageFull(KltoolError):
    """No space for the results; what was written is kept."""


class InstallationError(KltoolError):
    """A model, codec or library is missing or not as expected."""

    exit = Exit.INSTALLATION


class WeightMismatch(InstallationError):
    """A weight file whose hash is not the manifest's."""

    def __reduce__(self) -> tuple[type["WeightMismatch"], tuple[str, str, str]]:
        return WeightMismatch, self.weights

    def __init__(self, name: str, expected: str, found: str) -> None:
        self.weights = name, expected, found
        super().__init__(
            f"weights {name!r}: sha256 {found} found, {expected} expected by models/manifest.toml; "
            "the file is damaged or not the one that was evaluated and is not loaded; reinstall kltool"
        )
