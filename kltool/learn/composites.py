"""Films made of annotated crops: one or two knees set into a field, near or far, some replaced.

A crop's rows above and below the joint are drawn out as shafts; beside it the soft tissue fades into
a black or grey field. Implants are drawn over some knees, so that the finder tells a replaced knee
from a natural one. Some fields hold no knee at all.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from kltool.geometry import Points, mirror
from kltool.learn.annotated import AnnotatedKnee
from kltool.learn.augment import exposure, noise, sharpness
from kltool.values.image import Float32

SMALLEST_WIDTH, LARGEST_WIDTH = 26.0, 110.0  # tibial width in pixels of the field


@dataclass(frozen=True, slots=True)
class Planted:
    """A knee in a field: the left and right end of its plateau, (row, column), and its centre."""

    ends: Points
    centre: Points
    replaced: bool


def composite(
    knees: list[AnnotatedKnee], size: int, random: np.random.Generator
) -> tuple[Float32, list[Planted]]:
    """A field of (size, size), brightness 0 to 1, and the knees in it."""
    kind = random.random()
    field = _background(size, random)
    planted: list[Planted] = []
    if kind < 0.08:
        field = _clutter(field, knees, random)
    elif kind < 0.6:
        width = float(np.exp(random.uniform(np.log(SMALLEST_WIDTH), np.log(LARGEST_WIDTH))))
        reach = 0.5 * size - 0.45 * width
        at = size / 2 + random.uniform(-1, 1, 2) * max(reach, 0.04 * size)
        field, planted = _plant(field, knees, width, at, random)
    else:
        width = float(np.exp(random.uniform(np.log(SMALLEST_WIDTH), np.log(size * 0.40))))
        gap = min(random.uniform(1.25, 2.4) * width, size - 1.1 * width)
        row = size / 2 + random.uniform(-0.3, 0.3) * size
        middle = size / 2 + random.uniform(-1, 1) * max(0.0, (size - gap - 1.1 * width) / 2)
        for column in (middle - gap / 2, middle + gap / 2):
            at = np.array([row + random.normal(0, 0.06) * width, column])
            lasting = slice(0, int(middle)) if column < middle else slice(int(middle), size)
            planted_field, knee = _plant(field, knees, width * random.uniform(0.94, 1.06), at, random)
            field = field.copy()
            field[:, lasting] = planted_field[:, lasting]
            planted += knee
    if random.random() < 0.3:
        field = _marker(field, random)
    field = noise(sharpness(exposure(field, random), random), random)
    return field, [knee for knee in planted if ((knee.centre > 0) & (knee.centre < size - 1)).all()]


def _plant(
    field: Float32,
    knees: list[AnnotatedKnee],
    width: float,
    at: Points,
    random: np.random.Generator,
) -> tuple[Float32, list[Planted]]:
    """Set one knee, of a given tibial width, with its joint's centre at (row, column)."""
    knee = knees[random.integers(len(knees))]
    crop, tibia = _unit(knee.crop), knee.tibia
    columns = crop.shape[1]
    centre = np.array(knee.placement.centre)
    replaced = bool(random.random() < 0.2)
    if replaced:
        crop = _implant(crop, knee, random)
    if random.random() < 0.5:
        crop, tibia = np.ascontiguousarray(crop[:, ::-1]), mirror(tibia, columns)[::-1]
        centre = mirror(centre[None], columns)[0]
    if random.random() < 0.25:
        crop, tibia, centre = _tight(crop, tibia, centre, random)
    scale = width / knee.placement.tibial_width_px
    turn = np.deg2rad(random.normal(0.0, 5.0))
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.array([[cos, sin], [-sin, cos]])  # (row, column)
    offset = at - linear @ centre
    affine = np.column_stack([linear, offset])[::-1][:, [1, 0, 2]]
    size = field.shape[0]
    if scale < 0.7:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.5 * float(np.sqrt(scale**-2 - 1))), np.float32)
    picture = cv2.warpAffine(
        crop, affine, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    inside = _presence(crop.shape, affine, size, scale, random)
    mixed: Float32 = (inside * picture + (1 - inside) * field).astype(np.float32)
    ends = tibia[[0, -1]] @ linear.T + offset
    return mixed, [Planted(ends, at, replaced)]


def _presence(
    shape: tuple[int, ...], affine: Points, size: int, scale: float, random: np.random.Generator
) -> Float32:
    """How much of the crop shows at each place: fades sideways; up and down it ends or goes on."""
    rows, columns = shape
    tall = int(rows * random.uniform(0.0, 3.0)) if random.random() < 0.7 else 0
    mask = np.ones((rows + 2 * tall, columns), np.float32)
    moved = affine.copy()
    moved[:, 2] -= affine[:, 1] * tall
    inside = cv2.warpAffine(mask, moved, (size, size), flags=cv2.INTER_LINEAR)
    soft = float(random.uniform(0.5, 14.0)) * scale
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), max(soft, 0.3)), np.float32)


def _tight(
    crop: Float32, tibia: Points, centre: Points, random: np.random.Generator
) -> tuple[Float32, Points, Points]:
    """Cut the crop closer above and below, as strips of some archives are."""
    top = int(random.uniform(0.0, 0.55) * max(centre[0] - 45, 1))
    bottom = int(random.uniform(0.0, 0.55) * max(crop.shape[0] - centre[0] - 30, 1))
    moved = np.array([top, 0.0])
    return np.ascontiguousarray(crop[top : crop.shape[0] - bottom]), tibia - moved, centre - moved


