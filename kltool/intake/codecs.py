"""Data set → stored pixels, by decoders that refuse a damaged codestream instead of ending the program.

Uncompressed, deflated and RLE by pydicom itself, JPEG-LS by CharLS, JPEG 2000 by OpenJPEG, 8-bit JPEG by
OpenCV. Lossless JPEG is left to GDCM, which ends the whole program on headers that lie; it is handed only
streams whose headers were checked. docs/choices-intake.md#codecs
"""

import re
import struct
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from kltool.errors import InstallationError, KltoolError, Undecodable
from kltool.intake.dicom import transfer_syntax
from kltool.intake.tags import silently, text_of, whole_number_of

if TYPE_CHECKING:
    from pydicom.dataset import FileDataset
    from pydicom.uid import UID

Stored = npt.NDArray[Any]

RLE = "1.2.840.10008.1.2.5"
JPEG = frozenset(("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"))  # baseline, extended
JPEG_LOSSLESS = frozenset(("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"))  # process 14, any and SV1
JPEG_LS = frozenset(("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"))
JPEG_2000 = frozenset(f"1.2.840.10008.1.2.4.{last}" for last in ("90", "91", "201", "202", "203"))
# what people call the syntaxes, the package that decodes each, and the module it installs
DECODERS = {
    "uncompressed": ("pydicom", "pydicom"),
    "deflated": ("pydicom", "pydicom"),
    "RLE": ("pydicom", "pydicom"),
    "JPEG, 8 bit": ("opencv-python-headless", "cv2"),
    "JPEG lossless": ("python-gdcm", "gdcm"),
    "JPEG-LS": ("pyjpegls", "jpeg_ls"),
    "JPEG 2000": ("pylibjpeg-openjpeg", "openjpeg"),
}
END_OF_CODESTREAM = b"\xff\xd9"  # JPEG, JPEG-LS and JPEG 2000 alike


