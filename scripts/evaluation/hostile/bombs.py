"""Small files that would fill the memory, or take minutes, if they were believed; each kind in variants."""

import gzip
import struct
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import IO, Final

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
from openjpeg.utils import encode_array
from PIL import Image
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

FILM: Final = Path(__file__).resolve().parents[3] / "sample_images" / "knee_right_normal.dcm"
MEGABYTE: Final = bytes(1_000_000)
LIES_PX: Final = (25_000, 60_000)  # sides that a header claims
Grey = npt.NDArray[np.uint8]


def _codestream_of_another_size(
    stream: bytes, marker: bytes, form: str, syntax: str, random: Random
) -> bytes:
    """form: of rows and columns, `R` and `C`, after the marker and the bytes `x` before them."""
    film = pydicom.dcmread(FILM)
    at = stream.index(marker) + len(marker) + form.count("x")
    sides = struct.pack(">" + form.strip("x"), random.randint(*LIES_PX), random.randint(*LIES_PX))
    return _encapsulated(film, stream[:at] + sides + stream[at + len(sides) :], syntax)


def _encapsulated(film: FileDataset, stream: bytes, syntax: str, bits: int = 0) -> bytes:
    if bits:
        film.BitsAllocated = film.BitsStored = bits
        film.HighBit = bits - 1
    film.PixelData = encapsulate([stream])
    film["PixelData"].VR, film["PixelData"].is_undefined_length = "OB", True
    film.file_meta.TransferSyntaxUID = UID(syntax)
    return _bytes(film)


def _bytes(film: FileDataset) -> bytes:
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pydicom.dcmwrite(out, film)
    return out.getvalue()


def _grey() -> Grey:
    pixels = pydicom.dcmread(FILM).pixel_array
    return np.asarray(pixels / pixels.max() * 255, np.uint8)


def _jpeg_2000(random: Random) -> bytes:
    film = pydicom.dcmread(FILM)
    stream = bytes(encode_array(film.pixel_array, bits_stored=film.BitsStored))
    return _codestream_of_another_size(stream, b"\xff\x4f\xff\x51", "xxxxII", JPEG2000Lossless, random)


def _jpeg(random: Random) -> bytes:
    stream = cv2.imencode(".jpg", _grey())[1].tobytes()
    return _codestream_of_another_size(stream, b"\xff\xc0", "xxxHH", JPEGBaseline8Bit, random)


def _jpeg_ls(random: Random) -> bytes:
    from jpeg_ls import encode_array as encode

    stream = bytes(encode(_grey()))
    return _codestream_of_another_size(stream, b"\xff\xf7", "xxxHH", JPEGLSLossless, random)


def _rle(random: Random) -> bytes:
    """Runs of 128 from two bytes each, many more than the film has pixels."""
    header = struct.pack("<16I", 1, 64, *[0] * 14)
    return _encapsulated(
        pydicom.dcmread(FILM), header + b"\x81\0" * random.randint(500_000, 1_500_000), RLELossless, bits=8
    )


def _deflated(random: Random) -> bytes:
    """A whole film, and behind its pixels an element of zeros."""
    film = pydicom.dcmread(FILM)
    film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = _bytes(film)
    start = 144 + struct.unpack_from("<I", data, 140)[0]
    megabytes = random.randint(300, 500)
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    padding = struct.pack("<HH2sHI", 0xFFFC, 0xFFFC, b"OB", 0, megabytes * len(MEGABYTE))
    packed = packer.compress(data[start:] + padding)
    packed += b"".join(packer.compress(MEGABYTE) for _ in range(megabytes)) + packer.flush()
    meta = data[:start].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    length = struct.unpack_from("<I", data, 140)[0] + 2
    at = meta.index(b"1.2.840.10008.1.2.1.99") - 2
    return (
        meta[:140]
        + struct.pack("<I", length)
        + meta[144:at]
        + struct.pack("<H", 22)
        + meta[at + 2 :]
        + packed
    )


