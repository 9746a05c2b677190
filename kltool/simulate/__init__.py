"""Simulated radiographs of the knee with a known truth.

The bones of a person come from a statistical shape model (atlas); they are posed for a fixed-flexion
posteroanterior film (bones) and moved until the joint spaces have the given widths (gaps). Rays from a point
source are integrated through every surface (rays), with soft tissue and trabeculae (tissue, struts), and
become a film (beam) with a side marker and collimated edges (collimation). The margins are computed from the
surfaces, not from the image (margins). `sample_scene_and_film` samples knees and films over all their ranges
(population). `write_dicom` writes a DX file.

Needs the optional extra `simulate`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
