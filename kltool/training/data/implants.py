"""Metal drawn over natural knees: prostheses, and plates, nails and screws beside natural joints.

Shapes are rough on purpose: what all implants share is that they are bright, even and sharp-edged.
"""

import cv2
import numpy as np

from kltool.training.sampling import Random
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

Outline = list[tuple[float, float]]  # (across, down): tibial widths right of and below the joint's centre


def with_prosthesis(film: Float32, placement: Placement, random: Random) -> Float32:
    """The film with a total or a partial prosthesis drawn over its joint. film: bone bright."""
    whole = random.random() < 0.7
    left, right = (-0.5, 0.5) if whole else ((-0.5, -0.04) if random.random() < 0.5 else (0.04, 0.5))
    left, right = left * random.uniform(0.85, 1.05), right * random.uniform(0.85, 1.05)
    gap = random.uniform(0.03, 0.1)
    shapes = [_femoral_component(left, right, gap, random), _tibial_tray(left, right, gap, random)]
    if random.random() < 0.8:
        shapes.append(_stem((left + right) / 2, gap, random))
    if random.random() < 0.3:
        shapes.append([(x, -y) for x, y in _stem((left + right) / 2, gap + 0.1, random)])
    return _painted(film, placement, shapes, random)


def with_hardware(film: Float32, placement: Placement, random: Random) -> Float32:
    """The film with a plate, a nail or screws in its bones."""
    above = random.random() < 0.4
    side = -1 if above else 1
    shapes: list[Outline] = []
    if random.random() < 0.5:  # a nail in the shaft
        x, half = random.uniform(-0.1, 0.1), random.uniform(0.03, 0.08)
        top = random.uniform(0.12, 0.3)
        shapes.append([(x - half, side * top), (x + half, side * top), (x + half, side * 0.9)])
        shapes[-1].append((x - half, side * 0.9))
    else:  # a plate along one border
        x, half = random.choice([-1, 1]) * random.uniform(0.3, 0.52), random.uniform(0.02, 0.05)
        shapes.append([(x - half, side * 0.1), (x + half, side * 0.1), (0.7 * x + half, side * 0.8)])
        shapes[-1].append((0.7 * x - half, side * 0.8))
    for _ in range(random.integers(0, 6)):
        y, half = side * random.uniform(0.12, 0.6), random.uniform(0.012, 0.03)
        start, end = random.uniform(-0.5, 0.0), random.uniform(0.1, 0.5)
        shapes.append([(start, y - half), (end, y - half), (end, y + half), (start, y + half)])
    return _painted(film, placement, shapes, random)


def _femoral_component(left: float, right: float, gap: float, random: Random) -> Outline:
    """The femoral component: condyles below, a wavy border above."""
    bend, height = random.uniform(0.02, 0.14), random.uniform(0.15, 0.5)
    x = np.linspace(0, 1, 13)
    lower = -gap / 2 - bend * np.exp(-(((x - 0.5) / 0.12) ** 2)) - 0.12 * (np.abs(2 * x - 1) ** 6)
    upper = -gap / 2 - height * np.interp(x, np.linspace(0, 1, 5), random.uniform(0.6, 1.0, 5))
    across = left + (right - left) * x
    border = list(zip(across, lower, strict=True)) + list(zip(across[::-1], upper, strict=True))
    return [(float(u), float(v)) for u, v in border]


def _tibial_tray(left: float, right: float, gap: float, random: Random) -> Outline:
    thick = random.uniform(0.02, 0.09)
    return [(left, gap / 2), (right, gap / 2), (right, gap / 2 + thick), (left, gap / 2 + thick)]


def _stem(middle: float, gap: float, random: Random) -> Outline:
    half, tip, end = random.uniform(0.03, 0.16), random.uniform(0.01, 0.06), random.uniform(0.15, 0.7)
    return [(middle - half, gap / 2), (middle + half, gap / 2), (middle + tip, end), (middle - tip, end)]


def _painted(film: Float32, at: Placement, shapes: list[Outline], random: Random) -> Float32:
    """Filled, as bright as the brightest bone or brighter, over what it hides."""
    mask = np.zeros(film.shape, np.uint8)
    for shape in shapes:
        cv2.fillPoly(mask, [np.rint(_on_film(shape, at)[:, ::-1] * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = cv2.GaussianBlur(mask, (0, 0), float(random.uniform(0.3, 0.9))).astype(np.float32) / 255
    bright = float(random.uniform(0.92, 1.25) * film.max())
    return np.asarray(film + share * np.maximum(bright - film, 0), np.float32)


def _on_film(shape: Outline, at: Placement) -> Points:
    """(row, column)."""
    turn = np.array([[np.sin(at.tilt_rad), np.cos(at.tilt_rad)], [np.cos(at.tilt_rad), -np.sin(at.tilt_rad)]])
    return np.asarray(np.array(at.centre) + at.tibial_width_px * np.array(shape) @ turn, float)