def _implant(crop: Float32, knee: AnnotatedKnee, random: np.random.Generator) -> Float32:
    """A total or partial replacement: condylar shield, tray, keel; uniformly bright, sharp-edged."""
    left, right = knee.tibia[0], knee.tibia[-1]
    whole = random.random() < 0.7
    span = (0.0, 1.0) if whole else ((0.0, 0.45) if random.random() < 0.5 else (0.55, 1.0))
    out = crop.copy()
    width = float(np.hypot(*(right - left)))
    brightness = float(random.uniform(0.92, 1.1) * crop.max())

    def at(x: float, down: float) -> tuple[int, int]:
        point = left + (right - left) * (span[0] + (span[1] - span[0]) * x) + np.array([down * width, 0])
        return round(float(point[1])), round(float(point[0]))

    gap, height = random.uniform(0.02, 0.07), random.uniform(0.2, 0.5)
    bend = random.uniform(0.02, 0.12)
    shield = [at(0.02, -gap - 0.12), at(0.2, -gap), at(0.35, -gap - 0.01), at(0.5, -gap - bend)]
    shield += [at(0.65, -gap - 0.01), at(0.8, -gap), at(0.98, -gap - 0.12)]
    shield += [at(random.uniform(0.85, 1.0), -height), at(0.5, -height * random.uniform(0.5, 1.1))]
    shield += [at(random.uniform(0.0, 0.15), -height)]
    cv2.fillPoly(out, [np.array(shield, np.int32)], brightness)
    tray = [at(-0.02, 0.02), at(1.02, 0.02), at(1.02, 0.02 + random.uniform(0.03, 0.08))]
    tray += [at(-0.02, 0.06)]
    cv2.fillPoly(out, [np.array(tray, np.int32)], brightness)
    keel = random.uniform(0.03, 0.12)
    stem = [at(0.5 - keel, 0.06), at(0.5 + keel, 0.06), at(0.5 + keel / 2, random.uniform(0.2, 0.6))]
    stem += [at(0.5 - keel / 2, 0.3)]
    cv2.fillPoly(out, [np.array(stem, np.int32)], brightness)
    return out


def _background(size: int, random: np.random.Generator) -> Float32:
    level = float(random.choice([0.0, random.uniform(0.0, 0.5), 1.0], p=[0.45, 0.45, 0.1]))
    slope = np.linspace(-1, 1, size, dtype=np.float32) * random.uniform(-0.1, 0.1)
    field: Float32 = np.full((size, size), level, np.float32) + (
        slope if random.random() < 0.5 else slope[:, None]
    )
    return field.astype(np.float32)


def _clutter(field: Float32, knees: list[AnnotatedKnee], random: np.random.Generator) -> Float32:
    """No knee: shafts alone, blurred fields, stripes, or a knee's texture cut up and laid anew."""
    size = field.shape[0]
    crop = _unit(knees[random.integers(len(knees))].crop)
    kind = random.integers(4)
    if kind == 0:  # a shaft: one part of the femur or tibia drawn out
        row = crop[random.choice([random.integers(0, 40), random.integers(195, 224)])]
        shaft = np.repeat(cv2.resize(row[None], (size, 1)), size, axis=0)
        laid = cv2.warpAffine(
            shaft,
            cv2.getRotationMatrix2D((size / 2, size / 2), float(random.uniform(-180, 180)), 1.0),
            (size, size),
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(laid, np.float32)
    if kind == 1:
        blobs = random.normal(0, 1, (size, size)).astype(np.float32)
        return _unit(np.asarray(cv2.GaussianBlur(blobs, (0, 0), float(random.uniform(1, 20))), np.float32))
    if kind == 2:  # cut up
        piece = int(random.choice([16, 28, 56]))
        tiles = [
            crop[r : r + piece, c : c + piece]
            for r in range(0, 224 - piece + 1, piece)
            for c in range(0, 224 - piece + 1, piece)
        ]
        count = 224 // piece
        order = random.permutation(len(tiles))
        pieces = np.vstack(
            [np.hstack([tiles[order[r * count + c]] for c in range(count)]) for r in range(count)]
        )
        return np.ascontiguousarray(cv2.resize(pieces, (size, size)))
    turned = np.rot90(crop, int(random.choice([1, 3])))
    return np.ascontiguousarray(cv2.resize(turned, (size, size)))


def _marker(field: Float32, random: np.random.Generator) -> Float32:
    """A lead letter or a calibration bead."""
    mask = np.zeros(field.shape, np.uint8)
    row, column = (int(value) for value in random.integers(0, field.shape[0], 2))
    if random.random() < 0.5:
        letter = str(random.choice(["R", "L", "PA", "STANDING"]))
        cv2.putText(
            mask, letter, (column, row), cv2.FONT_HERSHEY_SIMPLEX, float(random.uniform(0.3, 0.8)), 255, 1
        )
    else:
        cv2.circle(mask, (column, row), int(random.integers(1, 5)), 255, -1)
    return np.maximum(field, mask.astype(np.float32) / 255)


def _unit(crop: Float32) -> Float32:
    low, high = float(crop.min()), float(crop.max())
    unit: Float32 = ((crop - low) / max(high - low, 1e-6)).astype(np.float32)
    return unit
