"""Everything kltool refuses or fails with.

KltoolError            the root; never raised itself                              exit
 ├── Refusal           the input is well understood and not a readable knee         3
 │    ├── NotAnImage          neither DICOM nor a picture
 │    ├── Undecodable         an image whose pixels are truncated or damaged
 │    ├── NotARadiograph      colour photograph, multi-frame, other modality
 │    ├── WrongBodyPart       a radiograph of something else
 │    ├── WrongView           lateral, skyline: the joint space is not shown
 │    ├── NoKnee              no knee found
 │    ├── TooCoarse           a knee of too few pixels
 │    └── SideUnknown         one knee, and nothing says whose side
 ├── SpacingError      a pixel spacing that cannot be true                          2
 ├── NotComparable     two readings that may not be subtracted                      3
 ├── UsageError        the command or call makes no sense                           2
 ├── ClusterLost       the machines that read went away; what was read is kept      4
 ├── StorageFull       there is no room for what was read; what was written is kept 4
 └── InstallationError a model or codec is missing or not what it should be         5
      └── WeightMismatch      a weight file whose hash is not the manifest's

A message says what was found, what was expected and what to do. It never holds a patient's name.
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
    """The input was understood and cannot be read as a knee; `code` names the reason for programs."""

    exit = Exit.REFUSED
    code: ClassVar[str] = "refused"


class NotAnImage(Refusal):
    code = "not_an_image"


class Undecodable(Refusal):
    code = "undecodable"


class NotARadiograph(Refusal):
    code = "not_a_radiograph"


class WrongBodyPart(Refusal):
    code = "wrong_body_part"


class WrongView(Refusal):
    code = "wrong_view"


class NoKnee(Refusal):
    code = "no_knee"


class TooCoarse(Refusal):
    code = "too_coarse"


class SideUnknown(Refusal):
    code = "side_unknown"


class SpacingError(KltoolError):
    """A pixel spacing that cannot be true."""

    exit = Exit.USAGE

    def __init__(self, row_mm: object, column_mm: object) -> None:
        super().__init__(
            f"pixel spacing {row_mm} x {column_mm} mm found, 0.02 to 1.0 mm expected; "
            "give the true spacing with --spacing, or read in pixels only"
        )


class NotComparable(KltoolError):
    """Two readings that may not be subtracted."""

    exit = Exit.REFUSED


class UsageError(KltoolError):
    """The command or call makes no sense."""

    exit = Exit.USAGE


class ClusterLost(KltoolError):
    """The machines that read images went away; what was read is kept."""


class StorageFull(KltoolError):
    """There is no room for what was read; what was written before is kept."""


class InstallationError(KltoolError):
    """A model, codec or library is missing or not what it should be."""

    exit = Exit.INSTALLATION


class WeightMismatch(InstallationError):
    """A weight file whose hash is not the manifest's."""

    def __reduce__(self) -> tuple[type[InstallationError], tuple[str]]:
        return InstallationError, (str(self),)  # as another process is told of it

    def __init__(self, name: str, expected: str, found: str) -> None:
        super().__init__(
            f"weights {name!r}: sha256 {found} found, {expected} expected by models/manifest.toml; "
            "the file is damaged or not the one that was evaluated and is not loaded; reinstall kltool"
        )
