"""The world's variation, applied to training crops: framing, exposure, sharpness, noise."""

import cv2
import numpy as np

from kltool.values.image import Float32


def vary(crop: Float32, size: int, random: np.random.Generator) -> Float32:
    """One random variant of a square crop, (size, size), in the crop's own brightness range."""
    framed = _reframe(crop, size, random)
    return noise(sharpness(exposure(framed, random), random), random)


def _reframe(crop: Float32, size: int, random: np.random.Generator) -> Float32:
    """Rotate, scale, stretch and shift about the crop's centre."""
    zoom = float(np.exp(random.normal(0.0, 0.07))) * size / crop.shape[0]
    aspect = float(np.exp(random.normal(0.0, 0.03)))
    turn = np.deg2rad(random.normal(0.0, 4.0))
    shift = random.normal(0.0, 0.03, 2) * size
    matrix = np.array(
        [
            [zoom * aspect * np.cos(turn), -zoom * np.sin(turn)],
            [zoom * np.sin(turn), zoom / aspect * np.cos(turn)],
        ]
    )
    offset = np.full(2, (size - 1) / 2) + shift - matrix @ np.full(2, (crop.shape[0] - 1) / 2)
    affine = np.column_stack([matrix, offset])
    framed = cv2.warpAffine(
        crop, affine, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(framed, np.float32)


def exposure(image: Float32, random: np.random.Generator) -> Float32:
    """A random gamma, and now and then local contrast equalization as vendors apply it."""
    low, high = float(image.min()), float(image.max())
    unit = (image - low) / max(high - low, 1e-6)
    if random.random() < 0.15:
        equalizer = cv2.createCLAHE(float(random.uniform(1.0, 3.0)), (8, 8))
        unit = equalizer.apply((unit * 255).astype(np.uint8)).astype(np.float32) / 255
    toned: Float32 = (unit ** np.float32(np.exp(random.normal(0.0, 0.3)))).astype(np.float32)
    return toned


def sharpness(image: Float32, random: np.random.Generator) -> Float32:
    """Blur or sharpen, as screens, detectors and resampling do."""
    if random.random() < 0.5:
        return image
    blurred = cv2.GaussianBlur(image, (0, 0), float(random.uniform(0.4, 1.2)))
    amount = np.float32(random.uniform(-0.6, 1.0))  # below 0 sharpens
    mixed: Float32 = image + amount * (blurred - image)
    return mixed


def noise(image: Float32, random: np.random.Generator) -> Float32:
    level = abs(random.normal(0.0, 0.01))
    noisy: Float32 = image + random.normal(0.0, level, image.shape).astype(np.float32)
    return noisy
