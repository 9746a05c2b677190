"""What the finder may propose, made of known knees: natural ones of either side, replaced ones, and others.

The others are no frontal knee with bright bone: places beside the joint, knees rotated, cut off or cut up,
negatives, noise and shapes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from kltool.localize.classify import classifier_input
from kltool.training.data.augment import processed
from kltool.training.data.composites import shuffled_tiles
from kltool.training.data.distorted import burnt_out, displaced, stretched
from kltool.training.data.growth_plates import with_growth_plates
from kltool.training.data.implants import (
    NO_METAL,
    MetalShown,
    with_hardware,
    with_partial_prosthesis,
    with_prosthesis,
)
from kltool.training.data.signs import with_signs
from kltool.training.data.views import collimated, downsampled, toned
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32, Points
from kltool.values.knee import Placement

LATERAL_LEFT, LATERAL_RIGHT, REPLACED, OTHER = range(4)
REPLACED_SHARE: Final = (
    0.10  # of the candidates; none burnt out, where a replacement cannot be told from bone
)
IN_BOTH: Final = MetalShown(left=True, right=True, patellofemoral=False, elsewhere=True)


class PlacedKnee(Protocol):
    """A film in right-knee orientation, lateral on the left, and where the joint lies on it."""

    @property
    def film(self) -> npt.NDArray[Any]: ...

    @property
    def placement(self) -> Placement: ...


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture as the finder might propose it, (SIZE, SIZE), its class, and the metal on it.

    metal: None where the class is OTHER, of which it is not asked; nor is growth_plate, whether one is open.
    """

    picture: Float32
    kind: int
    metal: MetalShown | None
    growth_plate: bool = False

    def mirrored(self) -> "Seen":
        kind = {LATERAL_LEFT: LATERAL_RIGHT, LATERAL_RIGHT: LATERAL_LEFT}.get(self.kind, self.kind)
        metal = self.metal and replace(self.metal, left=self.metal.right, right=self.metal.left)
        return Seen(np.ascontiguousarray(self.picture[:, ::-1]), kind, metal, self.growth_plate)


def candidate(knee: PlacedKnee, random: Random) -> Seen:
    """Of the knee as it is, with metal, of a youth, or of no frontal knee; filmed and framed at random."""
    film, place = _shaped(knee, random)
    kind, metal, at = LATERAL_LEFT, NO_METAL, _jittered(place, random)
    chance = random.random()
    if chance >= REPLACED_SHARE and random.random() < 0.15:
        film = burnt_out(film, _around(film, place), random)
    if chance < REPLACED_SHARE:
        film, kind, metal = with_prosthesis(film, place, random), REPLACED, IN_BOTH
    elif chance < 0.28:
        film, at = one_of(OTHERS, random)(film, place, random)
        kind = OTHER
    elif chance < 0.42:
        film, metal = with_partial_prosthesis(film, place, random)
    elif chance < 0.52:
        film, metal = with_hardware(film, place, random)
    growing = kind == LATERAL_LEFT and random.random() < 0.1
    if growing:
        film = with_growth_plates(film, place, random)
    if kind != OTHER and random.random() < 0.2:
        film = with_signs(film, place, random)
    film = processed(downsampled(toned(film, random), random), random)
    if kind != OTHER:
        film = collimated(film, place, random)
    seen = Seen(classifier_input(film, at), kind, None if kind == OTHER else metal, growing)
    return seen.mirrored() if random.random() < 0.5 else seen


def _shaped(knee: PlacedKnee, random: Random) -> tuple[Float32, Placement]:
    """The film and the place of the knee, subluxed or stretched now and then."""
    film, at = np.asarray(knee.film, np.float32), knee.placement
    if random.random() < 0.2:
        film, at = displaced(film, at, random)
    if random.random() < 0.4:
        film, at = stretched(film, at, random)
    return film, at


