"""Variation of acquisition and processing, for training: exposure, sharpness, noise, compression."""

import cv2
import numpy as np

from kltool.training.sampling import Random
from kltool.typing import Float32


def exposure(image: Float32, random: Random) -> Float32:
    """A random gamma, and now and then local contrast equalization as vendors apply it."""
    low, high = float(image.min()), float(image.max())
    unit = (image - low) / max(high - low, 1e-6)
    if random.random() < 0.15:
        equalizer = cv2.createCLAHE(float(random.uniform(1.0, 3.0)), (8, 8))
        unit = equalizer.apply((unit * 255).astype(np.uint8)).astype(np.float32) / 255
    toned: Float32 = (unit ** np.float32(np.exp(random.normal(0.0, 0.3)))).astype(np.float32)
    return toned


def sharpness(image: Float32, random: Random) -> Float32:
    """Blur or sharpen, as screens, detectors and resampling do."""
    if random.random() < 0.5:
        return image
    blurred = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.4, 1.2)))
    amount = np.float32(random.uniform(-0.6, 1.0))  # below 0 sharpens
    mixed: Float32 = image + amount * (blurred - image)
    return mixed


def noise(image: Float32, random: Random) -> Float32:
    level = abs(random.normal(0.0, 0.01))
    noisy: Float32 = image + random.normal(0.0, level, image.shape).astype(np.float32)
    return noisy


def processed(film: Float32, random: Random) -> Float32:
    """Gamma, local contrast, sharpening or blur, noise, eight bits, JPEG: all that precedes an image file."""
    low, high = np.percentile(film, (0.5, 99.7))
    unit = np.clip((film - low) / max(float(high - low), 1e-6), 0.0, 1.1) / 1.1
    if random.random() < 0.15:
        equalizer = cv2.createCLAHE(float(random.uniform(1.0, 3.0)), (4, 8))
        unit = equalizer.apply((unit * 65535).astype(np.uint16)).astype(np.float32) / 65535
    unit = unit ** np.float32(np.exp(random.normal(0.0, 0.3)))
    if random.random() < 0.5:
        blurred = cv2.GaussianBlur(unit, (0, 0), float(random.uniform(0.4, 1.3)))
        unit = unit + np.float32(random.uniform(-0.7, 1.0)) * (blurred - unit)
    if random.random() < 0.2:  # a wide unsharp mask, as consoles apply it
        wide = cv2.GaussianBlur(unit, (0, 0), float(random.uniform(3.0, 12.0)))
        unit = unit + np.float32(random.uniform(-0.3, 0.8)) * (unit - wide)
    unit = unit + random.normal(0.0, abs(random.normal(0.0, 0.012)), unit.shape)
    eight = np.clip(unit * 240 + 8, 0, 255)
    if random.random() < 0.25:
        coded = cv2.imencode(
            ".jpg", eight.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(50, 96))]
        )
        return np.asarray(cv2.imdecode(coded[1], cv2.IMREAD_GRAYSCALE), np.float32)
    return np.asarray(np.rint(eight) if random.random() < 0.6 else eight, np.float32)