def _tiff_directories(random: Random) -> bytes:
    """Directories that all have the same values, as many as the file has bytes."""
    size, pages = random.randint(100_000, 300_000), random.randint(500, 2_000)
    head, directories = struct.pack("<2sHI", b"II", 42, 8), []
    for page in range(1, pages + 1):
        entry = struct.pack("<HHII", 273, 1, size - 10, 8)
        directories.append(
            struct.pack("<H", 1) + entry + struct.pack("<I", (8 + 18 * page) if page < pages else 0)
        )
    return (head + b"".join(directories)).ljust(size, b"\1")


def _tiff_entries(random: Random) -> bytes:
    """Directories of 65,535 entries each, which overlap."""
    size = random.randint(900_000, 1_200_000)
    data = bytearray(b"\xff" * size)
    data[:8] = struct.pack("<2sHI", b"II", 42, 8)
    starts = range(8, 8 + 4 * 2_000, 4)
    for start, following in zip(starts, [*starts[1:], 0], strict=True):
        end = start + 2 + 12 * 65_535
        data[start : start + 2] = b"\xff\xff"
        data[end : end + 4] = struct.pack("<I", following)
    return bytes(data)


def _bmp(random: Random) -> bytes:
    """Run-length coded, of 144 million pixels, almost none of which are there."""
    side = random.randint(10_000, 12_000)
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, 1_000, 0, 0, 256, 0)
    return struct.pack("<2sIII", b"BM", 2_078, 0, 1_078) + header + bytes(1_024) + b"\xff\0" * 499 + b"\0\1"


def _png(random: Random) -> bytes:
    side = random.randint(8_000, 12_000)
    return cv2.imencode(".png", np.zeros((side, side), np.uint8))[1].tobytes()


def _jpeg_of_many_scans(random: Random) -> bytes:
    """The last scan of a progressive JPEG again and again."""
    out = BytesIO()
    large = cv2.resize(_grey(), (random.randint(2_500, 3_500), random.randint(2_500, 3_500)))
    Image.fromarray(large).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * random.randint(100, 300) + data[-2:]


def _zip(random: Random) -> bytes:
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle,
        bundle.open("film.dcm", "w") as member,
    ):
        _zeros(member, random)
    return out.getvalue()


def _tar(kind: bytes) -> Callable[[Random], bytes]:
    """A gzipped tar archive with one member that states a length of hundreds of megabytes, or gigabytes."""

    def made(random: Random) -> bytes:
        out, info = BytesIO(), tarfile.TarInfo("film.dcm")
        info.type, info.size = kind, random.randint(300, 8_000) * len(MEGABYTE)
        with gzip.open(out, "wb") as stream:
            stream.write(info.tobuf(tarfile.GNU_FORMAT))
            _zeros(stream, random)
        return out.getvalue()

    return made


def _zeros(stream: IO[bytes] | gzip.GzipFile, random: Random) -> None:
    for _ in range(random.randint(200, 400)):
        stream.write(MEGABYTE)


KINDS: Final[dict[str, tuple[str, Callable[[Random], bytes]]]] = {
    "JPEG 2000 of another size than the tags": (".dcm", _jpeg_2000),
    "JPEG of another size than the tags": (".dcm", _jpeg),
    "JPEG-LS of another size than the tags": (".dcm", _jpeg_ls),
    "RLE of more pixels than the tags": (".dcm", _rle),
    "deflated DICOM": (".dcm", _deflated),
    "TIFF directories with values": (".tif", _tiff_directories),
    "TIFF directories that overlap": (".tif", _tiff_entries),
    "run-length BMP": (".bmp", _bmp),
    "PNG without content": (".png", _png),
    "JPEG of many scans": (".jpg", _jpeg_of_many_scans),
    "zip member of zeros": (".zip", _zip),
    "pax header of a tar archive": (".tgz", _tar(b"x")),
    "global pax header of a tar archive": (".tgz", _tar(b"g")),
    "long name of a tar archive": (".tgz", _tar(b"L")),
    "tar member of zeros": (".tgz", _tar(b"0")),
}


def write_bombs(folder: Path, variants: int, seed: int) -> Iterator[tuple[str, Path]]:
    """Kind and file of each; the same for the same seed."""
    for number, (kind, (suffix, made)) in enumerate(KINDS.items()):
        for variant in range(variants):
            path = folder / f"{number:02d}-{variant:02d}{suffix}"
            path.write_bytes(made(Random(f"{seed}-{number}-{variant}")))
            yield kind, path
