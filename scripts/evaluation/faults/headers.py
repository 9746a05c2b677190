"""Headers of DICOM files that are not as the standard has them, from public threads."""

import struct
from collections.abc import Callable
from datetime import date
from typing import Final

from pydicom.dataset import Dataset, FileDataset

from evaluation.faults.films import changed, film, put, sample, with_bytes, written
from evaluation.faults.trial import Finding, Situation, alike, read, refused
from kltool.errors import KltoolError
from kltool.values.radiograph import Side
from kltool.values.spacing import Spacing

_OTHER_SPACINGS: Final = (
    *("ImagerPixelSpacing", "PixelSpacingCalibrationType", "EstimatedRadiographicMagnificationFactor"),
    *("DistanceSourceToDetector", "DistanceSourceToPatient"),
)
_DATES: Final = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")


def _spacing(value: bytes, right: float | None, vr: str = "DS") -> Finding:
    """right: None where no spacing can be told."""
    read_film = read(with_bytes("PixelSpacing", value, vr, without=_OTHER_SPACINGS))
    if isinstance(read_film, KltoolError):
        return Finding(str(read_film), False)
    found = read_film.spacing
    if isinstance(found, Spacing):
        return Finding(f"{found.row_mm:g} x {found.column_mm:g} mm", found.row_mm == found.column_mm == right)
    return Finding("; ".join((str(found.reason), *read_film.notes)), right is None)


def _day(value: bytes, right: date | None) -> Finding:
    def change(dataset: FileDataset) -> None:
        for keyword in _DATES:
            put(dataset, keyword, value)

    found = read(changed(change))
    day = None if isinstance(found, KltoolError) else found.study_date
    return Finding(f"date: {day or 'none'}", day == right)


def _backslash() -> Finding:
    def change(dataset: FileDataset) -> None:
        put(dataset, "PatientID", b"SITE1\\\x30\x30\x31 ")
        put(dataset, "SeriesDescription", b"Knee\\Right")
        del dataset.ImageLaterality

    found = read(changed(change))
    if isinstance(found, KltoolError):
        return Finding(str(found), False)
    return Finding(
        f"subject {found.subject}, side {found.side}",
        (found.subject, found.side) == ("SITE1\\001", Side.RIGHT),
    )


def _meta(replaced: Callable[[bytes, int], bytes]) -> Finding:
    """replaced: is given the file and where its group length stands."""
    return alike(replaced(sample(), sample().index(b"\x02\x00\x00\x00UL")), sample())


def _bare() -> bytes:
    bare = Dataset()
    bare.update(film())
    return written(bare, implicit_vr=True, little_endian=True)


def _without_syntax(data: bytes, start: int) -> bytes:
    syntax = data.index(b"\x02\x00\x10\x00UI")
    (length,) = struct.unpack_from("<H", data, syntax + 6)
    return data[:start] + data[start + 12 : syntax] + data[syntax + 8 + length :]


def _before_pixels(element: bytes) -> bytes:
    place = sample().index(b"\xe0\x7f\x10\x00O")
    return sample()[:place] + element + sample()[place:]


def _unknown_sequence() -> bytes:
    """Private, of unknown representation and undefined length, with items in implicit representation."""
    item, end_item, end = (
        struct.pack("<HHI", 0xFFFE, *rest) for rest in ((0xE000, 0xFFFFFFFF), (0xE00D, 0), (0xE0DD, 0))
    )
    uid = struct.pack("<HHI", 0x20, 0x0E, 4) + b"1.2\0"
    return struct.pack("<HH2sHI", 0x4453, 0x100C, b"UN", 0, 0xFFFFFFFF) + item + uid + end_item + end


def _icon(dataset: FileDataset) -> None:
    icon = Dataset()
    icon.Rows = icon.Columns = 64
    icon.SamplesPerPixel, icon.PhotometricInterpretation = 1, "MONOCHROME2"
    icon.BitsAllocated = icon.BitsStored = 8
    icon.HighBit, icon.PixelRepresentation, icon.PixelData = 7, 0, bytes(64 * 64)
    icon["PixelData"].VR = "OB"
    dataset.IconImageSequence = [icon]


def _without_pixels(dataset: FileDataset) -> None:
    del dataset.PixelData


