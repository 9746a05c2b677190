"""Trabeculae fixed to the bone: they move with it from visit to visit, each depth by its own parallax.

A bone is divided into layers along its depth, each with a texture of its own. A film shows their sum, so that
the texture changes slightly where a bone is rotated between two films.
docs/choices-simulate.md#struts
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from kltool.simulate.atlas import load_atlas
from kltool.simulate.rays import Camera
from kltool.simulate.tissue import trabeculae
from kltool.typing import Float32, Float64

LAYER_MM: Final = 2.5  # docs/choices-simulate.md#struts
FIELD_MM: Final = 120.0  # side of a layer, about the middle of the joint; beyond it the texture is reflected
PIXEL_MM: Final = 0.2  # docs/choices-simulate.md#struts
PARTS: Final = ("femur", "tibia", "fibula", "patella")  # of the atlas, in the order of the beam


@dataclass(frozen=True, slots=True)
class Struts:
    """The trabeculae of one knee. coarseness: of their size, 1 is average."""

    seed: int
    coarseness: float = 1.0

    def project(self, part: int, vertices: Float64, camera: Camera) -> Float64:
        """(rows, columns) projected texture of a posed bone, of mean 0 and deviation 1.

        vertices: (n, 3) mm, those of the atlas' bone in their order.
        """
        mean = getattr(load_atlas(), PARTS[part]).mean
        rotation, shift = _pose(mean, vertices)
        layers, depths, middle = _layers(self, part)
        size = camera.columns, camera.rows
        total = np.zeros((camera.rows, camera.columns), np.float32)
        for layer, depth in zip(layers, depths, strict=True):
            pixels, corners = _corners(layer.shape, middle, depth)
            rows, columns, _ = camera.project(corners @ rotation.T + shift)
            at = cv2.getAffineTransform(pixels, np.stack([columns, rows], axis=1).astype(np.float32))
            total += cv2.warpAffine(layer, at, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return np.asarray(total / np.sqrt(len(layers)), np.float64)


@lru_cache(maxsize=8)
def _layers(struts: Struts, part: int) -> tuple[list[Float32], Float64, Float64]:
    """Textures, their depths (mm, atlas), and the middle (x, z) of the bone's end at the joint."""
    bone = getattr(load_atlas(), PARTS[part]).mean
    depths = np.arange(bone[:, 1].min(), bone[:, 1].max(), LAYER_MM)
    count = round(FIELD_MM / PIXEL_MM)
    camera = Camera(count, count, PIXEL_MM, 1000.0)
    seeds = np.random.default_rng((struts.seed, 7, part)).integers(2**31, size=len(depths))
    layers = [trabeculae(camera, int(seed), struts.coarseness).astype(np.float32) for seed in seeds]
    femur = load_atlas().femur.mean
    condyles = femur[femur[:, 2] < femur[:, 2].min() + 30.0]
    return layers, depths, np.array([condyles[:, 0].mean(), femur[:, 2].min()])


def _corners(shape: tuple[int, ...], middle: Float64, depth: float) -> tuple[Float32, Float64]:
    """Three corners of a layer: (column, row) of its pixels, and (x, y, z) mm in the atlas."""
    last = shape[0] - 1
    pixels = np.array([[0, 0], [last, 0], [0, last]], np.float32)
    away = (pixels - last / 2) * PIXEL_MM
    x, z = middle[0] + away[:, 0], middle[1] - away[:, 1]
    return pixels, np.stack([x, np.full(3, depth), z], axis=1).astype(np.float64)


def _pose(mean: Float64, vertices: Float64) -> tuple[Float64, Float64]:
    """Rotation and shift from the mean bone to a posed one, least squares. Source: Kabsch 1976."""
    start, end = mean.mean(axis=0), vertices.mean(axis=0)
    left, _, right = np.linalg.svd((mean - start).T @ (vertices - end))
    handedness = np.sign(np.linalg.det(left @ right))
    rotation = (left * [1.0, 1.0, handedness] @ right).T
    return rotation, end - rotation @ start
