"""A simulated film as a DICOM file: DX Image Storage - For Presentation.

Source: DICOM PS3.3 A.26 (DX image), 8.11 (its modules), 10.7 (pixel spacing and its calibration).
The same film and arguments give the same bytes: identifiers are derived, and no time is recorded.
"""

import hashlib
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from kltool.simulate.scene import SimulatedFilm
from kltool.values.radiograph import Side

SIMULATED = "SIMULATED, not a patient"
IMPLEMENTATION_UID = UID("2.25.192837465564738291019283746556473829")


def write_dicom(
    simulated: SimulatedFilm,
    path: Path | str,
    *,
    patient_id: str = "SIM-0000",
    study_date: str = "20200101",
    uid_seed: str = "",
    description: str = "Knee PA fixed flexion, simulated",
) -> Path:
    """Write the film. study_date: YYYYMMDD. uid_seed: distinguishes otherwise identical films.

    PixelSpacing is calibrated to the plane of the joint (GEOMETRY); ImagerPixelSpacing is the detector's.
    """
    dataset = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    _describe_study(dataset, patient_id, study_date, description)
    _describe_knee(dataset, simulated)
    _describe_geometry(dataset, simulated)
    _put_pixels(dataset, simulated)
    _identify(dataset, simulated, (patient_id, study_date, uid_seed))
    dataset.save_as(path, enforce_file_format=True)
    return Path(path)


def _describe_study(dataset: Dataset, patient_id: str, study_date: str, description: str) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "Simulated^Knee"
    dataset.PatientID = patient_id
    dataset.PatientBirthDate = ""
    dataset.PatientSex = "O"
    for moment in ("Study", "Series", "Content", "Acquisition"):
        setattr(dataset, f"{moment}Date", study_date)
        setattr(dataset, f"{moment}Time", "120000")
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = "1"
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.StudyDescription = description
    dataset.SeriesDescription = description
    dataset.ImageComments = SIMULATED
    dataset.DerivationDescription = "computed from a statistical shape model by kltool.simulate"
    dataset.Manufacturer = "kltool"
    dataset.ManufacturerModelName = "kltool.simulate"
    dataset.SoftwareVersions = "1"


def _describe_knee(dataset: Dataset, simulated: SimulatedFilm) -> None:
    both = len(simulated.truth) == 2
    letter = "B" if both else {Side.RIGHT: "R", Side.LEFT: "L"}[simulated.truth[0].side]
    dataset.Modality = "DX"
    dataset.BodyPartExamined = "KNEE"
    dataset.ViewPosition = "PA"
    dataset.ImageLaterality = letter
    dataset.PatientOrientation = ["L", "F"]  # as displayed: the patient's left is on the right
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.AnatomicRegionSequence = Sequence([_code("72696002", "SCT", "Knee")])
    dataset.ViewCodeSequence = Sequence([_code("399348003", "SCT", "postero-anterior")])
    dataset.AcquisitionContextSequence = Sequence([])


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _describe_geometry(dataset: Dataset, simulated: SimulatedFilm) -> None:
    film = simulated.film
    dataset.PixelSpacing = [_decimal(film.joint_spacing_mm)] * 2
    dataset.PixelSpacingCalibrationType = "GEOMETRY"
    dataset.PixelSpacingCalibrationDescription = "detector pitch over the magnification of the joint"
    dataset.ImagerPixelSpacing = [_decimal(film.spacing_mm)] * 2
    dataset.EstimatedRadiographicMagnificationFactor = _decimal(film.magnification)
    dataset.DistanceSourceToDetector = _decimal(film.source_mm)
    dataset.DistanceSourceToPatient = _decimal(film.source_mm / film.magnification)
    dataset.DetectorType = "DIRECT"
    dataset.PositionerType = "NONE"
    dataset.KVP = "70"


def _put_pixels(dataset: Dataset, simulated: SimulatedFilm) -> None:
    film, middle = simulated.film, 2 ** (simulated.film.bits - 1)
    dataset.ImageType = ["DERIVED", "PRIMARY", ""]
    dataset.Rows, dataset.Columns = simulated.pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.BitsStored, dataset.HighBit = film.bits, film.bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationship = "LOG"
    dataset.PixelIntensityRelationshipSign = -1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.PresentationLUTShape = "IDENTITY"
    dataset.WindowCenter, dataset.WindowWidth = str(middle), str(2 * middle)
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"
    dataset.PixelData = np.ascontiguousarray(simulated.pixels, dtype="<u2").tobytes()


def _identify(dataset: Dataset, simulated: SimulatedFilm, names: tuple[str, str, str]) -> None:
    """UIDs derived from the content: of the study from patient and date, of the image from its pixels."""
    patient_id, study_date, uid_seed = names
    study = f"kltool/{uid_seed}/{patient_id}/{study_date}"
    pixels = hashlib.sha256(simulated.pixels.astype("<u2").tobytes()).hexdigest()
    dataset.StudyInstanceUID = _uid(study)
    dataset.SeriesInstanceUID = _uid(f"{study}/series/{pixels}")
    dataset.SOPInstanceUID = _uid(f"{study}/image/{pixels}")
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    meta = dataset.file_meta
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "KLTOOL_SIMULATE"


def _uid(name: str) -> str:
    """A UID in the arc of UUIDs (PS3.5 B.2), from 128 bits of the name's SHA-256."""
    return f"2.25.{int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], 'big')}"


def _decimal(value: float) -> str:
    """A decimal string (DS) of at most 16 characters."""
    return f"{value:.10g}"
