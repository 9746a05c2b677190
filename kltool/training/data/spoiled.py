"""Films spoiled as bad ones are: blurred, noisy, coarse, badly exposed, cut off, covered in part.

Lengths are millimetres of the plane of the joint. docs/choices.md#spoiled-films.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from kltool.training.sampling import Random
from kltool.typing import Float32, Float64
from kltool.values.radiograph import Radiograph
from kltool.values.spacing import Spacing

NOISE_PIXEL_MM: Final = 0.4  # to which the noise refers
LIKELY, SELDOM = 0.4, 0.12  # of each kind of damage
BLUR_MM: Final = (0.2, 2.0)
NOISE: Final = (0.01, 0.25)  # of the film's range
PIXEL_MM: Final = (0.5, 1.0)
CLIPPED: Final = (0.02, 0.35)  # share of the pixels, dark or bright
CUT_MM: Final = (0.0, 45.0)  # from the joint's centre to the nearest edge of the film
COVER_MM: Final = (8.0, 30.0)  # sides of what covers a part
COVER_AT_MM: Final = (20.0, 40.0)  # its centre's farthest distance from the joint's, down and across


@dataclass(frozen=True, slots=True)
class Damage:
    """How a film is spoiled; 0 leaves it as it is.

    blur_mm: standard deviation. noise: share of the film's range in pixels of NOISE_PIXEL_MM. pixel_mm:
    of the film that results. dark, bright: shares of the pixels that are clipped. cut_mm: of the film's edge
    from the joint's centre; edge: 0 to 3, top, bottom, left, right. cover_mm: height and width of what covers
    a part; cover_at_mm: its centre (down, right) from the joint's; opacity: of it, 0 to 1.
    """

    blur_mm: float = 0.0
    noise: float = 0.0
    pixel_mm: float = 0.0
    dark: float = 0.0
    bright: float = 0.0
    cut_mm: float = 0.0
    edge: int = 0
    cover_mm: tuple[float, float] = (0.0, 0.0)
    cover_at_mm: tuple[float, float] = (0.0, 0.0)
    opacity: float = 0.0


def sample_damage(random: Random) -> Damage:
    """One kind of damage or several, each from slight to severe."""
    while (damage := _sampled(random)) == Damage():
        pass
    return damage


def _sampled(random: Random) -> Damage:
    damage = Damage()
    if random.random() < LIKELY:
        damage = replace(damage, blur_mm=_log_uniform(random, BLUR_MM))
    if random.random() < LIKELY:
        damage = replace(damage, noise=_log_uniform(random, NOISE))
    if random.random() < LIKELY / 2:
        damage = replace(damage, pixel_mm=_log_uniform(random, PIXEL_MM))
    if random.random() < LIKELY / 2:
        share = _log_uniform(random, CLIPPED)
        damage = replace(damage, dark=share) if random.random() < 0.5 else replace(damage, bright=share)
    if random.random() < SELDOM:
        damage = replace(damage, cut_mm=float(random.uniform(*CUT_MM)), edge=int(random.integers(4)))
    if random.random() < SELDOM:
        height, width = random.uniform(*COVER_MM, 2)
        down, right = random.uniform(-1, 1, 2) * COVER_AT_MM
        damage = replace(
            damage,
            cover_mm=(float(height), float(width)),
            cover_at_mm=(float(down), float(right)),
            opacity=float(random.uniform(0.3, 1.0)),
        )
    return damage


def spoiled(film: Radiograph, joint: Float64, mm: float, damage: Damage, random: Random) -> Radiograph:
    """The same film with this damage. joint: (row, column) of the joint's centre. mm: of a pixel."""
    pixels = np.ascontiguousarray(film.pixels, np.float32)
    low, high = np.percentile(pixels, (0.5, 99.5))
    unit = np.asarray((pixels - low) / (high - low), np.float32)
    if damage.opacity:
        unit = _covered(unit, joint, mm, damage, random)
    if damage.cut_mm:
        unit = _cut(unit, joint, mm, damage)
    if damage.blur_mm:
        unit = np.asarray(cv2.GaussianBlur(unit, (0, 0), damage.blur_mm / mm), np.float32)
    if damage.pixel_mm > mm:
        unit, mm = _coarse(unit, mm / damage.pixel_mm), damage.pixel_mm
    if damage.noise:
        sd = damage.noise * NOISE_PIXEL_MM / mm
        unit = np.asarray(unit + random.normal(0.0, sd, unit.shape), np.float32)
    first, last = np.quantile(unit, (damage.dark, 1.0 - damage.bright))
    shown = np.clip((unit - first) / (last - first), 0.0, 1.0) if damage.dark or damage.bright else unit
    spacing = (
        replace(film.spacing, row_mm=mm, column_mm=mm) if isinstance(film.spacing, Spacing) else film.spacing
    )
    return replace(film, image=np.asarray(255 * shown, np.float32), spacing=spacing)


def _covered(unit: Float32, joint: Float64, mm: float, damage: Damage, random: Random) -> Float32:
    """A rectangle of one brightness over a part of the film, its edge blurred by a millimetre."""
    rows, columns = np.indices(unit.shape, np.float32)
    centre = joint + np.array(damage.cover_at_mm) / mm
    inside = (np.abs(rows - centre[0]) < damage.cover_mm[0] / mm / 2) & (
        np.abs(columns - centre[1]) < damage.cover_mm[1] / mm / 2
    )
    share = damage.opacity * cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.0 / mm)
    return np.asarray(unit + share * (np.float32(random.uniform(0.1, 0.9)) - unit), np.float32)


def _cut(unit: Float32, joint: Float64, mm: float, damage: Damage) -> Float32:
    """Without what lies beyond an edge at this distance from the joint."""
    axis, after = divmod(damage.edge, 2)
    reach = damage.cut_mm / mm
    at = int(np.clip(joint[axis] + (reach if after else -reach), 8, unit.shape[axis] - 8))
    kept = slice(None, at) if after else slice(at, None)
    return np.ascontiguousarray(unit[kept] if axis == 0 else unit[:, kept])


def _coarse(unit: Float32, share: float) -> Float32:
    rows, columns = (max(round(side * share), 8) for side in unit.shape)
    return np.asarray(cv2.resize(unit, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _log_uniform(random: Random, span: tuple[float, float]) -> float:
    return float(np.exp(random.uniform(*np.log(span))))
