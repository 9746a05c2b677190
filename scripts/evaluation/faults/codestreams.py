"""Pixels of DICOM files that are stored in an unusual way, from public threads."""

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import ExplicitVRBigEndian

from evaluation.faults import films
from evaluation.faults.films import changed, film, grey8, in_fragments, pixels, sample
from evaluation.faults.trial import EIGHT_BITS, LOSSY, Finding, Situation, alike, refused

JPEG, JPEG_2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"


def _jpeg_2000() -> bytes:
    from openjpeg.utils import encode_array  # late: an extra of pydicom's decoders

    return bytes(encode_array(pixels(), bits_stored=12))


def _jpeg(image: Image.Image) -> bytes:
    return films.picture(image, "JPEG", quality=95)


def _grey_jpeg(end: bool) -> Finding:
    tags = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
    codestream = _jpeg(Image.fromarray(grey8()))
    if end:
        return alike(in_fragments(codestream, JPEG, **tags), sample(), LOSSY)
    return refused(in_fragments(codestream[:-2], JPEG, **tags), "end too early")


def _luminance() -> npt.NDArray[np.uint8]:
    """(rows, columns, 3): grey as luminance, with neutral chrominance."""
    grey = grey8()
    return np.stack((grey, np.full_like(grey, 128), np.full_like(grey, 128)), axis=-1)


def _longer(dataset: FileDataset) -> None:
    dataset.PixelData = dataset.PixelData + bytes(1000)


def _big_endian(stored: bytes, **tags: int) -> bytes:
    dataset = film()
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = stored
    dataset["PixelData"].VR = "OW"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    return films.written(dataset, implicit_vr=False, little_endian=False)


def _swapped_words(cells: npt.NDArray[np.uint8]) -> bytes:
    return np.frombuffer(cells.tobytes(), "<u2").astype(">u2").tobytes()


def _packed(dataset: FileDataset) -> None:
    """Two pixels of 12 bits in three bytes."""
    first, second = pixels().ravel()[0::2], pixels().ravel()[1::2]
    packed = np.stack((first & 255, (first >> 8) | ((second & 15) << 4), second >> 4), axis=1)
    dataset.BitsAllocated, dataset.PixelData = 12, packed.astype(np.uint8).tobytes()


def _noise_above(dataset: FileDataset) -> None:
    noise = np.random.default_rng(5).integers(0, 16, pixels().shape, np.uint16)
    dataset.PixelData = (pixels() | (noise << 12)).tobytes()


def _half_used(dataset: FileDataset) -> None:
    dataset.BitsStored, dataset.HighBit = 8, 7
    dataset.PixelData = grey8().astype(np.uint16).tobytes()


def _monochrome(dataset: Dataset) -> None:
    dataset.PhotometricInterpretation = "RGB"


_EIGHT: Final = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}

SITUATIONS: Final = (
    Situation(
        "Bytes after the pixels", "pydicom/pydicom#796", "read", lambda _: alike(changed(_longer), sample())
    ),
    Situation(
        "One frame in many fragments, no offset table",
        "dcm4che/dcm4chee-arc-light#752",
        "read",
        lambda _: alike(in_fragments(_jpeg_2000(), JPEG_2000, 9), sample()),
    ),
    Situation(
        "JPEG without its end marker",
        "Efferent-Health/fo-dicom.Codecs#37",
        "refused, the cause named: decoders fill up what is missing",
        lambda _: _grey_jpeg(end=False),
    ),
    Situation(
        "Zeros after a JPEG 2000 codestream",
        "pydicom/pydicom#672",
        "read",
        lambda _: alike(in_fragments(_jpeg_2000() + bytes(200), JPEG_2000), sample()),
        "called damaged",
    ),
    Situation(
        "RGB stated, luminance and chrominance stored",
        "pydicom/pylibjpeg-libjpeg#29",
        "a grey film",
        lambda _: alike(films.colour(_luminance(), "RGB"), sample(), EIGHT_BITS),
        "called a colour picture",
    ),
    Situation(
        "YBR_FULL stated, RGB stored",
        "pydicom/pylibjpeg#41",
        "a grey film",
        lambda _: alike(films.colour(np.stack([grey8()] * 3, axis=-1), "YBR_FULL"), sample(), EIGHT_BITS),
        "called a colour picture",
    ),
    Situation(
        "YBR_FULL_422 stated, chrominance stored in full",
        "cornerstonejs/cornerstone3D#829",
        "read",
        lambda _: alike(films.colour(_luminance(), "YBR_FULL_422"), sample(), EIGHT_BITS),
        "called damaged",
    ),
    Situation(
        "RGB stated, one sample a pixel",
        "fo-dicom/fo-dicom#837",
        "read in grey",
        lambda _: alike(changed(_monochrome), sample()),
    ),
    Situation(
        "Big endian",
        "pydicom/pydicom#275",
        "read",
        lambda _: alike(_big_endian(pixels().astype(">u2").tobytes()), sample()),
    ),
    Situation(
        "8-bit pixels in words of big endian",
        "pydicom/pydicom#1680",
        "read",
        lambda _: alike(_big_endian(_swapped_words(grey8()), **_EIGHT), sample(), EIGHT_BITS),
    ),
    Situation(
        "12 bits allocated",
        "cornerstonejs/cornerstone3D#2661",
        "read, or refused with the cause (the standard has whole bytes)",
        lambda _: refused(changed(_packed), "12 allocated"),
        "called damaged",
    ),
    Situation(
        "Noise in the bits above BitsStored",
        "pydicom/pydicom#2066",
        "read",
        lambda _: alike(changed(_noise_above), sample()),
    ),
    Situation(
        "8 bits stored of 16 allocated",
        "nroduit/Weasis#94",
        "read",
        lambda _: alike(changed(_half_used), sample(), EIGHT_BITS),
    ),
)
