"""Real films of the whole field with knees that were marked by eye; two fifths of them are for training.

A film belongs to the training share by a hash of its name, so that no list of names is needed.
"""

import csv
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from kltool.intake import load
from kltool.intake.polarity import INVERTED, invert
from kltool.training.data.augment import exposure, noise, sharpness
from kltool.training.data.composites import LARGEST_WIDTH, SMALLEST_WIDTH, PastedKnee, marker
from kltool.training.data.distorted import LARGEST_STRETCH
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Points
from kltool.values.knee import Placement, right_knee_orientation
from kltool.values.radiograph import Side

LONG_SIDE: Final = 720  # pixels of a film as it is kept for training
SHARES: Final = 5
TRAINING_SHARES: Final = 2  # of SHARES
SEEN_WIDTH: Final = (
    150.0  # tibial width, in pixels, of a knee with its surroundings; about that of an OAI crop
)
SEEN_REACH: Final = 1.7  # tibial widths around the joint


@dataclass(frozen=True, slots=True, eq=False)
class MarkedKnee:
    """(row, column) pixels of the film: the joint's centre (2,), left and right end of the plateau (2, 2).

    without_metal: no replacement and no other metal near the joint.
    """

    centre: Points
    ends: Points
    side: Side = Side.UNKNOWN
    without_metal: bool = True

    @property
    def width(self) -> float:
        return float(np.hypot(*(self.ends[1] - self.ends[0])))


