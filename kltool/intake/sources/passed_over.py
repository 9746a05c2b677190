"""Files beside images that are no images: which they are, and how many were passed over."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kltool.intake.formats import is_no_image

# docs/choices-intake.md#companions
COMPANION_SUFFIXES = frozenset(
    {".json", ".csv", ".tsv", ".txt", ".md", ".rst", ".xml", ".html", ".htm", ".svg", ".pdf"}
)
COMPANION_NAMES = frozenset({"dicomdir", "readme", "license", "thumbs.db", "desktop.ini"})
IMAGE_SUFFIXES = frozenset(
    {".dcm", ".dicom", ".dic", ".ima", ".img", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"}
)
HEAD_BYTES = 4096  # enough to tell a format


@dataclass(slots=True)
class PassedOver:
    """How many files were passed over since they are no images.

    Attributes
    ----------
    files : int
        Their number.
    """

    files: int = 0

    def __str__(self) -> str:
        what = "file that is no image" if self.files == 1 else "files that are no images"
        return f"passed over {self.files:,} {what}"


def is_companion(name: str) -> bool:
    """Whether a file of this name, or a folder, is never an image."""
    return (
        name.startswith(".")
        or name == "__MACOSX"
        or name.lower() in COMPANION_NAMES
        or PurePosixPath(name).suffix.lower() in COMPANION_SUFFIXES
    )


def holds_no_image(path: Path) -> bool:
    """Whether the content of a file is text or the like, and its name is not that of an image.

    A file that has the name of an image, or that cannot be read, is left to be reported.
    """
    if path.suffix.lower() in IMAGE_SUFFIXES or not os.path.isfile(path):
        return False
    return is_no_image(head_of(path))


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none where it cannot be opened: reading it will report why."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""
