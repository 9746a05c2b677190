"""Bones and a beam: a radiograph of the knee with a known truth.

A person is drawn from a statistical shape model (atlas), the bones are posed for a fixed-flexion
posteroanterior film (bones) and moved until the joint spaces are as asked (gaps); rays from a point
source are summed through every surface (rays), with soft tissue and trabeculae (tissue), and become a
film (beam), with a marker and collimated edges (dressing). The margins are known from the surfaces, not
from the picture (margins). `draw` draws a knee and a film over all their ranges (population).
`write_dicom` makes a DX file.

Needs the optional extra `simulate`.
"""

from kltool.simulate.dicom import write_dicom
from kltool.simulate.knee import simulate_bilateral, simulate_knee
from kltool.simulate.population import draw, simulate_drawn
from kltool.simulate.scene import (
    Collimator,
    Compartment,
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
    "Compartment",
    "Film",
    "FixedWidth",
    "KneeScene",
    "KneeTruth",
    "Marker",
    "Osteophytes",
    "Sclerosis",
    "SimulatedFilm",
    "draw",
    "simulate_bilateral",
    "simulate_drawn",
    "simulate_knee",
    "write_dicom",
]
