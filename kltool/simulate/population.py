"""Random knees and films over the whole range of anatomy and technique, each from one seed.

The ranges are wider than in practice on purpose: what is trained or measured on these films must not depend
on any of them. docs/choices-simulate.md#population.
"""

from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.simulate.knee import simulate_knee
from kltool.simulate.scene import Collimator, Film, KneeScene, Marker, Osteophytes, Sclerosis, SimulatedFilm
from kltool.values.radiograph import Side

DETECTOR_MM: Final = (0.1, 0.2)
FIELD_MM: Final = (125.0, 115.0)  # height and width in the plane of the joint, varied by a tenth
SHOWN_MM: Final = np.array([36.0, 48.0])  # above and below, left and right of the joint: always shown
OFF_CENTRE_MM: Final = 12.0
ATTEMPTS: Final = 40
HEALTHY_MM: Final = 5.0  # a healthy joint space; severity of disease grows with the loss of it


def simulate_random(seed: int, spacing_mm: tuple[float, float] = DETECTOR_MM) -> SimulatedFilm:
    """The film of `sample_scene_and_film`, of the first attempt whose pose is possible."""
    for attempt in range(ATTEMPTS):
        try:
            return simulate_knee(*sample_scene_and_film(seed, spacing_mm, attempt))
        except UsageError:
            continue
    raise UsageError(f"seed {seed}: none of {ATTEMPTS} sampled knees has a possible pose")


def sample_scene_and_film(
    seed: int, spacing_mm: tuple[float, float] = DETECTOR_MM, attempt: int = 0
) -> tuple[KneeScene, Film]:
    """One knee and its film. spacing_mm: from the finest to the coarsest pitch of the detector."""
    random = np.random.default_rng((seed, 11, attempt))
    scene = _sample_scene(random)
    return scene, sample_film(random, scene, spacing_mm)


# --- the knee -------------------------------------------------------------------------------------


def _sample_scene(random: np.random.Generator) -> KneeScene:
    medial, lateral = _sample_gaps(random)
    lost = np.clip(1.0 - np.array([medial, lateral]) / HEALTHY_MM, 0.0, 1.0)
    return KneeScene(
        side=Side.RIGHT if random.random() < 0.5 else Side.LEFT,
        medial_gap_mm=medial,
        lateral_gap_mm=lateral,
        flexion_deg=_sample_flexion(random),
        rotation_deg=_clipped_normal(random, 5.0, 15.0),
        beam_tilt_deg=_clipped_normal(random, 4.0, 10.0),
        varus_deg=float(np.clip(random.normal(2.0 * (lost[0] - lost[1]), 2.2), -6.0, 6.0)),
        osteophytes=_sample_osteophytes(random, lost),
        sclerosis=Sclerosis(*(_sample_severity(random, share) for share in lost)),
        seed=int(random.integers(2**31)),
        body=float(random.uniform(0.7, 1.6)),
        bone_density=float(random.uniform(0.5, 1.5)),
        spines=_uniform_pair(random, 0.3, 1.8),
        hollow_mm=_uniform_pair(random, -0.5, 2.0),
        plate_mm=(float(random.uniform(0.9, 2.0)), float(random.uniform(1.2, 3.2))),
        texture=float(random.uniform(0.3, 1.4)),
        coarseness=_log_uniform(random, 0.7, 1.5),
    )


def _sample_gaps(random: np.random.Generator) -> tuple[float, float]:
    """Minimum widths, medial and lateral, mm; at most one of them is narrow."""
    if random.random() < 0.12:
        return float(random.uniform(3.0, 7.0)), float(random.uniform(0.0, 3.0))
    lateral = float(random.uniform(3.5, 9.0))
    kind = random.random()
    if kind < 0.05:
        return 0.0, lateral
    if kind < 0.15:
        return float(random.uniform(0.0, 0.8)), lateral
    if kind < 0.60:
        return float(random.uniform(0.8, 4.0)), lateral
    return float(random.uniform(3.0, 7.0)), lateral


def _sample_flexion(random: np.random.Generator) -> float:
    """Mostly as in the fixed-flexion view, in three of ten uniform over the whole range."""
    if random.random() < 0.3:
        return float(random.uniform(0.0, 35.0))
    return float(np.clip(random.normal(18.0, 7.0), 0.0, 35.0))


def _sample_osteophytes(random: np.random.Generator, lost: np.ndarray) -> Osteophytes:
    """Increasing with the loss of joint space on their side, and half as much with that of the other."""
    medial, lateral = np.maximum(lost, 0.5 * lost[::-1])
    return Osteophytes(*(_sample_severity(random, share) for share in (medial, lateral, medial, lateral)))


def _sample_severity(random: np.random.Generator, lost: float) -> float:
    """0 to 1, increasing with the loss of joint space; in one of eight independent of it."""
    if random.random() < 0.125:
        return float(random.uniform(0.0, 1.0))
    return float(random.beta(0.6 + 2.2 * lost, 2.8 - 2.0 * lost))