@dataclass(frozen=True, slots=True, eq=False)
class FullField:
    """One film, at most LONG_SIDE pixels a side, bone bright, 0 to 1, and every knee on it."""

    name: str
    film: Float32
    knees: tuple[MarkedKnee, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SeenKnee:
    """A natural knee on a real film, in right-knee orientation; film: bone bright, 0 to 255."""

    film: Float32
    placement: Placement


def is_for_training(name: str) -> bool:
    """Whether anything may be learned or set by this film. name: of its file."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % SHARES < TRAINING_SHARES


def load_full_fields(folder: Path, marks: Path) -> list[FullField]:
    """The training share. marks: tests/localize/full_fields.csv."""
    return [
        _full_field(folder / name, rows)
        for name, rows in _rows_by_film(marks).items()
        if is_for_training(name)
    ]


def knees_seen(folder: Path, marks: Path) -> list[SeenKnee]:
    """The natural knees without metal of the training share. marks: tests/localize/full_fields.csv."""
    return [
        _seen(film, knee)
        for film, knees in (
            (_as_stored(folder / name), [_marked_knee(row, 1.0) for row in rows])
            for name, rows in _rows_by_film(marks).items()
            if is_for_training(name)
        )
        for knee in knees
        if knee.without_metal
    ]


def marked_centres(marks: Path) -> dict[str, tuple[tuple[float, float], ...]]:
    """The centres of the joints, (row, column), by the names of the films of either share."""
    return {
        name: tuple((knee.centre[0], knee.centre[1]) for knee in (_marked_knee(row, 1.0) for row in rows))
        for name, rows in _rows_by_film(marks).items()
    }


def _rows_by_film(marks: Path) -> dict[str, list[dict[str, str]]]:
    rows_by_film = defaultdict(list)
    with marks.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            rows_by_film[row["image"]].append(row)
    return dict(sorted(rows_by_film.items()))


def _full_field(path: Path, rows: list[dict[str, str]]) -> FullField:
    film = _as_stored(path)
    share = min(LONG_SIDE / max(film.shape), 1.0)
    height, width = (round(side * share) for side in film.shape)
    small = cv2.resize(film, (width, height), interpolation=cv2.INTER_AREA)
    dark, bright = float(small.min()), float(small.max())
    unit = ((small - dark) / max(bright - dark, 1e-6)).astype(np.float32)
    return FullField(path.name, unit, tuple(_marked_knee(row, share) for row in rows))


def _as_stored(path: Path) -> Float32:
    """Bone bright: all films of the training share are stored so, whatever their brightness suggests."""
    film = load(path)
    return invert(film.pixels) if INVERTED in film.notes else film.pixels


def _seen(film: Float32, knee: MarkedKnee) -> SeenKnee:
    """A piece of the film, no larger than the film reaches."""
    share = min(SEEN_WIDTH / knee.width, 1.0)
    top, left = (int(place) for place in np.maximum(knee.centre - SEEN_REACH * knee.width, 0))
    bottom, right = (int(place) for place in np.ceil(knee.centre + SEEN_REACH * knee.width))
    part = film[top:bottom, left:right]
    size = (round(part.shape[1] * share), round(part.shape[0] * share))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
    dark, bright = (float(value) for value in np.percentile(small, (0.2, 99.9)))
    unit = 255 * np.clip((small - dark) / max(bright - dark, 1e-6), 0.0, 1.0)
    row, column = (knee.centre - (top, left) + 0.5) * share - 0.5
    mirrored = knee.side is Side.LEFT
    place = Placement(
        (row, size[0] - 1 - column if mirrored else column), knee.width * share, 0.0, mirrored=False
    )
    return SeenKnee(right_knee_orientation(unit.astype(np.float32), mirrored), place)


def _marked_knee(row: dict[str, str], share: float) -> MarkedKnee:
    joint, left, right = (
        float(row[name]) for name in ("joint_row", "plateau_from_column", "plateau_to_column")
    )
    ends = np.array([[joint, left], [joint, right]]) * share
    return MarkedKnee(ends.mean(axis=0), ends, Side(row["side"]), row["implant"] == "none")


def part_of(field: FullField, size: int, random: Random) -> tuple[Float32, list[PastedKnee]]:
    """The whole film, or the surroundings of a knee, as another unit might show it, and the knees on it.

    (size, size), brightness 0 to 1, mirrored in half, stretched in a third, in a frame now and then.
    """
    film, matrix = field.film, _view(field, size, random)
    affine = matrix[::-1][:, [1, 0, 2]]
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if shrink < 0.7:
        film = np.asarray(cv2.GaussianBlur(film, (0, 0), 0.5 * float(np.sqrt(shrink**-2 - 1))), np.float32)
    edge = cv2.BORDER_REPLICATE if random.random() < 0.5 else cv2.BORDER_CONSTANT
    seen = np.asarray(cv2.warpAffine(film, affine, (size, size), borderMode=edge), np.float32)
    knees = [_pasted(knee, matrix) for knee in field.knees]
    if random.random() < 0.15:
        seen = _framed(seen, knees, random)
    if random.random() < 0.2:
        seen = marker(seen, random)
    seen = noise(sharpness(exposure(seen, random), random), random)
    return seen, [knee for knee in knees if ((knee.centre > 0) & (knee.centre < size - 1)).all()]


def _view(field: FullField, size: int, random: Random) -> Points:
    """(2, 3), film to picture, (row, column)."""
    knee, longest = one_of(field.knees, random), max(field.film.shape)
    if random.random() < 0.4:
        scale, seen = size / longest * random.uniform(0.85, 1.1), np.array(field.film.shape) / 2
    else:
        scale = float(np.exp(random.uniform(np.log(SMALLEST_WIDTH), np.log(LARGEST_WIDTH)))) / knee.width
        seen = knee.centre + random.uniform(-0.42, 0.42, 2) * size / scale
    stretch = random.uniform(-LARGEST_STRETCH, LARGEST_STRETCH) / 2 if random.random() < 0.33 else 0.0
    turn = np.deg2rad(random.normal(0.0, 4.0))
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    mirror = np.diag([1.0, random.choice([-1.0, 1.0])])
    linear = scale * np.diag(np.exp([stretch, -stretch])) @ rotation @ mirror
    return np.column_stack([linear, size / 2 - linear @ seen])


def _pasted(knee: MarkedKnee, matrix: Points) -> PastedKnee:
    def moved(points: Points) -> Points:
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    ends = moved(knee.ends)
    return PastedKnee(ends[np.argsort(ends[:, 1])], moved(knee.centre), replaced=False)


def _framed(seen: Float32, knees: list[PastedKnee], random: Random) -> Float32:
    """Black or white outside of a frame that leaves the joints on it."""
    size = len(seen)
    inside = [knee.centre for knee in knees if ((knee.centre > 0) & (knee.centre < size - 1)).all()]
    points = np.array(inside) if inside else np.full((1, 2), size / 2)
    top, left = (int(side) for side in np.clip(points.min(0) - random.uniform(25, 70, 2), 0, size))
    bottom, right = (int(side) for side in np.clip(points.max(0) + random.uniform(25, 70, 2), 0, size))
    framed = np.full_like(seen, seen.max() if random.random() < 0.2 else seen.min())
    framed[top:bottom, left:right] = seen[top:bottom, left:right]
    return framed
