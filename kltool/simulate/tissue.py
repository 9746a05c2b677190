"""The soft tissue of the leg, and the trabecular texture inside the bones."""

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft2, next_fast_len, rfft2

from kltool.simulate.rays import Camera
from kltool.simulate.scene import KneeScene
from kltool.typing import Float64

Int32 = npt.NDArray[np.int32]

RING_POINTS = 72
HEIGHTS_MM = np.arange(-240.0, 241.0, 8.0)
# half width and half depth of the skin, its centre towards lateral and posterior, and the fat under it,
# by height above the joint; docs/choices-simulate.md#soft-tissue
_HEIGHT = np.array([-240.0, -120.0, -60.0, -20.0, 20.0, 60.0, 120.0, 240.0])
_HALF_WIDTH = np.array([52.0, 60.0, 57.0, 57.0, 60.0, 66.0, 74.0, 84.0])
_HALF_DEPTH = np.array([54.0, 60.0, 57.0, 57.0, 60.0, 65.0, 72.0, 82.0])
_LATERAL = np.array([2.0, 3.0, 2.0, 0.0, 0.0, 1.0, 4.0, 8.0])
_POSTERIOR = np.array([16.0, 14.0, 9.0, 3.0, 2.0, 6.0, 10.0, 16.0])
_FAT = np.array([7.0, 8.0, 8.0, 7.0, 9.0, 11.0, 13.0, 15.0])

# weight, blur along and across (mm), inclination of the strands; docs/choices-simulate.md#trabeculae
STRANDS = (
    (0.45, 1.4, 0.13, 0.11),
    (0.45, 1.4, 0.13, -0.11),
    (0.22, 0.18, 0.8, 0.0),
    (0.55, 0.22, 0.22, 0.0),
    (0.22, 6.0, 0.4, 0.05),
    (0.45, 4.0, 4.0, 0.0),
)


def leg_surfaces(scene: KneeScene) -> tuple[Float64, Float64, Int32]:
    """Skin (n, 3) and muscle (n, 3), mm, and the faces of both: closed tubes around the posed knee."""
    lean, swell = np.tan(np.radians(scene.varus_deg)), np.sqrt(scene.body)
    unevenness = np.random.default_rng((scene.seed, 2)).normal(0.0, 0.02, (2, 4))
    fat = np.interp(HEIGHTS_MM, _HEIGHT, _FAT) * scene.body**1.5
    skin = _tube(swell, np.zeros_like(fat), lean, unevenness)
    muscle = _tube(swell, fat, lean, unevenness)
    return skin, muscle, _tube_faces(len(HEIGHTS_MM))


def _tube(swell: float, inwards: Float64, lean: float, unevenness: Float64) -> Float64:
    """Rings of RING_POINTS around every height, then the middles of the lowest and the highest ring."""
    angle = np.linspace(0.0, 2.0 * np.pi, RING_POINTS, endpoint=False)
    orders = np.arange(1, 5)[:, None] * angle
    ripple = 1.0 + (unevenness[0][:, None] * np.cos(orders) + unevenness[1][:, None] * np.sin(orders)).sum(
        axis=0
    )
    half_width = np.interp(HEIGHTS_MM, _HEIGHT, _HALF_WIDTH) * swell - inwards
    half_depth = np.interp(HEIGHTS_MM, _HEIGHT, _HALF_DEPTH) * swell - inwards
    x = np.interp(HEIGHTS_MM, _HEIGHT, _LATERAL) + lean * HEIGHTS_MM
    y = np.interp(HEIGHTS_MM, _HEIGHT, _POSTERIOR)
    across = x[:, None] + half_width[:, None] * np.cos(angle) * ripple
    deep = y[:, None] + half_depth[:, None] * np.sin(angle) * ripple
    rings = np.stack([across, deep, np.broadcast_to(HEIGHTS_MM[:, None], across.shape)], axis=2)
    ends = np.array([[x[k], y[k], HEIGHTS_MM[k]] for k in (0, -1)])
    return np.concatenate([rings.reshape(-1, 3), ends])


def _tube_faces(rings: int) -> Int32:
    around = np.arange(RING_POINTS)
    after = (around + 1) % RING_POINTS
    lower = RING_POINTS * np.arange(rings - 1)[:, None]
    a, b = lower + around, lower + after
    wall = np.stack([a, b, b + RING_POINTS, a, b + RING_POINTS, a + RING_POINTS], axis=2).reshape(-1, 3)
    top = RING_POINTS * (rings - 1)
    floor = np.stack([after, around, np.full_like(around, RING_POINTS * rings)], axis=1)
    roof = np.stack([top + around, top + after, np.full_like(around, RING_POINTS * rings + 1)], axis=1)
    return np.concatenate([wall, floor, roof]).astype(np.int32)


def trabeculae(camera: Camera, seed: int, coarseness: float = 1.0) -> Float64:
    """(rows, columns) texture of mean 0: struts along the load, fewer across, and a coarse background.

    A stationary Gaussian field in the plane of the joint: white noise filtered by the root of a power
    spectrum, which is defined in mm and independent of the pixel size; its deviation is 1 before averaging
    over the pixel.
    """
    shape = next_fast_len(camera.rows, real=True), next_fast_len(camera.columns, real=True)
    down = np.asarray(np.fft.fftfreq(shape[0], camera.pixel_mm)[:, None], np.float64)
    across = np.asarray(np.fft.rfftfreq(shape[1], camera.pixel_mm), np.float64)
    power = np.zeros((shape[0], len(across)))
    for weight, down_mm, across_mm, slope in STRANDS:
        own = _gaussian_power(down - slope * across, across, coarseness * down_mm, coarseness * across_mm)
        power += weight**2 / sum(weight**2 for weight, *_ in STRANDS) * own
    aperture = np.sinc(down * camera.pixel_mm) * np.sinc(across * camera.pixel_mm)
    white = np.random.default_rng((seed, 3)).standard_normal(shape, dtype=np.float32)
    shaped = rfft2(white) * (np.sqrt(power) * aperture / camera.pixel_mm).astype(np.float32)
    shaped[0, 0] = 0.0
    return np.asarray(irfft2(shaped, shape)[: camera.rows, : camera.columns], np.float64)


def _gaussian_power(down: Float64, across: Float64, down_mm: float, across_mm: float) -> Float64:
    """Power per (cycle/mm)² of noise of deviation 1 under a Gaussian blur of these two widths."""
    exponent = -4.0 * np.pi**2 * ((down_mm * down) ** 2 + (across_mm * across) ** 2)
    return np.asarray(4.0 * np.pi * down_mm * across_mm * np.exp(np.maximum(exponent, -80.0)))
