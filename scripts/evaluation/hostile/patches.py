"""Elements of DICOM whose values kltool reads, with values, lengths and representations that harm readers."""

import struct
from random import Random
from typing import Final

from evaluation.hostile.elements import Patch

NUMBERS: Final = {  # unsigned short
    "SamplesPerPixel": 0x00280002,
    "PlanarConfiguration": 0x00280006,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "BitsAllocated": 0x00280100,
    "BitsStored": 0x00280101,
    "HighBit": 0x00280102,
    "PixelRepresentation": 0x00280103,
}
TEXTS: Final = {
    "SpecificCharacterSet": (0x00080005, b"CS"),
    "ImageType": (0x00080008, b"CS"),
    "SOPClassUID": (0x00080016, b"UI"),
    "SOPInstanceUID": (0x00080018, b"UI"),
    "StudyDate": (0x00080020, b"DA"),
    "Modality": (0x00080060, b"CS"),
    "StudyDescription": (0x00081030, b"LO"),
    "PatientName": (0x00100010, b"PN"),
    "PatientID": (0x00100020, b"LO"),
    "BodyPartExamined": (0x00180015, b"CS"),
    "EstimatedRadiographicMagnificationFactor": (0x00181114, b"DS"),
    "ImagerPixelSpacing": (0x00181164, b"DS"),
    "ViewPosition": (0x00185101, b"CS"),
    "PatientOrientation": (0x00200020, b"CS"),
    "Laterality": (0x00200060, b"CS"),
    "ImageLaterality": (0x00200062, b"CS"),
    "PhotometricInterpretation": (0x00280004, b"CS"),
    "NumberOfFrames": (0x00280008, b"IS"),
    "PixelSpacing": (0x00280030, b"DS"),
    "PixelAspectRatio": (0x00280034, b"IS"),
    "PixelSpacingCalibrationType": (0x00280A02, b"CS"),
    "WindowCenter": (0x00281050, b"DS"),
    "WindowWidth": (0x00281051, b"DS"),
    "RescaleIntercept": (0x00281052, b"DS"),
    "RescaleSlope": (0x00281053, b"DS"),
    "PresentationLUTShape": (0x20500020, b"CS"),
}
SEQUENCES: Final = {
    "AnatomicRegionSequence": 0x00082218,
    "ModalityLUTSequence": 0x00283000,
    "VOILUTSequence": 0x00283010,
    "ViewCodeSequence": 0x00540220,
}
TRANSFER_SYNTAX: Final = 0x00020010
PIXELS: Final = {"FloatPixelData": (0x7FE00008, b"OF"), "PixelData": (0x7FE00010, b"OW")}
COUNTS: Final = (
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    12,
    15,
    16,
    17,
    24,
    31,
    32,
    33,
    63,
    64,
    96,
    255,
    4_096,
    0x7FFF,
    0x8000,
    0xFFFF,
)
REPRESENTATIONS: Final = tuple(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV "
    b"?? \0\0 zz".split(b" ")
)
SYNTAXES: Final = tuple(
    f"1.2.840.10008.1.2{ending}".encode()
    for ending in (
        *("", ".1", ".1.98", ".1.99", ".2", ".4.50", ".4.51", ".4.57", ".4.70", ".4.80", ".4.81", ".4.90"),
        *(".4.91", ".4.92", ".4.93", ".4.94", ".4.100", ".4.102", ".4.107", ".4.110", ".4.111", ".4.112"),
        *(".4.201", ".4.202", ".4.203", ".5", ".6.1", ".7.1", ".8.1"),
    )
)
VALUES: Final = (
    *(
        b"",
        b" ",
        b"\0\0",
        b"0",
        b"-1",
        b"1",
        b"0.000001",
        b"1e308",
        b"1e400",
        b"-1e400",
        b"nan",
        b"inf",
        b"-inf",
    ),
    *(
        b"0\\0",
        b"0.2\\0.2",
        b"0.2\\nan",
        b"-0.2\\0.2",
        b"1e-320\\1",
        b"1\\1e9",
        b"0.2\\0.2\\0.2",
        b"0,2\\0,2",
    ),
    *(
        b"\\" * 64,
        b"9" * 400,
        b"9" * 5_000,
        b"1_0",
        b"0x10",
        b"\xd9\xa1",
        b"\xff\xfe",
        b"\xed\xb2\x80",
        b"\x1b$B\x7f",
    ),
    *(
        b"ISO_IR 100",
        b"ISO_IR 192",
        b"ISO 2022 IR 87",
        b"\\ISO 2022 IR 58",
        b"GB18030",
        b"ISO_IR 999",
        b"utf8",
    ),
    *(b"MONOCHROME1", b"MONOCHROME2", b"RGB", b"YBR_FULL", b"YBR_FULL_422", b"PALETTE COLOR", b"HSV"),
    *(b"R", b"L", b"B", b"U", b"A\\F", b"AP", b"LAT", b"KNEE", b"SKULL", b"CR", b"DX", b"US", b"SR", b"SEG"),
    *(b"INVERSE", b"IDENTITY", b"19700101", b"99999999", b"00000000", b"2020-01-01", b"20200230"),
    *(b"1.2.840.10008.5.1.4.1.1.1.1", b"1.2.840.10008.5.1.4.1.1.66.4", b"1..2", b"2.25." + b"9" * 80),
    *(b"x" * 65_534, b"A^B" * 700, b"=1+1", b"\x1b[31m", b"\r\n", b"../../x"),
)
ITEM: Final = bytes.fromhex("feff00e0")
LENGTHS: Final = (0, 1, 3, 0x7FFF, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


def drawn_patch(random: Random) -> Patch:
    """One element, most often with its own representation and the true length."""
    tag, representation, value = random.choice((_number, _number, _text, _text, _syntax, _sequence, _pixels))(
        random
    )
    if random.random() < 0.2:
        representation = random.choice(REPRESENTATIONS)
    if random.random() < 0.2:
        return Patch(tag, representation, value, random.choice((*LENGTHS, len(value) + 1, len(value) + 2)))
    return Patch(tag, representation, value if random.random() < 0.1 else value + b" " * (len(value) % 2))


def _number(random: Random) -> tuple[int, bytes, bytes]:
    values = random.choices(COUNTS, k=random.choice((1, 1, 1, 1, 0, 2, 300)))
    return random.choice(list(NUMBERS.values())), b"US", struct.pack(f"<{len(values)}H", *values)


def _text(random: Random) -> tuple[int, bytes, bytes]:
    tag, representation = random.choice(list(TEXTS.values()))
    value = random.choice((*VALUES, random.randbytes(random.randrange(1, 64))))
    return tag, representation, value


def _syntax(random: Random) -> tuple[int, bytes, bytes]:
    return TRANSFER_SYNTAX, b"UI", random.choice((*SYNTAXES, *VALUES))


def _sequence(random: Random) -> tuple[int, bytes, bytes]:
    """Items within items, whose lengths are believed or not."""
    value = random.randbytes(random.randrange(0, 40))
    for _ in range(random.choice((0, 1, 2, 40, 2_000))):
        length = random.choice((len(value), len(value), 0, 0xFFFFFFFF, 0x7FFFFFFF))
        inner = struct.pack("<HH2sHI", 0x0040, 0xA730, b"SQ", 0, len(value) + 8)
        value = inner + ITEM + struct.pack("<I", length) + value
    return random.choice(list(SEQUENCES.values())), b"SQ", ITEM + struct.pack("<I", len(value)) + value


def _pixels(random: Random) -> tuple[int, bytes, bytes]:
    tag, representation = random.choice(list(PIXELS.values()))
    return tag, representation, random.randbytes(random.choice((0, 1, 2, 16, 1_000, 17_000, 40_000)))