def stored_pixels(dataset: "FileDataset") -> Stored:
    """(rows, columns), or (rows, columns, channels) for colour, as stored.

    Raises Undecodable where the pixels are damaged, cut off or in a syntax that is not read,
    InstallationError where a decoder is missing.
    """
    from pydicom.uid import UID

    syntax = UID(transfer_syntax(dataset))
    _refuse_shifted_bits(dataset)
    try:
        with silently():
            stored = _decoded(dataset, syntax)
    except KltoolError:
        raise
    except ImportError as error:
        raise InstallationError(
            f"the decoder {error.name} was not found, it was expected for this image's compression; "
            "install kltool again with all its dependencies"
        ) from None
    except Exception:  # decoders raise many types; all mean that there are no pixels
        raise cut() from None
    size = (whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns"))
    if stored.ndim not in (2, 3) or stored.shape[:2] != size:
        raise cut()
    return stored


def installed_decoders() -> dict[str, tuple[str, ...]]:
    """Each kind of pixels that is read, with the package that decodes it; empty where that is missing."""
    return {kind: (package,) if find_spec(module) else () for kind, (package, module) in DECODERS.items()}


def cut() -> Undecodable:
    return Undecodable(
        "pixels that are damaged or end too early were found, whole pixels were expected; "
        "export or transfer the image again"
    )


def _decoded(dataset: "FileDataset", syntax: "UID") -> Stored:
    if syntax in JPEG_2000:
        return _with_sign(_jpeg_2000(_codestream(dataset)), dataset)
    if syntax in JPEG:
        return _jpeg(_codestream(dataset))
    if syntax in JPEG_LOSSLESS:
        check_lossless_headers(_codestream(dataset), dataset)
        return _by_pydicom(dataset, syntax, "gdcm")
    if syntax in JPEG_LS:
        _codestream(dataset)
        return _by_pydicom(dataset, syntax, "pyjpegls")
    return _by_pydicom(dataset, syntax, "pydicom" if syntax == RLE else "")


def _by_pydicom(dataset: "FileDataset", syntax: "UID", plugin: str) -> Stored:
    from pydicom.pixels.decoders.base import get_decoder

    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise _unread() from None
    if plugin and plugin not in decoder.available_plugins:
        raise ImportError(name=plugin)
    _set_syntax(dataset, syntax)
    stored, _ = decoder.as_array(dataset, index=0, decoding_plugin=plugin)
    return stored


def _unread() -> Undecodable:
    return Undecodable(
        "pixels in a transfer syntax that is not read were found; uncompressed, RLE, 8-bit or lossless "
        "JPEG, JPEG-LS or JPEG 2000 was expected; export the image uncompressed"
    )


def _set_syntax(dataset: "FileDataset", syntax: "UID") -> None:
    """Decoders look for the transfer syntax in the file meta information, which not every file has."""
    from pydicom.dataset import FileMetaDataset

    if not hasattr(dataset, "file_meta"):
        dataset.file_meta = FileMetaDataset()
    if text_of(dataset.file_meta, "TransferSyntaxUID") != syntax:
        dataset.file_meta.TransferSyntaxUID = syntax


def _codestream(dataset: "FileDataset") -> bytes:
    """The one frame. Decoders fill up a codestream that was cut off, without a word; its end tells."""
    from pydicom.encaps import generate_frames

    frame = next(iter(generate_frames(dataset.PixelData, number_of_frames=1)), b"")
    if END_OF_CODESTREAM not in frame[-64:]:
        raise cut()
    return frame


def _jpeg_2000(codestream: bytes) -> Stored:
    from openjpeg.utils import decode

    decoded: Stored = decode(codestream)
    return decoded


def _jpeg(codestream: bytes) -> Stored:
    import cv2

    precision = _frame_header(codestream)[1]
    if precision != 8:
        raise _unread()
    decoded = cv2.imdecode(np.frombuffer(codestream, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None:
        raise cut()
    return decoded if decoded.ndim == 2 else decoded[..., ::-1]


def _with_sign(decoded: Stored, dataset: "FileDataset") -> Stored:
    """The codestream's idea of the sign gives way to PixelRepresentation's."""
    signed = whole_number_of(dataset, "PixelRepresentation") == 1
    if signed == (decoded.dtype.kind == "i"):
        return decoded
    bits = whole_number_of(dataset, "BitsStored") or decoded.dtype.itemsize * 8
    values: npt.NDArray[np.int64] = decoded.astype(np.int64) & (2**bits - 1)
    if signed:
        values[values >= 2 ** (bits - 1)] -= 2**bits
    return values.astype(np.int32 if signed else np.uint32)


def _refuse_shifted_bits(dataset: "FileDataset") -> None:
    """Bits stored at the top of their cell instead of at its bottom (DICOM before 2014) are not read."""
    stored, high = whole_number_of(dataset, "BitsStored"), whole_number_of(dataset, "HighBit")
    if stored is not None and high is not None and high != stored - 1:
        raise Undecodable(
            f"pixels of {stored} bits with high bit {high} were found, high bit {stored - 1} was expected; "
            "export the image again"
        )


# -- the headers of a JPEG codestream, ITU T.81 annex B -----------------------------------------------

_FRAME_HEADER = re.compile(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]")
LOSSLESS_FRAME, HUFFMAN_TABLES, START_OF_SCAN, END = 0xC3, 0xC4, 0xDA, 0xD9
BARE_MARKERS = frozenset((0xD8, 0x01, *range(0xD0, 0xD8)))


def check_lossless_headers(codestream: bytes, dataset: "FileDataset") -> None:
    """Raises Undecodable unless frame, Huffman tables and scan agree with the data set and the standard."""
    allocated, stored = whole_number_of(dataset, "BitsAllocated"), whole_number_of(dataset, "BitsStored")
    samples = whole_number_of(dataset, "SamplesPerPixel")
    size = (whole_number_of(dataset, "Rows"), whole_number_of(dataset, "Columns"))
    if allocated not in (8, 16) or not stored or not 2 <= stored <= allocated or samples not in (1, 3):
        raise cut()
    frames = scans = 0
    for marker, body in _segments(codestream):
        if marker == LOSSLESS_FRAME:
            frames += 1
            precision, rows, columns, components = struct.unpack_from(">BHHB", body)
            sound = 2 <= precision <= allocated and (rows, columns) == size and components == samples
            sound = sound and len(body) == 6 + 3 * components and set(body[7::3]) == {0x11}
        elif marker == HUFFMAN_TABLES:
            sound = _are_huffman_tables(body)
        elif marker == START_OF_SCAN:
            scans += 1
            sound = len(body) == 4 + 2 * samples and body[0] == samples and 1 <= body[-3] <= 7
            sound = sound and body[-2] == 0 and body[-1] < 16
        else:  # application data, comments and restart intervals; no other kind of frame
            sound = 0xE0 <= marker <= 0xEF or marker in (0xFE, 0xDD)
        if not sound:
            raise cut()
    if (frames, scans) != (1, 1):
        raise cut()


def _segments(codestream: bytes) -> list[tuple[int, bytes]]:
    """Markers with their bodies, up to the first scan."""
    segments: list[tuple[int, bytes]] = []
    if codestream[:2] != b"\xff\xd8":
        raise cut()
    position = 2
    while not segments or segments[-1][0] != START_OF_SCAN:
        lead, marker, length = struct.unpack_from(">BBH", codestream, position)
        body = codestream[position + 4 : position + 2 + length]
        if lead != 0xFF or len(body) != length - 2:
            raise cut()
        segments.append((marker, body))
        position += 2 + length
    return segments


def _are_huffman_tables(body: bytes) -> bool:
    """Each: class 0, slot below 4, sixteen counts that leave room in the code space, symbols up to 16."""
    while body:
        counts = body[1:17]
        symbols = body[17 : 17 + sum(counts)]
        space = sum(count << (15 - length) for length, count in enumerate(counts))
        if body[0] > 3 or len(counts) < 16 or len(symbols) < sum(counts) or space > 1 << 16:
            return False
        if not symbols or max(symbols) > 16:
            return False
        body = body[17 + len(symbols) :]
    return True


def _frame_header(codestream: bytes) -> tuple[int, int]:
    """Marker and precision of the frame."""
    found = _FRAME_HEADER.search(codestream)
    if found is None:
        raise cut()
    return codestream[found.end() - 1], codestream[found.end() + 2]
