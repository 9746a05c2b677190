"""One image to be read: its name, and where its bytes lie."""

from dataclasses import dataclass
from pathlib import Path

from kltool.intake.places import LocalFile, Memory, Place


@dataclass(frozen=True, slots=True)
class ImageSource:
    """name: as it is shown to people, `archive.zip!member` for a member of an archive."""

    name: str
    place: Place

    @classmethod
    def of_file(cls, path: Path) -> "ImageSource":
        return cls(str(path), LocalFile(str(path.absolute())))

    @classmethod
    def in_memory(cls, name: str, data: bytes) -> "ImageSource":
        return cls(name, Memory(data))

    def read(self) -> bytes:
        """The bytes, of a size that can be an image. Raises UsageError, NotAnImage, Undecodable."""
        return self.place.read()
