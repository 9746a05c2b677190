"""Bytes → DICOM data set, with or without preamble, in any transfer syntax; its elements, read without trust.

pydicom converts a value on access and may raise anything then. Here an element that cannot be read is absent:
no element stops the reading of a file by itself.
"""

import logging
import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, TypeGuard

from pydicom import dcmread, dcmwrite
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from kltool.errors import NotAnImage, Undecodable
from kltool.intake.dicom.bounded import (
    MOST_READS,
    MOST_READS_OF_A_DISC,
    BoundedReads,
    check_inflated,
    check_sequences,
    raise_refusal_behind,
)
from kltool.intake.formats import EXPECTED
from kltool.intake.inflation import inflated_bytes
from kltool.intake.limits import inflates_too_much, most_inflated

LONGEST_TEXT = 1_024  # docs/choices-intake.md#elements; characters
LONGEST_VALUE = 65_534  # docs/choices-intake.md#elements; bytes, of text and numbers
# one of these is in every image or DICOMDIR, whatever else is missing
HALLMARKS = ("SOPClassUID", "Modality", "Rows", "PatientID", "StudyInstanceUID", "DirectoryRecordSequence")


@contextmanager
def without_warnings() -> Iterator[None]:
    """pydicom warns and logs of what it repairs, quoting values that may be names; here it is noted."""
    log = logging.getLogger("pydicom")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before


def read_dataset(data: bytes, most_reads: int = MOST_READS) -> FileDataset:
    """most_reads: steps in which its elements are read, which bounds their number.

    Raises NotAnImage where the bytes are no data set, Undecodable where the data set is damaged."""
    try:
        _check_inflation(data, most_reads)
        dataset = dcmread(BoundedReads(data, most_reads), force=True)
        check_sequences(dataset, most_reads)
        known = any(hallmark in dataset for hallmark in HALLMARKS)
    except Exception as error:  # pydicom raises many types on damaged files; all mean the same here
        raise_refusal_behind(error)
        raise Undecodable(
            "a damaged or truncated DICOM file was found, a whole one was expected; export it again"
        ) from error
    if known:
        return dataset
    if data[128:132] == b"DICM":
        raise Undecodable(
            "a DICOM file that ends too early was found, a whole one was expected; "
            "export or transfer it again"
        )
    raise NotAnImage(f"a file of unknown format was found, {EXPECTED}; export the image again")


def _check_inflation(data: bytes, most_reads: int) -> None:
    """Raises Undecodable where a deflated data set, which pydicom inflates as a whole, is no film's."""
    file = BoundedReads(data, most_reads)
    read_preamble(file, force=True)
    stated = _read_file_meta_info(file).get("TransferSyntaxUID")
    packed = data[file.tell() :] if stated == DeflatedExplicitVRLittleEndian else b""
    most = most_inflated(len(packed))
    if inflated_bytes(packed, most + 1, -zlib.MAX_WBITS) > most:
        raise inflates_too_much(len(packed))
    if packed:
        check_inflated(packed, most_reads)


def is_dataset(given: object) -> TypeGuard[Dataset]:
    return isinstance(given, Dataset)


def encoded(dataset: Dataset) -> bytes:
    """A data set in memory as the bytes of a file, in its own transfer syntax. Raises Undecodable.

    One that was made in memory and states none is written as explicit little endian.
    """
    buffer = BytesIO()
    stated = "TransferSyntaxUID" in getattr(dataset, "file_meta", ()) or None not in dataset.original_encoding
    encoding = {} if stated else {"implicit_vr": False, "little_endian": True}
    try:
        with without_warnings():
            dcmwrite(buffer, dataset, **encoding)
    except Exception as error:  # pydicom raises many types on values that cannot be written
        raise Undecodable(
            "a data set that cannot be written as a DICOM file was found, a whole one was expected; check "
            "its transfer syntax and values, or give the file it came from"
        ) from error
    return buffer.getvalue()


