"""What the header says of displaying stored values, from public threads."""

import struct
from typing import Final

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from evaluation.faults.films import changed, pixels, put, sample, with_bytes
from evaluation.faults.trial import EIGHT_BITS, Finding, Situation, alike, read
from kltool.errors import KltoolError


def _padded(dataset: FileDataset) -> None:
    """Signed pixels with padding of -2000, whose tag is unsigned."""
    stored = pixels().astype(np.int16)
    stored[:, :20] = -2000
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 1, 16, 15
    dataset.PixelData = stored.tobytes()
    put(dataset, "PixelPaddingValue", struct.pack("<h", -2000), "US")


def _padding() -> Finding:
    found = read(changed(_padded))
    if isinstance(found, KltoolError):
        return Finding(str(found), False)
    darkest = float(found.pixels[:, 20:].min())
    return Finding(
        f"darkest of the film {darkest:g}, padding {found.pixels[0, 0]:g}", darkest == found.pixels[0, 0]
    )


def _table(first: int, count: int, bits: int, data: bytes, signed: bool = False) -> bytes:
    def change(dataset: FileDataset) -> None:
        item = Dataset()
        put(item, "LUTDescriptor", struct.pack("<HhH", count, first, bits), "SS" if signed else "US")
        put(item, "LUTData", data, "OW")
        item.ModalityLUTType = "US"
        dataset.ModalityLUTSequence = [item]
        if signed:
            dataset.PixelRepresentation = 1
            dataset.PixelData = (pixels().astype(np.int32) - 2048).astype(np.int16).tobytes()

    return changed(change)


def _inverse(dataset: FileDataset) -> None:
    dataset.PhotometricInterpretation, dataset.PresentationLUTShape = "MONOCHROME1", "INVERSE"
    dataset.PixelData = (4095 - pixels()).tobytes()


_STEPS: Final = np.arange(65_536, dtype="<u2")

SITUATIONS: Final = (
    Situation(
        "RescaleSlope and RescaleIntercept empty",
        "ImagingDataCommons/highdicom#418",
        "stored values",
        lambda _: alike(with_bytes("RescaleSlope", b""), sample()),
    ),
    Situation(
        "RescaleSlope 0.01",
        "cornerstonejs/cornerstone3D#1925",
        "read, no level lost",
        lambda _: alike(with_bytes("RescaleSlope", b"0.01"), sample()),
    ),
    Situation(
        "RescaleSlope -10",
        "OHIF/Viewers#127",
        "bone bright",
        lambda _: alike(with_bytes("RescaleSlope", b"-10 "), sample()),
    ),
    Situation(
        "Padding of signed pixels tagged as unsigned",
        "Enet4/dicom-rs#460",
        "padding at the darkest of the film",
        lambda _: _padding(),
    ),
    Situation(
        "MONOCHROME1 and INVERSE",
        "nroduit/Weasis#372",
        "one inversion",
        lambda _: alike(changed(_inverse), sample()),
    ),
    Situation(
        "Modality table of 65,536 entries, written as 0",
        "pydicom/pydicom#942",
        "read",
        lambda _: alike(_table(0, 0, 16, _STEPS.tobytes()), sample()),
    ),
    Situation(
        "Modality table of 8-bit entries, one byte each",
        "cornerstonejs/cornerstone3D#2856",
        "read",
        lambda _: alike(
            _table(0, 4096, 8, (_STEPS[:4096] // 16).astype(np.uint8).tobytes()), sample(), EIGHT_BITS
        ),
        "called damaged",
    ),
    Situation(
        "Modality table above 32,767 for signed pixels",
        "cornerstonejs/cornerstoneWADOImageLoader#259",
        "entries are unsigned",
        lambda _: alike(_table(-2048, 4096, 16, (_STEPS[:4096] * 16).tobytes(), signed=True), sample()),
    ),
)
