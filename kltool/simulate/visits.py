"""One knee at several visits: repositioned each time, on the same unit or on another.

docs/choices-simulate.md#visits.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.knee import simulate_knee
from kltool.simulate.population import ATTEMPTS, DETECTOR_MM, sample_film, sample_scene_and_film
from kltool.simulate.scene import Film, KneeScene, SimulatedFilm

FLEXION_DEG: Final = 3.0  # standard deviations from visit to visit; docs/choices-simulate.md#visits
ROTATION_DEG: Final = 4.0
TILT_DEG: Final = 2.0
LEAN_DEG: Final = 1.0
LARGEST_STEP: Final = 2.5  # standard deviations
ANOTHER_UNIT: Final = 0.5  # share of later visits on another unit, with its own detector and processing
MAGNIFICATION_SD: Final = (
    0.01  # deviation of the magnification on the same unit; docs/choices-simulate.md#visits
)
SHIFT_MM: Final = 2.0  # of the joint on the film of the same unit, at most


def simulate_visits(
    seed: int, changes_mm: Sequence[float], spacing_mm: tuple[float, float] = DETECTOR_MM
) -> tuple[SimulatedFilm, ...]:
    """The film of `sample_scene_and_film`, then one later film of the same knee for each change.

    changes_mm: of the medial minimum against the first visit; a space cannot become narrower than 0. Where
    the pose of a visit is impossible, all visits are those of the first further attempt without one.
    """
    for attempt in range(ATTEMPTS):
        random = np.random.default_rng((seed, 12, attempt))
        scene, film = sample_scene_and_film(seed, spacing_mm, attempt)
        visits = [
            (_repositioned(scene, change, random), _next_film(scene, film, random, spacing_mm))
            for change in changes_mm
        ]
        try:
            return tuple(simulate_knee(*visit) for visit in ((scene, film), *visits))
        except UsageError:
            continue
    raise UsageError(f"seed {seed}: none of {ATTEMPTS} sampled knees has a possible pose at every visit")


def _repositioned(scene: KneeScene, change_mm: float, random: np.random.Generator) -> KneeScene:
    """The same bones in a slightly different pose, their medial space changed."""
    return replace(
        scene,
        medial_gap_mm=float(np.clip(scene.medial_gap_mm + change_mm, 0.0, 12.0)),
        flexion_deg=_perturbed(random, scene.flexion_deg, FLEXION_DEG, (0.0, 45.0)),
        rotation_deg=_perturbed(random, scene.rotation_deg, ROTATION_DEG, (-25.0, 25.0)),
        beam_tilt_deg=_perturbed(random, scene.beam_tilt_deg, TILT_DEG, (-15.0, 15.0)),
        varus_deg=_perturbed(random, scene.varus_deg, LEAN_DEG, (-15.0, 15.0)),
    )


def _perturbed(
    random: np.random.Generator, value: float, deviation: float, within: tuple[float, float]
) -> float:
    step = deviation * np.clip(random.normal(), -LARGEST_STEP, LARGEST_STEP)
    return float(np.clip(value + step, *within))


def _next_film(
    scene: KneeScene, film: Film, random: np.random.Generator, spacing_mm: tuple[float, float]
) -> Film:
    if random.random() < ANOTHER_UNIT:
        return sample_film(random, scene, spacing_mm)
    down, right = random.uniform(-SHIFT_MM, SHIFT_MM, 2) + film.joint_at_mm
    return replace(
        film,
        magnification=float(
            np.clip(film.magnification * np.exp(random.normal(0.0, MAGNIFICATION_SD)), 1.0, 1.5)
        ),
        noise=film.noise * float(np.exp(random.normal(0.0, 0.2))),
        joint_at_mm=(float(down), float(right)),
        seed=int(random.integers(2**31)),
    )