def listed_files(data: bytes) -> tuple[tuple[str, ...], ...]:
    """File IDs, as folder names and a file name, of the images that a DICOMDIR lists. PS3.3 F.3.2.2.

    Raises NotAnImage, Undecodable.
    """
    with without_warnings():
        records = items(read_dataset(data, MOST_READS_OF_A_DISC), "DirectoryRecordSequence")
        images = (record for record in records if text(record, "DirectoryRecordType") == "IMAGE")
        return tuple(parts for image in images if (parts := texts(image, "ReferencedFileID")))


def transfer_syntax(dataset: FileDataset) -> str:
    """The UID stated, or the one that was found to fit where none is stated (files without preamble)."""
    stated = text(dataset.file_meta, "TransferSyntaxUID") if hasattr(dataset, "file_meta") else ""
    if stated:
        return stated
    implicit, little = dataset.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def values(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """The values of an element, none where it is absent, empty or unreadable."""
    try:
        value = dataset.get(keyword)
    except Exception:  # a data set may raise anything on access; the value is then unreadable
        return ()
    if value is None or value == "":
        return ()
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        return (value,)
    return tuple(value)


def text(dataset: Dataset, keyword: str) -> str:
    """The whole text without padding; empty where there is none.

    A backslash in it separates values, but people write it in single ones too: what follows it is kept.
    What is longer than LONGEST_TEXT is cut.
    """
    return "\\".join(part for part in texts(dataset, keyword) if part)[:LONGEST_TEXT]


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    _shorten(dataset, keyword)
    return tuple(str(value).strip().strip("\0").strip()[:LONGEST_TEXT] for value in values(dataset, keyword))


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Finite or not, NaN where there is a value that is no number."""
    _shorten(dataset, keyword)
    found = values(dataset, keyword) or _unread_text(dataset, keyword)
    return tuple(_number(part) for value in found for part in _parts(value))


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value where it is a finite number."""
    found = numbers(dataset, keyword)
    return found[0] if found and math.isfinite(found[0]) else None


def whole_number(dataset: Dataset, keyword: str) -> int | None:
    found = number(dataset, keyword)
    return int(found) if found is not None and found == int(found) else None


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """The items of a sequence."""
    return tuple(item for item in values(dataset, keyword) if isinstance(item, Dataset))


def pixel_bytes(dataset: Dataset) -> bytes:
    """Of PixelData; none where it is absent, or where its representation is one of numbers or text."""
    found = next(iter(values(dataset, "PixelData")), b"")
    return found if isinstance(found, bytes) else b""


def put(dataset: Dataset, keyword: str, value: int | str) -> None:
    """In the place of what is there, which need not be readable; setting an attribute would read it first."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    dataset.add_new(tag, dictionary_VR(tag), value)


def _parts(value: object) -> tuple[object, ...]:
    """The numbers that one value holds: text of another representation than DS, or with commas.

    docs/choices-intake.md#commas-in-numbers
    """
    if not isinstance(value, str):
        return (value,)
    separated = value.replace(",", "\\" if "." in value else ".")
    return tuple(separated.split("\\"))


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _shorten(dataset: Dataset, keyword: str) -> None:
    """What no text or number needs of an element is dropped before it is converted, value by value."""
    tag = BaseTag(tag_for_keyword(keyword) or 0)
    element = dataset._dict.get(tag)
    if isinstance(element, RawDataElement) and len(element.value or b"") > LONGEST_VALUE:
        dataset._dict[tag] = element._replace(value=(element.value or b"")[:LONGEST_VALUE])


def _unread_text(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """The bytes of an element that gave no value, as text: pydicom converts only what the standard allows."""
    element = dataset._dict.get(BaseTag(tag_for_keyword(keyword) or 0))  # raw: converting it has failed
    unread = element.value if isinstance(element, RawDataElement) else None
    found = (unread or b"").decode("ascii", "replace").strip(" \0")
    return (found,) if found else ()
