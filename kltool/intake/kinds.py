"""Which kind of file the bytes are, by their first bytes; a name or suffix is never believed."""

from enum import Enum, auto

from kltool.errors import NotAnImage

EXPECTED = "a DICOM, PNG, JPEG, TIFF or BMP file was expected"
DICOMDIR_CLASS = b"1.2.840.10008.1.3.10"


class Kind(Enum):
    DICOM = auto()
    DICOMDIR = auto()
    PNG = auto()
    JPEG = auto()
    TIFF = auto()
    BMP = auto()
    ZIP = auto()
    EMPTY = auto()
    OTHER = auto()


_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
)

# what people hand over by mistake, and what to do about it
_NAMED = (
    (b"%PDF", "a PDF document", "export the image itself"),
    (b"GIF8", "a GIF picture", "save it as PNG"),
    (b"RIFF", "a WebP picture or a film", "save it as PNG"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture outside DICOM", "save it as PNG"),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"\x5c\x01", "a NIfTI volume", "export the single image as DICOM or PNG"),
)


def kind_of(data: bytes) -> Kind:
    if not data:
        return Kind.EMPTY
    if data[128:132] == b"DICM":
        return Kind.DICOMDIR if DICOMDIR_CLASS in data[132:512] else Kind.DICOM
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith(b"BM") and data[6:10] == bytes(4):  # reserved; text may begin with BM too
        return Kind.BMP
    return Kind.DICOM if _starts_like_a_data_set(data) else Kind.OTHER


def refuse_kind(kind: Kind, data: bytes) -> NotAnImage:
    """The refusal for bytes that are no image, named for what they are."""
    if kind is Kind.EMPTY:
        return NotAnImage(f"an empty file was found, {EXPECTED}; copy the file anew")
    if kind is Kind.ZIP:
        return NotAnImage(f"a zip archive was found, {EXPECTED}; unpack it, or name it on its own")
    if kind is Kind.DICOMDIR:
        return NotAnImage(
            f"a DICOMDIR (the table of contents of a disc) was found, {EXPECTED}; name the images it lists"
        )
    for magic, name, remedy in _NAMED:
        if data.startswith(magic):
            return NotAnImage(f"{name} was found, {EXPECTED}; {remedy}")
    if _looks_like_text(data):
        return NotAnImage(f"a text file was found, {EXPECTED}; name the image")
    return NotAnImage(f"a file of unknown kind was found, {EXPECTED}; export the image again")


def _starts_like_a_data_set(data: bytes) -> bool:
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
