"""The elements of a data set that decide how a film is read, read once."""

from dataclasses import dataclass

from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from kltool.intake.dicom import dataset as elements
from kltool.intake.dicom.vocabulary import words_in

PIXEL_ELEMENTS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
# the study is the visit: its date is the same for all its films and is what de-identification keeps or
# shifts as one; the others stand in where it is missing. docs/choices-intake.md#visit-date
DATES = ("StudyDate", "AcquisitionDate", "ContentDate", "SeriesDate")


@dataclass(frozen=True, slots=True)
class ObjectType:
    """modality: upper case. sop_class_name: empty for private or unknown classes. frames: 1 if not stated."""

    modality: str
    sop_class: str
    sop_class_name: str
    has_pixels: bool
    frames: int


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Free text, which may hold anything: names, too."""

    series: str
    protocol: str
    procedure_step: str
    study: str
    requested_procedure: str


@dataclass(frozen=True, slots=True)
class Anatomy:
    """regions: meanings of the codes of AnatomicRegionSequence."""

    body_part: str
    regions: tuple[str, ...]
    image_laterality: str
    laterality: str


@dataclass(frozen=True, slots=True)
class View:
    """codes: meanings of the codes of ViewCodeSequence. orientation: of rows and columns, upper case."""

    position: str
    codes: tuple[str, ...]
    orientation: tuple[str, ...]

    @property
    def position_code(self) -> str:
        """Its letters alone, upper case: LAT, PA."""
        return "".join(words_in(self.position))


@dataclass(frozen=True, slots=True)
class Identity:
    """dates: of study, acquisition, content and series, as found."""

    patient_id: str
    sop_instance_uid: str
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpacingTags:
    """What the header states of the pixels' size; lengths in mm, (between rows, between columns).

    Values are as found: any number of numbers, NaN where a value is no number, empty where absent.
    """

    pixel: tuple[float, ...] = ()  # PixelSpacing (0028,0030)
    calibration: str = ""  # PixelSpacingCalibrationType (0028,0A02)
    imager: tuple[float, ...] = ()  # ImagerPixelSpacing (0018,1164)
    nominal: tuple[float, ...] = ()  # NominalScannedPixelSpacing (0018,2010)
    magnification: tuple[float, ...] = ()  # EstimatedRadiographicMagnificationFactor (0018,1114)
    source_to_detector: tuple[float, ...] = ()  # DistanceSourceToDetector (0018,1110)
    source_to_patient: tuple[float, ...] = ()  # DistanceSourceToPatient (0018,1111)
    aspect_ratio: tuple[float, ...] = ()  # PixelAspectRatio (0028,0034), height and width of a pixel


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """How pixels are stored; None where an element is absent or no whole number."""

    transfer_syntax: str
    rows: int | None
    columns: int | None
    samples: int | None
    bits_allocated: int | None
    bits_stored: int | None
    high_bit: int | None
    signed: bool
    photometric: str


@dataclass(frozen=True, slots=True)
class DisplayTags:
    """What a viewer does with stored values. slope: all its values, NaN where one is no number."""

    slope: tuple[float, ...]
    intercept: float | None
    lut_shape: str
    padding: float | None
    padding_limit: float | None


@dataclass(frozen=True, slots=True)
class Header:
    object_type: ObjectType
    descriptions: Descriptions
    anatomy: Anatomy
    view: View
    identity: Identity
    spacing: SpacingTags
    pixel_format: PixelFormat
    display: DisplayTags


def header_of(dataset: FileDataset) -> Header:
    """Never raises, whatever the data set holds."""
    return Header(
        _object_type(dataset),
        _descriptions(dataset),
        _anatomy(dataset),
        _view(dataset),
        _identity(dataset),
        _spacing(dataset),
        _pixel_format(dataset),
        _display(dataset),
    )


def _object_type(dataset: Dataset) -> ObjectType:
    sop_class = elements.text(dataset, "SOPClassUID")
    return ObjectType(
        modality=elements.text(dataset, "Modality").upper(),
        sop_class=sop_class,
        sop_class_name=_standard_name(sop_class),
        has_pixels=any(keyword in dataset for keyword in PIXEL_ELEMENTS),
        frames=elements.whole_number(dataset, "NumberOfFrames") or 1,
    )


def _standard_name(sop_class: str) -> str:
    uid = UID(sop_class)
    return uid.name if uid.is_valid and not uid.is_private and uid.name != sop_class else ""


def _descriptions(dataset: Dataset) -> Descriptions:
    return Descriptions(
        series=elements.text(dataset, "SeriesDescription"),
        protocol=elements.text(dataset, "ProtocolName"),
        procedure_step=elements.text(dataset, "PerformedProcedureStepDescription"),
        study=elements.text(dataset, "StudyDescription"),
        requested_procedure=elements.text(dataset, "RequestedProcedureDescription"),
    )


def _anatomy(dataset: Dataset) -> Anatomy:
    return Anatomy(
        body_part=elements.text(dataset, "BodyPartExamined"),
        regions=_meanings(dataset, "AnatomicRegionSequence"),
        image_laterality=elements.text(dataset, "ImageLaterality"),
        laterality=elements.text(dataset, "Laterality"),
    )


def _view(dataset: Dataset) -> View:
    return View(
        position=elements.text(dataset, "ViewPosition"),
        codes=_meanings(dataset, "ViewCodeSequence"),
        orientation=tuple(text.upper() for text in elements.texts(dataset, "PatientOrientation")),
    )


def _meanings(dataset: Dataset, sequence: str) -> tuple[str, ...]:
    return tuple(elements.text(item, "CodeMeaning") for item in elements.items(dataset, sequence))


def _identity(dataset: Dataset) -> Identity:
    return Identity(
        patient_id=elements.text(dataset, "PatientID"),
        sop_instance_uid=elements.text(dataset, "SOPInstanceUID"),
        dates=tuple(elements.text(dataset, keyword) for keyword in DATES),
    )


def _spacing(dataset: Dataset) -> SpacingTags:
    return SpacingTags(
        pixel=elements.numbers(dataset, "PixelSpacing"),
        calibration=elements.text(dataset, "PixelSpacingCalibrationType"),
        imager=elements.numbers(dataset, "ImagerPixelSpacing"),
        nominal=elements.numbers(dataset, "NominalScannedPixelSpacing"),
        magnification=elements.numbers(dataset, "EstimatedRadiographicMagnificationFactor"),
        source_to_detector=elements.numbers(dataset, "DistanceSourceToDetector"),
        source_to_patient=elements.numbers(dataset, "DistanceSourceToPatient"),
        aspect_ratio=elements.numbers(dataset, "PixelAspectRatio"),
    )


def _pixel_format(dataset: FileDataset) -> PixelFormat:
    return PixelFormat(
        transfer_syntax=elements.transfer_syntax(dataset),
        rows=elements.whole_number(dataset, "Rows"),
        columns=elements.whole_number(dataset, "Columns"),
        samples=elements.whole_number(dataset, "SamplesPerPixel"),
        bits_allocated=elements.whole_number(dataset, "BitsAllocated"),
        bits_stored=elements.whole_number(dataset, "BitsStored"),
        high_bit=elements.whole_number(dataset, "HighBit"),
        signed=elements.whole_number(dataset, "PixelRepresentation") == 1,
        photometric=elements.text(dataset, "PhotometricInterpretation"),
    )


def _display(dataset: Dataset) -> DisplayTags:
    return DisplayTags(
        slope=elements.numbers(dataset, "RescaleSlope"),
        intercept=elements.number(dataset, "RescaleIntercept"),
        lut_shape=elements.text(dataset, "PresentationLUTShape"),
        padding=_padding(dataset, "PixelPaddingValue"),
        padding_limit=_padding(dataset, "PixelPaddingRangeLimit"),
    )


def _padding(dataset: Dataset, keyword: str) -> float | None:
    """Of the pixels as they are stored: whole numbers, or floating point (PS3.3 C.7.6.24 and C.7.6.25)."""
    found = (elements.number(dataset, kind + keyword) for kind in ("", "Float", "DoubleFloat"))
    return next((value for value in found if value is not None), None)
