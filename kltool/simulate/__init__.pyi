from .dicom import write_dicom
from .knee import simulate_bilateral, simulate_knee
from .population import sample_scene_and_film, simulate_random
from .scene import (
    Collimator,
    CompartmentTruth,
    Film,
    FixedWidth,
    KneeScene,
    KneeTruth,
    Marker,
    Osteophytes,
    Sclerosis,
    SimulatedFilm,
)

__all__ = [
    "Collimator",
    "CompartmentTruth",
    "Film",
    "FixedWidth",
    "KneeScene",
    "KneeTruth",
    "Marker",
    "Osteophytes",
    "Sclerosis",
    "SimulatedFilm",
    "sample_scene_and_film",
    "simulate_bilateral",
    "simulate_knee",
    "simulate_random",
    "write_dicom",
]
