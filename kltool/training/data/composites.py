"""Composite films of annotated crops: one or two knees pasted into a field, near or far, some replaced.

A crop's rows above and below the joint are repeated as shafts; beside it the soft tissue fades into
a black or grey field. Implants are drawn over some knees, so that the finder distinguishes a replaced knee
from a natural one. Some fields hold no knee at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from kltool.geometry.points import mirror
from kltool.training.data import implants
from kltool.training.data.annotated import AnnotatedKnee
from kltool.training.data.augment import exposure, noise, sharpness
from kltool.training.data.distorted import displaced
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Points
from kltool.values.radiograph import Side

SMALLEST_WIDTH, LARGEST_WIDTH = 26.0, 110.0  # tibial width in pixels of the field


@dataclass(frozen=True, slots=True)
class PastedKnee:
    """A knee in a field: the left and right end of its plateau, (row, column), and its centre."""

    ends: Points
    centre: Points
    replaced: bool


def composite(knees: Sequence[AnnotatedKnee], size: int, random: Random) -> tuple[Float32, list[PastedKnee]]:
    """A field of (size, size), brightness 0 to 1, and the knees in it."""
    kind = random.random()
    field = background((size, size), random)
    pasted: list[PastedKnee] = []
    if kind < 0.08:
        field = _clutter(field, knees, random)
    elif kind < 0.6:
        width = float(np.exp(random.uniform(np.log(SMALLEST_WIDTH), np.log(LARGEST_WIDTH))))
        reach = 0.5 * size - 0.45 * width
        at = size / 2 + random.uniform(-1, 1, 2) * max(reach, 0.04 * size)
        field, pasted = paste(field, knees, width, at, random)
    else:
        width = float(np.exp(random.uniform(np.log(SMALLEST_WIDTH), np.log(size * 0.40))))
        gap = min(random.uniform(1.25, 2.4) * width, size - 1.1 * width)
        row = size / 2 + random.uniform(-0.3, 0.3) * size
        middle = size / 2 + random.uniform(-1, 1) * max(0.0, (size - gap - 1.1 * width) / 2)
        for column in (middle - gap / 2, middle + gap / 2):
            at = np.array([row + random.normal(0, 0.06) * width, column])
            lasting = slice(0, int(middle)) if column < middle else slice(int(middle), size)
            pasted_field, knee = paste(field, knees, width * random.uniform(0.94, 1.06), at, random)
            field = field.copy()
            field[:, lasting] = pasted_field[:, lasting]
            pasted += knee
    if random.random() < 0.3:
        field = marker(field, random)
    field = noise(sharpness(exposure(field, random), random), random)
    return field, [knee for knee in pasted if ((knee.centre > 0) & (knee.centre < size - 1)).all()]


def paste(
    field: Float32,
    knees: Sequence[AnnotatedKnee],
    width: float,
    at: Points,
    random: Random,
    side: Side | None = None,
    replaceable: bool = True,
) -> tuple[Float32, list[PastedKnee]]:
    """One knee, of a given tibial width, with its joint's centre at (row, column).

    side: which it shall look like; either where none is given. replaceable: whether it may be a replaced one.
    """
    knee = one_of(knees, random)
    crop, tibia = _unit(knee.crop), knee.tibia
    columns = crop.shape[1]
    centre = np.array(knee.placement.centre)
    if random.random() < 0.2:
        crop, at_joint = displaced(crop, knee.placement, random)
        shift = np.array(at_joint.centre) - centre
        centre, tibia = centre + shift, tibia + 2 * shift
    kind = random.random() if replaceable else 1.0
    replaced = kind < 0.15
    if replaced:
        crop = implants.with_prosthesis(crop, knee.placement, random)
    elif kind < 0.22:
        crop, _ = implants.with_partial_prosthesis(crop, knee.placement, random)
    elif kind < 0.27:
        crop, _ = implants.with_hardware(crop, knee.placement, random)
    if side is Side.LEFT or (side is None and random.random() < 0.5):
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
    if scale < 0.7:
        crop = np.asarray(cv2.GaussianBlur(crop, (0, 0), 0.5 * float(np.sqrt(scale**-2 - 1))), np.float32)
    picture = cv2.warpAffine(
        crop, affine, field.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    inside = _presence(crop.shape, affine, field.shape, scale, random)
    mixed: Float32 = (inside * picture + (1 - inside) * field).astype(np.float32)
    ends = tibia[[0, -1]] @ linear.T + offset
    return mixed, [PastedKnee(ends, at, replaced)]


def _presence(
    shape: tuple[int, ...],
    affine: Points,
    field_shape: tuple[int, ...],
    scale: float,
    random: Random,
) -> Float32:
    """How much of the crop shows at each place: fades sideways; up and down it ends or goes on."""
    rows, columns = shape
    tall = int(rows * random.uniform(0.0, 3.0)) if random.random() < 0.7 else 0
    mask = np.ones((rows + 2 * tall, columns), np.float32)
    moved = affine.copy()
    moved[:, 2] -= affine[:, 1] * tall
    inside = cv2.warpAffine(mask, moved, field_shape[::-1], flags=cv2.INTER_LINEAR)
    soft = float(random.uniform(0.5, 14.0)) * scale
    return np.asarray(cv2.GaussianBlur(inside, (0, 0), max(soft, 0.3)), np.float32)


def _tight(crop: Float32, tibia: Points, centre: Points, random: Random) -> tuple[Float32, Points, Points]:
    """The crop cut closer above and below, as strips of some archives are."""
    top = int(random.uniform(0.0, 0.55) * max(centre[0] - 45, 1))
    bottom = int(random.uniform(0.0, 0.55) * max(crop.shape[0] - centre[0] - 30, 1))
    moved = np.array([top, 0.0])
    return np.ascontiguousarray(crop[top : crop.shape[0] - bottom]), tibia - moved, centre - moved


def background(shape: tuple[int, int], random: Random) -> Float32:
    """Black, white or some grey, a little brighter on one side."""
    level = float(random.choice([0.0, random.uniform(0.0, 0.5), 1.0], p=[0.45, 0.45, 0.1]))
    down = random.random() >= 0.5
    slope = np.linspace(-1, 1, shape[0 if down else 1], dtype=np.float32) * random.uniform(-0.1, 0.1)
    field: Float32 = np.full(shape, level, np.float32) + (slope[:, None] if down else slope)
    return field.astype(np.float32)


def _clutter(field: Float32, knees: Sequence[AnnotatedKnee], random: Random) -> Float32:
    """No knee: shafts alone, blurred fields, stripes, or a knee's texture in another order."""
    size = field.shape[0]
    crop = _unit(one_of(knees, random).crop)
    kind = random.integers(4)
    if kind == 0:  # a shaft: one row of the femur or tibia repeated
        row = crop[random.choice([random.integers(0, 40), random.integers(195, 224)])]
        shaft = np.repeat(cv2.resize(row[None], (size, 1)), size, axis=0)
        rotated_shaft = cv2.warpAffine(
            shaft,
            cv2.getRotationMatrix2D((size / 2, size / 2), float(random.uniform(-180, 180)), 1.0),
            (size, size),
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(rotated_shaft, np.float32)
    if kind == 1:
        blobs = random.normal(0, 1, (size, size)).astype(np.float32)
        return _unit(np.asarray(cv2.GaussianBlur(blobs, (0, 0), float(random.uniform(1, 20))), np.float32))
    if kind == 2:
        return np.ascontiguousarray(cv2.resize(shuffled_tiles(crop, random), (size, size)))
    rotated = np.rot90(crop, int(random.choice([1, 3])))
    return np.ascontiguousarray(cv2.resize(rotated, (size, size)))


def shuffled_tiles(picture: Float32, random: Random) -> Float32:
    """Its square pieces, of one of three sizes, in another order; what is left over at its edges is lost."""
    piece = int(random.choice([16, 28, 56]))
    down, across = (side // piece for side in picture.shape)
    whole = picture[: down * piece, : across * piece]
    tiles = whole.reshape(down, piece, across, piece).swapaxes(1, 2).reshape(-1, piece, piece)
    shuffled = tiles[random.permutation(len(tiles))].reshape(down, across, piece, piece).swapaxes(1, 2)
    return np.ascontiguousarray(shuffled.reshape(whole.shape))


def marker(field: Float32, random: Random) -> Float32:
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
