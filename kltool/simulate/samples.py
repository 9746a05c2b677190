"""The films of sample_images/ and how they are written."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kltool.simulate.dicom import write_dicom
from kltool.simulate.knee import simulate_bilateral, simulate_knee
from kltool.simulate.scene import Film, KneeScene, Osteophytes, Sclerosis, SimulatedFilm
from kltool.values.radiograph import Side


@dataclass(frozen=True, slots=True)
class SampleFilm:
    """One file: its path under sample_images/, a description, and how the film is simulated."""

    path: str
    shows: str
    patient_id: str
    study_date: str
    make: Callable[[], SimulatedFilm]


_SINGLE = Film(rows=620, columns=560, spacing_mm=0.21)
_WIDE = Film(rows=720, columns=1340, spacing_mm=0.28, seed=7)
_CASE = KneeScene(
    side=Side.RIGHT,
    seed=21,
    medial_gap_mm=2.2,
    lateral_gap_mm=5.6,
    osteophytes=Osteophytes(0.45, 0.2, 0.5, 0.2),
    sclerosis=Sclerosis(medial=0.45),
)


def samples() -> tuple[SampleFilm, ...]:
    return (
        SampleFilm(
            "bilateral.dcm", "both knees, the right one narrowed medially", "SIM-0010", "20230302", _bilateral
        ),
        SampleFilm(
            "knee_right_normal.dcm", "a right knee without osteoarthritis", "SIM-0011", "20230309", _normal
        ),
        SampleFilm(
            "knee_left_moderate.dcm",
            "a left knee, moderate medial disease",
            "SIM-0012",
            "20230316",
            _moderate,
        ),
        SampleFilm(
            "knee_right_severe.dcm", "a right knee, severe medial disease", "SIM-0013", "20230323", _severe
        ),
        SampleFilm("case/before.dcm", "one right knee, first visit", "SIM-0001", "20230406", _before),
        SampleFilm(
            "case/after.dcm", "the same knee 12 months later, medially wider", "SIM-0001", "20240404", _after
        ),
    )


def write_samples(folder: Path) -> tuple[Path, ...]:
    """Write every sample and its truth under `folder`."""
    return tuple(write_sample(sample, folder) for sample in samples())


def write_sample(sample: SampleFilm, folder: Path) -> Path:
    path = folder / sample.path
    path.parent.mkdir(parents=True, exist_ok=True)
    simulated = sample.make()
    write_dicom(
        simulated, path, patient_id=sample.patient_id, study_date=sample.study_date, uid_seed=sample.path
    )
    truth = {
        "simulated": True,
        "shows": sample.shows,
        "patient_id": sample.patient_id,
        "study_date": sample.study_date,
        "knees": [knee.to_json() for knee in simulated.truth],
    }
    path.with_suffix(".truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return path


def _normal() -> SimulatedFilm:
    return simulate_knee(KneeScene(Side.RIGHT, medial_gap_mm=4.6, lateral_gap_mm=5.8, seed=11), _SINGLE)


def _moderate() -> SimulatedFilm:
    scene = KneeScene(
        Side.LEFT,
        medial_gap_mm=2.4,
        lateral_gap_mm=6.0,
        rotation_deg=2.0,
        varus_deg=1.5,
        osteophytes=Osteophytes(0.5, 0.3, 0.6, 0.3),
        sclerosis=Sclerosis(medial=0.5),
        seed=12,
    )
    return simulate_knee(scene, _SINGLE)


def _severe() -> SimulatedFilm:
    scene = KneeScene(
        Side.RIGHT,
        medial_gap_mm=0.4,
        lateral_gap_mm=6.5,
        rotation_deg=-2.0,
        varus_deg=3.5,
        osteophytes=Osteophytes(1.0, 0.7, 0.9, 0.7),
        sclerosis=Sclerosis(medial=1.0),
        seed=13,
    )
    return simulate_knee(scene, _SINGLE)


def _bilateral() -> SimulatedFilm:
    right = KneeScene(
        Side.RIGHT,
        medial_gap_mm=2.8,
        lateral_gap_mm=5.6,
        rotation_deg=2.0,
        varus_deg=1.0,
        osteophytes=Osteophytes(medial_femoral=0.4, medial_tibial=0.5),
        sclerosis=Sclerosis(medial=0.3),
        seed=10,
    )
    left = KneeScene(Side.LEFT, medial_gap_mm=4.3, lateral_gap_mm=5.9, rotation_deg=1.0, seed=10)
    return simulate_bilateral(right, left, _WIDE)


def _before() -> SimulatedFilm:
    return simulate_knee(_CASE, _SINGLE)


def _after() -> SimulatedFilm:
    """The same bones, positioned slightly differently, another exposure, the medial space 1.5 mm wider."""
    scene = replace(
        _CASE, medial_gap_mm=3.7, rotation_deg=1.5, flexion_deg=16.5, beam_tilt_deg=0.6, varus_deg=-0.8
    )
    return simulate_knee(scene, replace(_SINGLE, seed=1))
