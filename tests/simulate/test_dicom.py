"""A simulated film is a DX file that says what it is, and the same one every time."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("musculoskeletal.models")
pytest.importorskip("gias3.fieldwork")

import pydicom

from kltool.simulate import Film, KneeScene, SimulatedFilm, simulate_knee, write_dicom
from kltool.simulate.samples import SampleFilm, samples
from kltool.values.radiograph import Side

SAMPLE_IMAGES = Path(__file__).parents[2] / "sample_images"


@pytest.fixture(scope="module")
def simulated() -> SimulatedFilm:
    return simulate_knee(KneeScene(Side.LEFT), Film(rows=300, columns=280, spacing_mm=0.4))


def test_the_file_reads_back_with_pixels_spacing_and_side(simulated: SimulatedFilm, tmp_path: Path) -> None:
    path = write_dicom(simulated, tmp_path / "knee.dcm", patient_id="SIM-0042", study_date="20240131")
    found = pydicom.dcmread(path)
    assert np.array_equal(found.pixel_array, simulated.pixels)
    assert [float(mm) for mm in found.PixelSpacing] == pytest.approx([simulated.film.joint_spacing_mm] * 2)
    assert [float(mm) for mm in found.ImagerPixelSpacing] == pytest.approx([0.4, 0.4])
    assert found.PixelSpacingCalibrationType == "GEOMETRY"
    assert (found.Modality, found.BodyPartExamined, found.ViewPosition) == ("DX", "KNEE", "PA")
    assert (found.ImageLaterality, found.PhotometricInterpretation) == ("L", "MONOCHROME2")
    assert (found.PatientID, found.StudyDate) == ("SIM-0042", "20240131")
    assert (found.BitsAllocated, found.BitsStored, found.HighBit) == (16, 12, 11)


def test_the_file_says_that_it_is_simulated(simulated: SimulatedFilm, tmp_path: Path) -> None:
    found = pydicom.dcmread(write_dicom(simulated, tmp_path / "knee.dcm"))
    assert found.ImageComments == "SIMULATED, not a patient"


def test_the_same_film_gives_the_same_bytes(simulated: SimulatedFilm, tmp_path: Path) -> None:
    first = write_dicom(simulated, tmp_path / "a.dcm", uid_seed="x").read_bytes()
    assert write_dicom(simulated, tmp_path / "b.dcm", uid_seed="x").read_bytes() == first
    assert write_dicom(simulated, tmp_path / "c.dcm", uid_seed="y").read_bytes() != first


def test_two_visits_are_two_studies_of_one_patient(simulated: SimulatedFilm, tmp_path: Path) -> None:
    visits = [
        pydicom.dcmread(write_dicom(simulated, tmp_path / f"{date}.dcm", patient_id="SIM-1", study_date=date))
        for date in ("20230101", "20240101")
    ]
    assert visits[0].PatientID == visits[1].PatientID
    assert visits[0].StudyInstanceUID != visits[1].StudyInstanceUID
    assert visits[0].SOPInstanceUID != visits[1].SOPInstanceUID


def test_the_case_is_one_knee_at_two_visits_medially_wider_by_one_and_a_half_millimetres() -> None:
    before, after = (
        json.loads((SAMPLE_IMAGES / f"case/{visit}.truth.json").read_text(encoding="utf-8"))
        for visit in ("before", "after")
    )
    assert before["patient_id"] == after["patient_id"]
    assert (before["study_date"], after["study_date"]) == ("20230406", "20240404")
    widening = after["knees"][0]["medial"]["minimum_mm"] - before["knees"][0]["medial"]["minimum_mm"]
    assert widening == pytest.approx(1.5, abs=0.03)


BOTH_KNEES, *ONE_KNEE = samples()


@pytest.mark.parametrize(
    "sample",
    [ONE_KNEE[0], *(pytest.param(one, marks=pytest.mark.slow) for one in (BOTH_KNEES, *ONE_KNEE[1:]))],
    ids=lambda sample: sample.path,
)
def test_the_committed_samples_are_what_is_made_today(sample: SampleFilm) -> None:
    """To a grey level: exp and log may differ in the last bit from one processor to another."""
    committed = pydicom.dcmread(SAMPLE_IMAGES / sample.path).pixel_array.astype(int)
    made = sample.make().pixels.astype(int)
    assert committed.shape == made.shape
    assert np.abs(committed - made).max() <= 1
