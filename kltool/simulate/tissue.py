"""What is not a bone's surface: the soft tissue of the leg, and the trabeculae inside the bone."""

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from kltool.simulate.rays import Camera
from kltool.simulate.scene import KneeScene

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]

RING_POINTS = 72
HEIGHTS_MM = np.arange(-240.0, 241.0, 8.0)
# half width and half depth of the skin, its middle towards lateral and posterior, and the fat under it,
# at heights over the joint; docs/choices-simulate.md#soft-tissue
_AT = np.array([-240.0, -120.0, -60.0, -20.0, 20.0, 60.0, 120.0, 240.0])
_HALF_WIDTH = np.array([52.0, 60.0, 57.0, 57.0, 60.0, 66.0, 74.0, 84.0])
_HALF_DEPTH = np.array([54.0, 60.0, 57.0, 57.0, 60.0, 65.0, 72.0, 82.0])
_LATERAL = np.array([2.0, 3.0, 2.0, 0.0, 0.0, 1.0, 4.0, 8.0])
_POSTERIOR = np.array([16.0, 14.0, 9.0, 3.0, 2.0, 6.0, 10.0, 16.0])
_FAT = np.array([7.0, 8.0, 8.0, 7.0, 9.0, 11.0, 13.0, 15.0])


def leg_surfaces(scene: KneeScene) -> tuple[Float64, Float64, Int32]:
    """Skin (n, 3) and muscle (n, 3), mm, and the faces of both: closed tubes around the posed knee."""
    lean, swell = np.tan(np.radians(scene.varus_deg)), np.sqrt(scene.body)
    unevenness = np.random.default_rng((scene.seed, 2)).normal(0.0, 0.02, (2, 4))
    fat = np.interp(HEIGHTS_MM, _AT, _FAT) * scene.body**1.5
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
    half_width = np.interp(HEIGHTS_MM, _AT, _HALF_WIDTH) * swell - inwards
    half_depth = np.interp(HEIGHTS_MM, _AT, _HALF_DEPTH) * swell - inwards
    x = np.interp(HEIGHTS_MM, _AT, _LATERAL) + lean * HEIGHTS_MM
    y = np.interp(HEIGHTS_MM, _AT, _POSTERIOR)
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


def trabeculae(camera: Camera, seed: int) -> Float64:
    """(rows, columns) texture of mean 0 and deviation 1: struts along the load, fewer across, and clouds.

    Drawn from the seed in the plane of the joint; it repeats beyond the edges, so that it can be rolled.
    """
    random = np.random.default_rng((seed, 3))
    shape = (camera.rows, camera.columns)

    def strands(down_mm: float, across_mm: float) -> Float64:
        noise = random.standard_normal(shape)
        noise = gaussian_filter1d(noise, down_mm / camera.pixel_mm, axis=0, mode="wrap", truncate=3.0)
        noise = gaussian_filter1d(noise, across_mm / camera.pixel_mm, axis=1, mode="wrap", truncate=3.0)
        return np.asarray(noise / noise.std())

    texture = (
        0.45 * _leaned(strands(1.4, 0.13), 0.11)
        + 0.45 * _leaned(strands(1.4, 0.13), -0.11)
        + 0.22 * strands(0.18, 0.8)
        + 0.55 * strands(0.22, 0.22)
        + 0.22 * _leaned(strands(6.0, 0.4), 0.05)
        + 0.45 * strands(4.0, 4.0)
    )
    return np.asarray(texture / texture.std())


def _leaned(texture: Float64, slope: float) -> Float64:
    """The texture with every row shifted by `slope` a row, interpolated, wrapped around."""
    rows, columns = texture.shape
    place = np.arange(columns)[None, :] + slope * np.arange(rows)[:, None]
    left = np.floor(place).astype(np.int64)
    share = place - left
    row = np.arange(rows)[:, None]
    return np.asarray(
        (1.0 - share) * texture[row, left % columns] + share * texture[row, (left + 1) % columns]
    )
