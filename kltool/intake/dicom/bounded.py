"""A stream of DICOM elements that is read in a bounded number of steps.

pydicom makes an object of every eight bytes that look like an element, an item or a fragment: memory and time
follow their number, not the bytes of the file.
"""

import zlib
from io import BytesIO
from typing import Final

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.filereader import read_dataset, read_sequence

from kltool.errors import Undecodable

MOST_READS = 100_000  # docs/choices-intake.md#elements; of a film, two or three an element
MOST_READS_OF_A_DISC = 600_000  # docs/choices-intake.md#elements; of a DICOMDIR
BYTES_OF_A_READ: Final = 4_096  # pydicom looks for the end of pixels in pieces of 8 kB


class BoundedReads(BytesIO):
    """Raises Undecodable where there are more elements, items or fragments than a film can have."""

    def __init__(self, data: bytes, most: int) -> None:
        super().__init__(data)
        self._left = most + len(data) // BYTES_OF_A_READ

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise Undecodable(
                "a DICOM file of more elements, items or fragments than a radiograph has was found, a "
                "radiograph was expected; export the image again"
            )
        return super().read(size)


def raise_refusal_behind(error: Exception) -> None:
    """The refusal of a stream above, where pydicom made an error of its own of it."""
    for found in (error, error.__context__):
        if isinstance(found, Undecodable):
            raise found


def check_inflated(packed: bytes, most: int) -> None:
    """The elements of deflated bytes, which pydicom inflates itself. Raises Undecodable, zlib.error."""
    inflated = zlib.decompress(packed, -zlib.MAX_WBITS)
    read_dataset(BoundedReads(inflated, most), is_implicit_VR=False, is_little_endian=True)


def check_sequences(dataset: FileDataset, most: int) -> None:
    """Sequences of a stated length, which pydicom takes apart on access. Raises Undecodable."""
    for element in dataset._dict.values():
        if isinstance(element, RawDataElement) and element.value and _is_sequence(element):
            _walk(element, element.value, most)


def _walk(element: RawDataElement, value: bytes, most: int) -> None:
    try:
        read_sequence(
            BoundedReads(value, most),
            element.is_implicit_VR,
            element.is_little_endian,
            len(value),
            "iso8859",
        )
    except Exception as error:  # pydicom raises many types on damage: the element is then absent
        raise_refusal_behind(error)


def _is_sequence(element: RawDataElement) -> bool:
    if element.VR in (None, "UN"):
        return dictionary_has_tag(element.tag) and dictionary_VR(element.tag) == "SQ"
    return element.VR == "SQ"
