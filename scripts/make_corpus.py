"""Make the seeds of the fuzzing: python scripts/make_corpus.py → tests/corpus/*.

One small film, made up, in every transfer syntax, picture format and archive that kltool reads. The files are
committed, so that a mutation of a seed is the same everywhere; some encoders (GDCM for JPEG Lossless) are
needed here alone.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import tifffile
from openjpeg.utils import encode_array as encode_jpeg_2000
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.uid import (
    JPEG2000,
    UID,
    ComputedRadiographyImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

CORPUS: Final = Path(__file__).resolve().parents[1] / "tests" / "corpus"
SAMPLE: Final = CORPUS.parents[1] / "sample_images" / "knee_right_normal.dcm"
ROWS: Final = 96  # a film of some kilobytes: mutations hit headers as often as pixels
INSTANCE: Final = UID("1.2.826.0.1.3680043.10.999.1")
STAMP: Final = (2026, 1, 1, 0, 0, 0)

Pixels = npt.NDArray[Any]


def main() -> None:
    CORPUS.mkdir(exist_ok=True)
    for name, make in {**dicom_seeds(), **picture_seeds(), **archive_seeds()}.items():
        data = make()
        (CORPUS / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes")


def dicom_seeds() -> Mapping[str, Callable[[], bytes]]:
    return {
        "explicit-little.dcm": lambda: _dicom(grey16()),
        "implicit-little.dcm": lambda: _dicom(grey16(), ImplicitVRLittleEndian),
        "explicit-big.dcm": _big_endian,
        "deflated.dcm": lambda: _dicom(grey16(), DeflatedExplicitVRLittleEndian),
        "without-preamble.dcm": _without_preamble,
        "unsigned32-inverted.dcm": lambda: _dicom(
            grey16().astype(np.uint32) * 65_537, PhotometricInterpretation="MONOCHROME1"
        ),
        "signed16-rescaled.dcm": lambda: _dicom(
            grey16().astype(np.int16) - 2_048, RescaleSlope="2", RescaleIntercept="4096"
        ),
        "rle.dcm": lambda: _encoded(RLELossless, grey16(), None),
        "jpeg-baseline.dcm": lambda: _encoded(JPEGBaseline8Bit, grey8(), jpeg()),
        "jpeg-lossless.dcm": _jpeg_lossless,
        "jpeg-ls.dcm": lambda: _encoded(JPEGLSLossless, grey16(), _jpeg_ls(0)),
        "jpeg-ls-near.dcm": lambda: _encoded(JPEGLSNearLossless, grey16(), _jpeg_ls(4)),
        "jpeg-2000.dcm": lambda: _encoded(JPEG2000Lossless, grey16(), _jpeg_2000()),
        "jpeg-2000-lossy.dcm": lambda: _encoded(JPEG2000, grey16(), _jpeg_2000(compression_ratios=[8])),
    }


def picture_seeds() -> Mapping[str, Callable[[], bytes]]:
    return {
        "8-bit.png": lambda: _by_opencv(".png", grey8()),
        "16-bit.png": lambda: _by_opencv(".png", grey16() * 16),
        "palette.png": lambda: _by_pillow("PNG", Image.fromarray(grey8()).convert("P")),
        "baseline.jpg": jpeg,
        "progressive.jpg": lambda: _by_pillow("JPEG", Image.fromarray(grey8()), progressive=True),
        "strips.tif": lambda: _tiff(rowsperstrip=16),
        "lzw.tif": lambda: _by_pillow("TIFF", Image.fromarray(grey8()), compression="tiff_lzw"),
        "tiles.tif": lambda: _tiff(tile=(32, 32), compression="zlib"),
        "big.tif": lambda: _tiff(bigtiff=True, byteorder=">"),
        "plain.bmp": lambda: _by_opencv(".bmp", grey8()),
        "run-length.bmp": _run_length_bmp,
    }


def archive_seeds() -> Mapping[str, Callable[[], bytes]]:
    tar = _tar
    return {
        "stored.zip": lambda: _zip(zipfile.ZIP_STORED),
        "deflated.zip": lambda: _zip(zipfile.ZIP_DEFLATED),
        "bzipped.zip": lambda: _zip(zipfile.ZIP_BZIP2),
        "lzma.zip": lambda: _zip(zipfile.ZIP_LZMA),
        "plain.tar": tar,
        "gzipped.tar.gz": lambda: gzip.compress(tar(), mtime=0),
        "bzipped.tar.bz2": lambda: bz2.compress(tar()),
        "xzipped.tar.xz": lambda: lzma.compress(tar()),
        "dicomdir.zip": _dicomdir,
        "DICOMDIR": lambda: zipfile.ZipFile(io.BytesIO(_dicomdir())).read("DICOMDIR"),
    }


def grey16() -> npt.NDArray[np.uint16]:
    """12 bits."""
    pixels = pydicom.dcmread(SAMPLE).pixel_array
    columns = round(pixels.shape[1] * ROWS / pixels.shape[0])
    small = cv2.resize(pixels, (columns, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray(np.round(small / small.max() * 4_095), np.uint16)


def grey8() -> npt.NDArray[np.uint8]:
    return (grey16() // 16).astype(np.uint8)


def jpeg() -> bytes:
    return _by_opencv(".jpg", grey8())


def _film(pixels: Pixels) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = INSTANCE
    film = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    film.SOPClassUID, film.SOPInstanceUID = ComputedRadiographyImageStorage, INSTANCE
    film.StudyInstanceUID, film.SeriesInstanceUID = f"{INSTANCE}.2", f"{INSTANCE}.3"
    film.Modality, film.PatientID, film.PatientName, film.StudyID = "CR", "SEED-1", "Doe^Jane", "1"
    film.StudyDate, film.StudyTime, film.SeriesNumber, film.InstanceNumber = "20240315", "120000", 1, 1
    film.BodyPartExamined, film.ViewPosition, film.ImageLaterality = "KNEE", "AP", "R"
    film.PixelSpacing = film.ImagerPixelSpacing = ["1.0", "1.0"]
    film.Rows, film.Columns = pixels.shape
    film.SamplesPerPixel, film.PhotometricInterpretation = 1, "MONOCHROME2"
    film.BitsAllocated = pixels.dtype.itemsize * 8
    film.BitsStored = 12 if pixels.dtype == np.uint16 else film.BitsAllocated
    film.HighBit, film.PixelRepresentation = film.BitsStored - 1, int(pixels.dtype.kind == "i")
    film.PixelData = pixels.tobytes()
    film["PixelData"].VR = "OB" if film.BitsAllocated == 8 else "OW"
    return film


def _dicom(pixels: Pixels, syntax: UID = ExplicitVRLittleEndian, **tags: Any) -> bytes:
    film = _film(pixels)
    for keyword, value in tags.items():
        setattr(film, keyword, value)
    film.file_meta.TransferSyntaxUID = syntax
    return _written(film)


def _written(film: FileDataset) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(out, film, enforce_file_format=True)
    return out.getvalue()


def _big_endian() -> bytes:
    film = _film(grey16())
    film.PixelData = grey16().astype(">u2").tobytes()
    film.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    return _written(film)


def _without_preamble() -> bytes:
    out, bare = io.BytesIO(), pydicom.Dataset()
    bare.update(_film(grey16()))
    pydicom.dcmwrite(out, bare, implicit_vr=True, little_endian=True)
    return out.getvalue()


def _encoded(syntax: UID, pixels: Pixels, stream: bytes | None) -> bytes:
    """stream: the pixels encoded; None leaves it to pydicom."""
    film = _film(pixels)
    if stream is None:
        film.compress(syntax, generate_instance_uid=False)
    else:
        film.PixelData = encapsulate([stream])
        film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
        film.file_meta.TransferSyntaxUID = syntax
    return _written(film)


def _jpeg_ls(near: int) -> bytes:
    from jpeg_ls import encode_array

    return bytes(encode_array(grey16(), near))


def _jpeg_2000(**options: Any) -> bytes:
    return bytes(encode_jpeg_2000(grey16(), bits_stored=12, **options))


def _jpeg_lossless() -> bytes:
    import gdcm

    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder, "plain.dcm"), Path(folder, "packed.dcm")
        plain.write_bytes(_dicom(grey16()))
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(str(plain))
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
        if not reader.Read():
            raise SystemExit("GDCM did not read the film")
        change.SetInput(reader.GetImage())
        if not change.Change():
            raise SystemExit("GDCM did not encode the film")
        writer.SetFileName(str(packed))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        if not writer.Write():
            raise SystemExit("GDCM did not write the film")
        return packed.read_bytes()


def _by_opencv(suffix: str, pixels: Pixels) -> bytes:
    return cv2.imencode(suffix, pixels)[1].tobytes()


def _by_pillow(name: str, image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def _tiff(**options: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, grey16(), photometric="minisblack", metadata=None, **options)
    return out.getvalue()


def _run_length_bmp() -> bytes:
    rows, columns = grey8().shape
    runs = b"".join(
        b"".join(bytes([1, value]) for value in row) + b"\0\0" for row in (grey8()[::-1] & 0xF0).tolist()
    )
    data = runs + b"\0\1"
    palette = b"".join(bytes([value, value, value, 0]) for value in range(256))
    header = struct.pack("<IiiHHIIiiII", 40, columns, rows, 1, 8, 1, len(data), 2_835, 2_835, 256, 0)
    start = 14 + len(header) + len(palette)
    return struct.pack("<2sIII", b"BM", start + len(data), 0, start) + header + palette + data


def _zip(how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as bundle:
        for name, data in (("films/a.dcm", _encoded(RLELossless, grey16(), None)), ("films/b.png", jpeg())):
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = how
            bundle.writestr(info, data)
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as bundle:
        for name, data in ((f"films/{'long' * 30}.dcm", _dicom(grey16())), ("films/b.jpg", jpeg())):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _dicomdir() -> bytes:
    """A file set with its DICOMDIR, in a zip archive."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        films = FileSet()
        films.UID = UID(f"{INSTANCE}.9")
        films.add(pydicom.dcmread(io.BytesIO(_dicom(grey16()))))
        films.write(folder)
        for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            bundle.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix(), STAMP), file.read_bytes())
    return out.getvalue()


if __name__ == "__main__":
    main()
