"""Films to read: two bones with a gap between them, soft tissue and air, as DICOM or as a picture."""

import struct
import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)

REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SUBJECT = "OAI-9000099"
NAME = "Doe^Jane"


def knee(rows: int = 200, columns: int = 160, top: int = 4000) -> npt.NDArray[np.uint16]:
    """Values 100 (air) to `top` (cortical bone), bone bright, with texture; odd numbers and odd sizes too."""
    y, x = np.mgrid[0:rows, 0:columns]
    across = (x - columns / 2) / columns
    film = np.full((rows, columns), 0.03)
    film[np.abs(across) < 0.42] = 0.4
    film[np.abs(across) < 0.30] = 0.75
    film[(np.abs(y - rows / 2) < rows * 0.02) & (np.abs(across) < 0.30)] = 0.45
    texture = np.random.default_rng(7).random((rows, columns)) * 0.05
    return np.round((film + texture) * top / 0.81).clip(100, top).astype(np.uint16)


def data_set(pixels: npt.NDArray[Any] | None = None, **tags: Any) -> FileDataset:
    """As below; what the standard does not allow is written all the same, as real files hold it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _data_set(pixels, **tags)


def _data_set(pixels: npt.NDArray[Any] | None = None, **tags: Any) -> FileDataset:
    """A CR of a knee in Explicit VR Little Endian; tags by keyword, None deletes one."""
    pixels = knee() if pixels is None else pixels
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    film = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    film.SOPClassUID, film.SOPInstanceUID = ComputedRadiographyImageStorage, "1.2.3.4"
    film.StudyInstanceUID, film.SeriesInstanceUID = "1.2.3", "1.2.3.5"
    film.Modality, film.PatientID, film.PatientName = "CR", SUBJECT, NAME
    film.StudyDate, film.BodyPartExamined, film.ViewPosition = "20040315", "KNEE", "PA"
    film.Rows, film.Columns = pixels.shape[:2]
    film.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    film.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        film.PlanarConfiguration = 0
    film.BitsAllocated = pixels.dtype.itemsize * 8
    film.BitsStored = 12 if pixels.dtype == np.uint16 else film.BitsAllocated
    film.HighBit = film.BitsStored - 1
    film.PixelRepresentation = int(pixels.dtype.kind == "i")
    film.PixelData = pixels.tobytes()
    film["PixelData"].VR = "OW" if film.BitsAllocated > 8 else "OB"
    for keyword, value in tags.items():
        if value is None:
            delattr(film, keyword)
        else:
            setattr(film, keyword, value)
    return film


def item(**tags: Any) -> Dataset:
    entry = Dataset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, value in tags.items():
            setattr(entry, keyword, value)
    return entry


def as_bytes(film: FileDataset, **how: Any) -> bytes:
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(out, film, **how)
    return out.getvalue()


def without_preamble(film: FileDataset) -> bytes:
    """The bare data set, implicit little endian, as old archives keep it."""
    out = BytesIO()
    bare = Dataset()
    bare.update(film)
    pydicom.dcmwrite(out, bare, implicit_vr=True, little_endian=True)
    return out.getvalue()


def jpeg_lossless(film: FileDataset, folder: Path) -> bytes:
    """The film in JPEG Lossless (process 14, selection value 1), encoded by GDCM by way of two files."""
    import gdcm

    plain, packed = folder / "plain.dcm", folder / "packed.dcm"
    plain.write_bytes(as_bytes(film))
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(packed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    data = packed.read_bytes()
    assert pydicom.dcmread(BytesIO(data)).file_meta.TransferSyntaxUID == JPEGLosslessSV1
    return data


def jpeg_baseline(film: FileDataset) -> FileDataset:
    pixels = np.frombuffer(film.PixelData, np.uint8).reshape(film.Rows, film.Columns)
    film.PixelData = encapsulate([picture(pixels, ".jpg")])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    return film


def jpeg_2000_lossless(film: FileDataset) -> FileDataset:
    from openjpeg.utils import encode_array

    pixels = np.frombuffer(film.PixelData, np.uint16).reshape(film.Rows, film.Columns)
    stream = encode_array(pixels, bits_stored=film.BitsStored)
    film.PixelData = encapsulate([bytes(stream)])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    return film


def png(pixels: npt.NDArray[Any]) -> bytes:
    return picture(pixels, ".png")


def picture(pixels: npt.NDArray[Any], suffix: str) -> bytes:
    done, encoded = cv2.imencode(suffix, pixels)
    assert done
    return encoded.tobytes()


def saved(image: Image.Image, how: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, how, **options)
    return out.getvalue()


def rle(film: FileDataset, pixels: npt.NDArray[Any]) -> FileDataset:
    """RLE with one segment a byte, the highest first, all of literal runs (PS3.5 annex G)."""
    cells = pixels.astype(pixels.dtype.newbyteorder(">")).tobytes()
    segments = [_literal_runs(cells[byte :: pixels.dtype.itemsize]) for byte in range(pixels.dtype.itemsize)]
    starts = [64 + sum(map(len, segments[:number])) for number in range(len(segments))]
    header = struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(segments)))
    film.PixelData = encapsulate([header + b"".join(segments)])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = RLELossless
    return film


def _literal_runs(plane: bytes) -> bytes:
    runs = (plane[start : start + 128] for start in range(0, len(plane), 128))
    packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
    return packed + b"\x80" * (len(packed) % 2)


def tiff(pixels: Any, **options: Any) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, pixels, **options)
    return out.getvalue()


def grey8(rows: int = 200, columns: int = 160) -> npt.NDArray[np.uint8]:
    return (knee(rows, columns) // 16).astype(np.uint8)
