"""The format of a file by its first bytes; names and suffixes play no part."""

from enum import Enum, auto

from kltool.errors import NotAnImage

EXPECTED = "a DICOM, PNG, JPEG, TIFF or BMP file was expected"
DICOMDIR_CLASS = b"1.2.840.10008.1.3.10"


class FileFormat(Enum):
    DICOM = auto()
    DICOMDIR = auto()
    PNG = auto()
    JPEG = auto()
    TIFF = auto()
    BMP = auto()
    ZIP = auto()
    EMPTY = auto()
    OTHER = auto()


PICTURE_FORMATS = frozenset((FileFormat.PNG, FileFormat.JPEG, FileFormat.TIFF, FileFormat.BMP))

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", FileFormat.PNG),
    (b"\xff\xd8\xff", FileFormat.JPEG),
    (b"II*\x00", FileFormat.TIFF),
    (b"MM\x00*", FileFormat.TIFF),
    (b"II+\x00", FileFormat.TIFF),
    (b"MM\x00+", FileFormat.TIFF),
    (b"PK\x03\x04", FileFormat.ZIP),
    (b"PK\x05\x06", FileFormat.ZIP),
)

# formats often given by mistake, and what to do about it
_OTHER_FORMATS = (
    (b"%PDF", "a PDF document", "export the image itself"),
    (b"GIF8", "a GIF picture", "save it as PNG"),
    (b"RIFF", "a WebP picture or a video", "save it as PNG"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture outside DICOM", "save it as PNG"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture", "save it as PNG"),
    (b"\xff\x0a", "a JPEG XL picture", "save it as PNG"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"NRRD0", "an NRRD volume", "export the single image as DICOM or PNG"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"\x5c\x01", "a NIfTI volume", "export the single image as DICOM or PNG"),
)


NEVER_IMAGES = (b"%PDF", b"MZ")  # a document, a Windows program as on discs


def format_of(data: bytes) -> FileFormat:
    if not data:
        return FileFormat.EMPTY
    if data[128:132] == b"DICM":
        return FileFormat.DICOMDIR if DICOMDIR_CLASS in data[132:512] else FileFormat.DICOM
    for magic, file_format in _MAGIC:
        if data.startswith(magic):
            return file_format
    if data.startswith(b"BM") and data[6:10] == bytes(4):  # reserved; text may begin with BM too
        return FileFormat.BMP
    return FileFormat.DICOM if _starts_like_a_dataset(data) else FileFormat.OTHER


def refusal_of(file_format: FileFormat, data: bytes) -> NotAnImage:
    """The refusal of bytes that are no image, which names what they are."""
    if file_format is FileFormat.EMPTY:
        return NotAnImage(f"an empty file was found, {EXPECTED}; copy the file again")
    if file_format is FileFormat.ZIP:
        return NotAnImage(f"a zip archive was found, {EXPECTED}; unpack it, or name it on its own")
    if file_format is FileFormat.DICOMDIR:
        return NotAnImage(
            f"a DICOMDIR (the table of contents of a disc) was found, {EXPECTED}; name the images it lists"
        )
    for magic, name, remedy in _OTHER_FORMATS:
        if data.startswith(magic):
            return NotAnImage(f"{name} was found, {EXPECTED}; {remedy}")
    if data[4:8] == b"ftyp":  # ISO/IEC 14496-12, 4.3
        return NotAnImage(f"a HEIC or AVIF picture or a video was found, {EXPECTED}; save it as PNG")
    if _looks_like_text(data):
        return NotAnImage(f"a text file was found, {EXPECTED}; name the image")
    return NotAnImage(f"a file of unknown format was found, {EXPECTED}; export the image again")


def is_no_image(head: bytes) -> bool:
    """Whether the first bytes of a file show that it is text, a document or a program.

    An empty file, and one of unknown format, may be an image that was damaged.
    """
    if format_of(head) is not FileFormat.OTHER:
        return False
    return head.startswith(NEVER_IMAGES) or _looks_like_text(head)


def _starts_like_a_dataset(data: bytes) -> bool:
    """A data set without preamble opens with an element of group 0002 or 0008, little or big endian.

    Source: DICOM PS3.5 7.1; the low elements of these groups have numbers below 0x0100.
    """
    if len(data) < 16:
        return False
    little = data[0] in (0x02, 0x08) and data[1] == 0 and data[3] == 0
    big = data[0] == 0 and data[1] in (0x02, 0x08) and data[2] == 0
    return little or big


def _looks_like_text(data: bytes) -> bool:
    head = data[:1024]
    return b"\x00" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0