SITUATIONS: Final = (
    Situation(
        "NumberOfFrames 0",
        "pydicom/pydicom#1844",
        "one frame",
        lambda _: alike(with_bytes("NumberOfFrames", b"0 "), sample()),
    ),
    Situation(
        "NumberOfFrames empty",
        "pydicom/pydicom#1176",
        "one frame",
        lambda _: alike(with_bytes("NumberOfFrames", b""), sample()),
    ),
    Situation(
        "PixelSpacing with decimal commas, `0,198\\0,198`",
        "fo-dicom/fo-dicom#1915",
        "0.198 mm",
        lambda _: _spacing(b"0,198\\0,198 ", 0.198),
        "no millimetres",
    ),
    Situation(
        "PixelSpacing separated by a comma, `0.198,0.198`",
        "pydicom/pydicom#173",
        "0.198 mm",
        lambda _: _spacing(b"0.198,0.198 ", 0.198),
        "no millimetres",
    ),
    Situation(
        "PixelSpacing as unlimited text",
        "pydicom/pydicom#828",
        "0.198 mm",
        lambda _: _spacing(b"0.198\\0.198 ", 0.198, "UT"),
        "no millimetres",
    ),
    Situation(
        "PixelSpacing of three values, `0.2\\0\\0.2`",
        "cornerstonejs/cornerstoneWADOImageLoader#28",
        "no millimetres, with the reason",
        lambda _: _spacing(b"0.2\\0\\0.2 ", None),
    ),
    Situation(
        "SpecificCharacterSet `Not Supplied`",
        "pydicom/pydicom#815",
        "read, subject kept",
        lambda _: alike(
            with_bytes("SpecificCharacterSet", b"Not Supplied"),
            sample(),
            expected=lambda found: found.subject == "SIM-0011",
        ),
    ),
    Situation(
        "Backslash in PatientID and SeriesDescription",
        "pydicom/pydicom#1105",
        "both as a whole: two subjects of one site differ",
        lambda _: _backslash(),
        "subject SITE1, side unknown",
    ),
    Situation(
        "Dates as `2004.03.15`",
        "ivmartel/dwv#665",
        "2004-03-15",
        lambda _: _day(b"2004.03.15", date(2004, 3, 15)),
    ),
    Situation(
        "Dates as `2004-03-15`",
        "ivmartel/dwv#665",
        "2004-03-15",
        lambda _: _day(b"2004-03-15", date(2004, 3, 15)),
        "no date",
    ),
    Situation(
        "Placeholder date 0001-01-01",
        "rordenlab/dcm2niix#620",
        "no date: no interval in years",
        lambda _: _day(b"00010101", None),
        "0001-01-01",
    ),
    Situation(
        "Placeholder date 1900-01-01",
        "Enet4/dicom-rs#33",
        "no date",
        lambda _: _day(b"19000101", None),
        "1900-01-01",
    ),
    Situation(
        "Group length of the file meta information missing",
        "pydicom/pydicom#109",
        "read",
        lambda _: _meta(lambda data, start: data[:start] + data[start + 12 :]),
    ),
    Situation(
        "Group length of the file meta information wrong",
        "pydicom/pydicom#140",
        "read",
        lambda _: _meta(lambda data, start: data[: start + 8] + struct.pack("<I", 4) + data[start + 12 :]),
    ),
    Situation("No transfer syntax stated", "pydicom/pydicom#341", "read", lambda _: _meta(_without_syntax)),
    Situation(
        "No preamble and no file meta information",
        "pydicom/pydicom#2231",
        "read",
        lambda _: alike(_bare(), sample()),
    ),
    Situation(
        "Private sequence of unknown representation and undefined length",
        "pydicom/pydicom#1312",
        "read",
        lambda _: alike(_before_pixels(_unknown_sequence()), sample()),
    ),
    Situation(
        "Group lengths (retired) in the data set",
        "ImagingDataCommons/libdicom#48",
        "read",
        lambda _: alike(_before_pixels(struct.pack("<HH2sHI", 0x7FE0, 0, b"UL", 4, 100)), sample()),
    ),
    Situation(
        "Icon before the pixels",
        "scifio/scifio#368",
        "the film, not the icon",
        lambda _: alike(changed(_icon), sample()),
    ),
    Situation(
        "Header without pixels",
        "rordenlab/dcm2niix#397",
        "refused, the cause named",
        lambda _: refused(changed(_without_pixels), "without pixels", "copy it again"),
        "called a document",
    ),
)