def _around(film: Float32, at: Placement) -> Float32:
    """The joint, without what lies far beside it."""
    (row, column), reach = at.centre, 0.6 * at.tibial_width_px
    top, left = (int(max(place - reach, 0)) for place in at.centre)
    return film[top : int(row + reach), left : int(column + reach)]


def _jittered(at: Placement, random: Random) -> Placement:
    """As far off as the finder may place a knee."""
    return _moved(
        at, random.normal(0.0, 0.04, 2), float(np.exp(random.normal(0.0, 0.09))), random.normal(0, 4)
    )


def _moved(at: Placement, shift: Points, growth: float, turn_deg: float) -> Placement:
    row, column = np.array(at.centre) + shift * at.tibial_width_px
    return replace(
        at,
        centre=(float(row), float(column)),
        tibial_width_px=at.tibial_width_px * growth,
        tilt_rad=at.tilt_rad + float(np.deg2rad(turn_deg)),
    )


# --- what is no frontal knee: (film, placement) of a candidate each -----------------------------------

Other = Callable[[Float32, Placement, Random], tuple[Float32, Placement]]


def _beside(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """A place beside the joint."""
    angle, far = random.uniform(0, 2 * np.pi), random.uniform(0.4, 0.9)
    return film, _moved(at, far * np.array([np.sin(angle), np.cos(angle)]), random.uniform(0.7, 1.4), 0.0)


def _of_wrong_size(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    return film, _moved(at, np.zeros(2), random.choice([random.uniform(0.25, 0.5), 2.2]), 0.0)


def _turned(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """On its side or upside down, as a film may hang wrongly."""
    return film, _moved(_jittered(at, random), np.zeros(2), 1.0, random.choice([-90, 90, 180]))


def _cut_off(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """The film ends in the joint: its lower, upper or one lateral half is missing."""
    row, column = (int(place) for place in at.centre)
    edge, black = random.integers(4), random.random() < 0.5
    reach = int(random.uniform(-0.05, 0.12) * at.tibial_width_px)
    cut = film.copy()
    if edge == 0:
        cut[row - reach :] = film.min() if black else cut[row - reach - 1]
    elif edge == 1:
        cut[: row + reach] = film.min() if black else cut[row + reach]
    elif edge == 2:
        cut[:, column + reach :] = film.min() if black else cut[:, column + reach - 1, None]
    else:
        cut[:, : column + reach] = film.min() if black else cut[:, column + reach, None]
    return cut, _jittered(at, random)


def _cut_up(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Its pieces in another order."""
    return shuffled_tiles(film, random), at


def _shapes(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """Noise, coarse or fine, and shapes: what photographs and textures have in common with a knee."""
    field = random.normal(0, 1, film.shape).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), float(np.exp(random.uniform(0.0, 3.4)))), np.float32)
    field = 40 * field / max(float(field.std()), 1e-6) + 120
    for _ in range(random.integers(0, 9)):
        middle = tuple(int(value) for value in random.integers(0, min(film.shape), 2))
        axes = tuple(int(value) for value in random.integers(5, 70, 2))
        thick = int(random.choice([-1, 2, 5]))
        turn = float(random.uniform(0, 180))
        cv2.ellipse(field, middle, axes, turn, 0, 360, float(random.uniform(0, 255)), thick)
    return np.clip(field, 0, 255), at


def _negative(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """With dark bone: a film whose polarity was decided wrongly."""
    return film.max() + film.min() - film, _jittered(at, random)


def _one_bone_mirrored(film: Float32, at: Placement, random: Random) -> tuple[Float32, Placement]:
    """The femur against its own mirror image, or the tibia against its own."""
    row = int(at.centre[0])
    upper = random.random() < 0.5
    half = film[: row + 1] if upper else film[row:][::-1]
    return np.ascontiguousarray(np.vstack([half, half[::-1]])), at


OTHERS: Final[Sequence[Other]] = (
    _beside,
    _of_wrong_size,
    _turned,
    _turned,
    _cut_off,
    _cut_off,
    _negative,
    _negative,
    _cut_up,
    _shapes,
    _one_bone_mirrored,
)
