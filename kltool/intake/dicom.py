"""Bytes → DICOM data set; with and without preamble, in any transfer syntax."""

from io import BytesIO
from typing import TYPE_CHECKING

from kltool.errors import NotAnImage, Undecodable
from kltool.intake.kinds import EXPECTED
from kltool.intake.tags import items_of, silently, text_of, texts_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset, FileDataset

# one of these is in every image or DICOMDIR, whatever else is missing
HALLMARKS = ("SOPClassUID", "Modality", "Rows", "PatientID", "StudyInstanceUID", "DirectoryRecordSequence")


def read_data_set(data: bytes) -> "FileDataset":
    """Raises NotAnImage where the bytes are no data set, Undecodable where the data set is damaged."""
    from pydicom import dcmread

    try:
        with silently():
            dataset = dcmread(BytesIO(data), force=True)
            known = any(hallmark in dataset for hallmark in HALLMARKS)
    except Exception:  # pydicom raises many types on damaged files; all mean the same here
        raise Undecodable(
            "a damaged or truncated DICOM file was found, a whole one was expected; export it again"
        ) from None
    if known:
        return dataset
    if data[128:132] == b"DICM":
        raise Undecodable(
            "a DICOM file that ends too early was found, a whole one was expected; "
            "export or transfer it again"
        )
    raise NotAnImage(f"a file of unknown kind was found, {EXPECTED}; export the image again")


def transfer_syntax(dataset: "FileDataset") -> str:
    """The UID stated, or the one that was found to fit where none is stated (files without preamble)."""
    from pydicom import uid

    stated = text_of(dataset.file_meta, "TransferSyntaxUID") if hasattr(dataset, "file_meta") else ""
    if stated:
        return stated
    implicit, little = dataset.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def listed_files(data: bytes) -> tuple[tuple[str, ...], ...]:
    """File IDs, as folder names and a file name, of the images a DICOMDIR lists. PS3.3 F.3.2.2."""
    dataset: Dataset = read_data_set(data)
    records = items_of(dataset, "DirectoryRecordSequence")
    images = (record for record in records if text_of(record, "DirectoryRecordType") == "IMAGE")
    listed = (texts_of(image, "ReferencedFileID") for image in images)
    return tuple(parts for parts in listed if parts)
