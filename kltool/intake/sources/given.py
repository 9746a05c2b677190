"""Whatever a caller gives as one film → its source."""

import os
from dataclasses import dataclass
from os import PathLike
from typing import IO, TYPE_CHECKING, Any, Union

from kltool.errors import UsageError
from kltool.intake import dicom
from kltool.intake.hashes import sha256_of_file
from kltool.intake.sources.access import is_remote
from kltool.intake.sources.listing import find_images
from kltool.intake.sources.locations import ImageSource

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Film = Union[str, PathLike[str], bytes, IO[bytes], "Dataset", ImageSource]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set in memory: its bytes are made when they are read, so that a bad one is a bad image."""

    dataset: "Dataset"

    def read(self) -> bytes:
        """Raises Undecodable."""
        return dicom.encoded(self.dataset)

    def fingerprint(self) -> str:
        return sha256_of_file(self.read())


def source_of(given: Film) -> ImageSource:
    """Raises UsageError where it is none of these, or an address of several images."""
    if isinstance(given, ImageSource):
        return given
    if isinstance(given, str) and is_remote(given):
        return _only_image(given)
    if isinstance(given, str | PathLike):
        return ImageSource.of_file(os.fspath(given))
    if isinstance(given, bytes | bytearray | memoryview):
        return ImageSource.in_memory("bytes", bytes(given))
    if dicom.is_dataset(given):
        return ImageSource(_name(given, "filename", "dataset"), DataSet(given))
    if hasattr(given, "read"):
        return ImageSource.in_memory(_name(given, "name", "file"), _content(given))
    raise UsageError(
        f"an object of type {type(given).__name__} found; a path, bytes, an open binary file or a "
        "pydicom.Dataset expected; for pixels use Radiograph.from_array"
    )


def _only_image(address: str) -> ImageSource:
    sources = list(find_images(address))
    if len(sources) != 1:
        raise UsageError(f"{address} holds {len(sources)} images, one expected; name the image itself")
    return sources[0]


def _content(file: Any) -> bytes:
    try:
        if getattr(file, "seekable", lambda: False)():
            file.seek(0)  # one that was written, or read before, stands at its end
        data = file.read()
    except (OSError, ValueError) as error:
        raise UsageError(f"a file that cannot be read found ({error}); an open one expected") from error
    if not isinstance(data, bytes):
        raise UsageError("a file opened as text found; a binary one expected; open it with mode 'rb'")
    return data


def _name(given: Any, attribute: str, otherwise: str) -> str:
    """The name of the file that an object came from."""
    name = getattr(given, attribute, None)
    return str(name) if isinstance(name, str | PathLike) and str(name) else otherwise
