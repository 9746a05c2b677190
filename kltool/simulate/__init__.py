"""Bones and a beam: a radiograph of the knee with a known truth.

A person is drawn from a statistical shape model (atlas), the bones are posed for a fixed-flexion
posteroanterior film (bones) and moved until the joint spaces are as asked (gaps); rays from a point
source are summed through every surface (rays), with soft tissue and trabeculae (tissue), and become a
film (beam). The margins are known from the surfaces, not from the picture (margins). `write_dicom` makes
a DX file of it.

Needs the optional extra `simulate`.
"""

from kltool.simulate.dicom import write_dicom
from kltool.simulate.knee import simulate_bilateral, simulate_knee
from kltool.simulate.scene import (
    Compartment,
    Film,
    FixedWidth,
    KneeScene,
    KneeTruth,
    Osteophytes,
    Sclerosis,
    SimulatedFilm,
)

__all__ = [
    "Compartment",
    "Film",
    "FixedWidth",
    "KneeScene",
    "KneeTruth",
    "Osteophytes",
    "Sclerosis",
    "SimulatedFilm",
    "simulate_bilateral",
    "simulate_knee",
    "write_dicom",
]
