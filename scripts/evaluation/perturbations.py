"""One knee read again and again on films that differ as films of one exposure may."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from evaluation.reading import read_one
from kltool.typing import Float32
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading
from kltool.values.spacing import NoSpacing
from kltool.weights import Models

REPEATS = 20  # docs/choices.md#perturbations
SHIFT, GROWTH, TURN_DEG = 0.05, 0.05, 3.0  # docs/choices.md#perturbations
TONE, NOISE, JPEG_QUALITY = 0.2, 0.004, (70, 95)  # docs/choices.md#perturbations


def repeated_widths(
    film: Radiograph, models: Models, seed: tuple[int, ...], repeats: int = REPEATS
) -> dict[Compartment, list[float]]:
    """The minimum of each compartment on so many perturbed films, per cent of the tibial width.

    A film on which the minimum was not measured gives no number. The same film and seed give the same.
    """
    random = np.random.default_rng(seed)
    readings = [read_one(perturbed(film, random), models) for _ in range(repeats)]
    return {compartment: list(_minima(readings, compartment)) for compartment in Compartment}


def spread(widths: list[float], repeats: int = REPEATS) -> float | NotMeasured:
    """The standard deviation of one knee's widths; none where half of its films gave none."""
    if 2 * len(widths) <= repeats:
        return NotMeasured("measured on no more than half of the perturbed films")
    return float(np.std(widths, ddof=1))


def perturbed(film: Radiograph, random: np.random.Generator) -> Radiograph:
    """The film shifted, rotated, scaled, toned, noised and coded as JPEG; its spacing is no longer known."""
    moved = _moved(film.pixels, random)
    low, high = float(moved.min()), float(moved.max())
    toned = ((moved - low) / (high - low)) ** float(np.exp(random.uniform(-TONE, TONE)))
    noisy = toned + random.normal(0, NOISE, toned.shape)
    return replace(film, image=_coded(noisy.astype(np.float32), random), spacing=NoSpacing("perturbed"))


def _moved(pixels: Float32, random: np.random.Generator) -> Float32:
    rows, columns = pixels.shape
    middle = ((columns - 1) / 2, (rows - 1) / 2)
    turn, growth = random.uniform(-TURN_DEG, TURN_DEG), random.uniform(1 - GROWTH, 1 + GROWTH)
    across_and_down = random.uniform(-SHIFT, SHIFT, 2) * (columns, rows)
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, float(turn), float(growth)), float)
    matrix[:, 2] += across_and_down
    moved = cv2.warpAffine(
        pixels, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def _coded(unit: Float32, random: np.random.Generator) -> Float32:
    """Eight bits and JPEG, as a picture that was passed on. unit: 0 to 1."""
    eight = np.rint(np.clip(unit, 0, 1) * 255).astype(np.uint8)
    quality = int(random.integers(JPEG_QUALITY[0], JPEG_QUALITY[1] + 1))
    _, coded = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float32)


def _minima(readings: list[KneeReading | NotMeasured], compartment: Compartment) -> Iterator[float]:
    for reading in readings:
        if isinstance(reading, KneeReading):
            minimum = reading.joint_space.of(compartment).minimum
            if not isinstance(minimum, NotMeasured):
                yield minimum.percent
