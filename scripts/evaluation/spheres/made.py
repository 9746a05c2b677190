"""Films with a ball whose size on the film is known: simulated knees, and OAI crops set into finer films."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from kltool.errors import KltoolError
from kltool.intake import load
from kltool.localize import SphereSettings, find_knees
from kltool.localize.sphere.discs import find_discs
from kltool.simulate import simulate_knee
from kltool.simulate.ball import add_ball, ball_spacing_mm
from kltool.simulate.population import sample_scene_and_film
from kltool.simulate.scene import Ball, Film
from kltool.training.data.oai import crops, seed_of, side_of
from kltool.training.parallel import each
from kltool.training.sampling import Random
from kltool.typing import Float64
from kltool.values.radiograph import Radiograph, Side
from kltool.values.sphere import Sphere
from kltool.weights import Models

FIRST_SEED: Final = 1_000_000  # docs/choices.md#evaluation-seeds
DIAMETERS_MM: Final = (25.0, 25.4, 28.0, 30.0)  # of balls that are sold for calibration
MM_PER_PX: Final = (0.1, 0.2)
CROP_MM: Final = 0.46  # a pixel of an OAI crop; shared/data/README.md
BESIDE_MM: Final = (62.0, 95.0)  # from the joint to the ball
AIR_MM: Final = 115.0  # from the joint to either edge of the film
QUALITY: Final = (75, 97)  # of the JPEG
OPACITY: Final = (20.0, 50.0)  # line integral across the ball


@dataclass(frozen=True, slots=True)
class SphereOutcome:
    """One film with a ball. error: of the spacing, per cent, or NaN; off_px: of the centre.

    why: no sphere was found, or empty.
    """

    kind: str
    error: float
    why: str
    blur_mm: float
    off_px: float = np.nan


def simulated(count: int, jobs: int) -> list[SphereOutcome]:
    """Simulated films of one knee, with air and a ball beside it."""
    return each(_simulated, range(FIRST_SEED, FIRST_SEED + count), "simulated films", jobs)


def _simulated(models: Models, seed: int) -> SphereOutcome:
    random = np.random.default_rng((seed, 17))
    scene, film = sample_scene_and_film(seed, MM_PER_PX)
    ball = _ball(random, film, film.joint_at_mm)
    wide = round(2 * AIR_MM / film.joint_spacing_mm)
    film = replace(film, columns=max(film.columns, wide), collimator=None, ball=ball)
    made = simulate_knee(scene, film)
    grey = made.pixels / (2**film.bits - 1)
    return _outcome("simulated", _printed(grey, random), film, scene.side, models)


def set_crops(data: Path, count: int, jobs: int) -> list[SphereOutcome]:
    """`val` crops of the OAI set into films of 0.1 to 0.2 mm a pixel, with air and a ball beside them."""
    return each(_set_crop, crops(data / "oai_kl" / "val", count), "crops set into films", jobs)


def _set_crop(models: Models, path: Path) -> SphereOutcome:
    random = np.random.default_rng((*seed_of(path), 17))
    crop = load(path, side=side_of(path)).pixels
    pitch = float(random.uniform(*MM_PER_PX))
    high = round(len(crop) * CROP_MM / pitch)
    finer = cv2.resize(crop, (high, high), interpolation=cv2.INTER_CUBIC)
    air = max(round((2 * AIR_MM / pitch - high) / 2), 0)
    black, white = np.percentile(crop, (1.0, 99.5))
    tall = cv2.copyMakeBorder(finer, 0, 0, air, air, cv2.BORDER_CONSTANT, value=float(black))
    grey = np.clip((tall - black) / (white - black), 0.0, 1.0).astype(np.float64)
    film = Film(
        rows=grey.shape[0],
        columns=grey.shape[1],
        spacing_mm=pitch,
        magnification=1.0,
        source_mm=float(random.uniform(1000.0, 1850.0)),
        blur_mm=float(random.uniform(0.05, 0.35)),
    )
    film = replace(film, ball=_ball(random, film, (0.0, 0.0)))
    assert film.ball is not None
    add_ball(grey, film.ball, film)
    return _outcome("OAI crop", _printed(grey, random), film, side_of(path), models)


def _ball(random: Random, film: Film, joint_at_mm: tuple[float, float]) -> Ball:
    """Beside the joint, whole on the film; partly burnt out on half of the films."""
    diameter = float(random.choice(DIAMETERS_MM))
    reach = film.rows * film.joint_spacing_mm / 2 - 0.6 * diameter - 3.0
    away = float(random.uniform(*BESIDE_MM)) * float(random.choice([-1.0, 1.0]))
    limit = AIR_MM - 0.6 * diameter - 3.0
    return Ball(
        at_mm=(float(random.uniform(-reach, reach)), float(np.clip(joint_at_mm[1] + away, -limit, limit))),
        diameter_mm=diameter,
        nearer_mm=float(random.uniform(-20.0, 20.0)),
        attenuation_mm=float(np.exp(random.uniform(*np.log(OPACITY)))) / diameter,
        brightness=float(random.uniform(0.8, 1.4)),
    )


def _printed(grey: Float64, random: Random) -> Float64:
    """With another gain, noise, eight bits and a lossy JPEG."""
    gained = np.clip(grey * random.uniform(0.85, 1.1) + random.uniform(0.0, 0.05), 0.0, 1.0)
    noisy = gained + random.uniform(0.0, 0.015) * random.standard_normal(grey.shape)
    eight = np.rint(np.clip(noisy, 0.0, 1.0) * 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", eight, (cv2.IMWRITE_JPEG_QUALITY, int(random.integers(*QUALITY))))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float64)


def _outcome(kind: str, pixels: Float64, film: Film, side: Side, models: Models) -> SphereOutcome:
    ball = film.ball
    assert ball is not None
    radiograph = Radiograph.from_array(pixels, side=side, source=kind)
    try:
        found = find_knees(radiograph, models, sphere=SphereSettings(ball.diameter_mm)).film.sphere
    except KltoolError as refusal:
        return SphereOutcome(kind, np.nan, f"the film is refused: {type(refusal).__name__}", film.blur_mm)
    if not isinstance(found, Sphere):
        return SphereOutcome(
            kind, np.nan, "no knee to measure" if found is None else found.code, film.blur_mm
        )
    row, column = (
        (length - 1) / 2 + mm / film.joint_spacing_mm
        for length, mm in zip((film.rows, film.columns), ball.at_mm, strict=True)
    )
    error = 100 * (found.spacing_mm / ball_spacing_mm(ball, film) - 1)
    return SphereOutcome(
        kind, error, "", film.blur_mm, float(np.hypot(found.row - row, found.column - column))
    )


def before_the_logarithm(count: int) -> Sequence[float]:
    """Errors of balls in air that are blurred as radiation, and shown by the logarithm, cut off at black."""
    return [_windowed_error(seed) for seed in range(FIRST_SEED, FIRST_SEED + count)]


def _windowed_error(seed: int) -> float:
    """Per cent of the spacing; NaN where no disc is found."""
    random = np.random.default_rng((seed, 19))
    side = 61.0  # mm
    pitch, blur = float(random.uniform(*MM_PER_PX)), float(random.uniform(0.05, 0.25))
    size = round(side / pitch)
    film = Film(rows=size, columns=size, spacing_mm=pitch, magnification=1.0, blur_mm=0.0)
    opaque = Ball(at_mm=tuple(random.uniform(-2.0, 2.0, 2)), diameter_mm=25.0, attenuation_mm=1.2)
    stopped = np.zeros((size, size))
    add_ball(stopped, opaque, film)
    veil = float(np.exp(random.uniform(*np.log((0.003, 0.05)))))
    arrived = gaussian_filter(1.0 - stopped, blur / pitch) + veil
    quanta = 7.0e5 * pitch**2
    arrived = arrived + np.sqrt(arrived / quanta) * random.standard_normal(arrived.shape)
    black = float(random.uniform(0.5, 2.0))
    white = black + float(random.uniform(1.2, 2.8))
    grey = np.clip((-np.log(np.maximum(arrived, 1e-6)) - black) / (white - black), 0.0, 1.0)
    discs = find_discs(_printed(grey, random).astype(np.float32), (15.0 / pitch, 45.0 / pitch))
    if len(discs) != 1:
        return np.nan
    return 100 * (opaque.diameter_mm / discs[0].diameter / ball_spacing_mm(opaque, film) - 1)
