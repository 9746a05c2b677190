"""Simulated knees on films of every quality: truth known, posed and filmed well and badly."""

from dataclasses import replace
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.knee import simulate_knee
from kltool.simulate.population import ATTEMPTS, sample_scene_and_film
from kltool.simulate.scene import KneeScene, SimulatedFilm
from kltool.training.data.simulated import COARSE_MM, film_and_crop
from kltool.training.data.spoiled import sample_damage, spoiled
from kltool.training.sampling import Random
from kltool.values.radiograph import Radiograph

BADLY_POSED: Final = 0.5  # share of the knees
BEAM_DEG, ROTATION_DEG = 12.0, 20.0  # of badly posed ones, at most


def simulate_varied(seed: int) -> SimulatedFilm:
    """One knee as `simulate_random` samples it; every other one under a tilted beam and rotated."""
    for attempt in range(ATTEMPTS):
        random = np.random.default_rng((seed, 14, attempt))
        scene, film = sample_scene_and_film(seed, attempt=attempt)
        try:
            return simulate_knee(_posed(scene, random), film)
        except UsageError:
            continue
    raise UsageError(f"seed {seed}: none of {ATTEMPTS} sampled knees has a possible pose")


def varied_films(simulated: SimulatedFilm, seed: int) -> list[Radiograph]:
    """The film or its coarse crop as it is, then both spoiled."""
    random = np.random.default_rng((seed, 15))
    (truth,) = simulated.truth
    (film, at_film), (crop, at_crop) = film_and_crop(simulated, seed)
    plain = film if random.random() < 0.5 else crop
    first, second = sample_damage(random), sample_damage(random)
    return [
        plain,
        spoiled(film, at_film, truth.spacing_mm, first, random),
        spoiled(crop, at_crop, COARSE_MM, second, random),
    ]


def _posed(scene: KneeScene, random: Random) -> KneeScene:
    if random.random() > BADLY_POSED:
        return scene
    return replace(
        scene,
        beam_tilt_deg=float(random.uniform(-BEAM_DEG, BEAM_DEG)),
        rotation_deg=float(random.uniform(-ROTATION_DEG, ROTATION_DEG)),
    )