# --- the film -------------------------------------------------------------------------------------


def sample_film(random: np.random.Generator, scene: KneeScene, spacing_mm: tuple[float, float]) -> Film:
    """A film of such a knee on a random unit."""
    pitch, magnification = float(random.uniform(*spacing_mm)), float(random.uniform(1.03, 1.25))
    field = np.array(FIELD_MM) * random.uniform((0.9, 0.97), (1.1, 1.12))
    joint_at = random.uniform(-1.0, 1.0, 2) * np.minimum(OFF_CENTRE_MM, field / 2 - SHOWN_MM)
    scatter = float(random.uniform(0.0, 0.8))
    return Film(
        rows=round(field[0] * magnification / pitch),
        columns=round(field[1] * magnification / pitch),
        spacing_mm=pitch,
        magnification=magnification,
        source_mm=float(random.uniform(1000.0, 1850.0)),
        blur_mm=float(random.uniform(0.05, 0.35)),
        noise=_log_uniform(random, 0.3, 3.0),
        scatter=scatter,
        latitude=float(random.uniform(0.3, 1.0)),
        window=_sample_window(random, scene, scatter),
        bits=int(random.integers(8, 17)),
        seed=int(random.integers(2**31)),
        joint_at_mm=(float(joint_at[0]), float(joint_at[1])),
        sharpening=float(random.uniform(0.2, 2.0)) if random.random() < 0.6 else 0.0,
        sharpening_mm=_log_uniform(random, 0.4, 4.0),
        toe=float(random.uniform(0.0, 1.0)) if random.random() < 0.5 else 0.0,
        collimator=_sample_collimator(random, field, joint_at),
        marker=_sample_marker(random, field, "R" if scene.side is Side.RIGHT else "L"),
    )


def _sample_window(random: np.random.Generator, scene: KneeScene, scatter: float) -> tuple[float, float]:
    """Black and white near the extremes of the joint, as by automatic windowing."""
    thickness = np.sqrt(scene.body)
    darkest = 3.2 * thickness - 0.05 * scatter - 0.83
    brightest = 3.05 * thickness + 0.24 * scene.bone_density - 0.92 * scatter + 0.63
    return float(darkest - random.uniform(0.1, 1.6)), float(brightest + random.uniform(-0.25, 0.7))


def _sample_collimator(
    random: np.random.Generator, field: np.ndarray, joint_at: np.ndarray
) -> Collimator | None:
    """None on half of the films; else edges from just off the film to 15 mm inside, off the joint."""
    if random.random() < 0.5:
        return None
    cut = random.uniform(-6.0, 15.0, (2, 2))  # top and left, bottom and right
    first, last = np.minimum(cut[0] - field / 2, joint_at - SHOWN_MM), field / 2 - cut[1]
    last = np.maximum(last, joint_at + SHOWN_MM)
    centre, half = (first + last) / 2, (last - first) / 2
    return Collimator(
        centre_mm=(float(centre[0]), float(centre[1])),
        half_mm=(float(half[0]), float(half[1])),
        turn_deg=_clipped_normal(random, 1.5, 4.0),
        penumbra_mm=_log_uniform(random, 0.2, 4.0),
        white=float(random.choice([0.0, 0.0, 0.0, random.uniform(0.0, 0.3), random.uniform(0.8, 1.0)])),
    )


def _sample_marker(random: np.random.Generator, field: np.ndarray, letter: str) -> Marker | None:
    """None on four films of ten; else mostly in a corner, sometimes at a side, beside the joint."""
    if random.random() < 0.4:
        return None
    height = float(random.uniform(6.0, 18.0))
    down = random.uniform(0.55, 0.95) * random.choice([-1.0, 1.0])
    if random.random() < 0.15:
        down = random.uniform(-0.55, 0.55)
    right = random.uniform(0.72, 0.98) * random.choice([-1.0, 1.0])
    return Marker(
        letter=letter,
        at_mm=(float(down * field[0] / 2), float(right * field[1] / 2)),
        height_mm=height,
        turn_deg=float(random.choice([0.0, 0.0, 90.0, -90.0, 180.0])) + _clipped_normal(random, 6.0, 20.0),
        mirrored=bool(random.random() < 0.25),
        brightness=float(random.uniform(0.6, 1.0)),
        framed=bool(random.random() < 0.2),
    )


def _log_uniform(random: np.random.Generator, least: float, most: float) -> float:
    """Uniform on a logarithmic scale."""
    return float(np.exp(random.uniform(np.log(least), np.log(most))))


def _clipped_normal(random: np.random.Generator, deviation: float, limit: float) -> float:
    return float(np.clip(random.normal(0.0, deviation), -limit, limit))


def _uniform_pair(random: np.random.Generator, least: float, most: float) -> tuple[float, float]:
    first, second = random.uniform(least, most, 2)
    return float(first), float(second)
