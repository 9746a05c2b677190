"""Metal drawn over natural knees: total and partial replacements, plates, nails, screws, staples, wires.

Shapes are rough on purpose: what all metal shares is that it is bright, even and sharp-edged. Lengths are in
tibial widths, as of `drawing`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from kltool.training.data.drawing import Outline, bar, between, filled, on_film, softened
from kltool.training.sampling import Random, one_of
from kltool.typing import Float32
from kltool.values.knee import Placement

Region = tuple[tuple[float, float], tuple[float, float]]  # from and to: across, down
BoolMask = npt.NDArray[np.bool_]

LEFT_COMPARTMENT: Final[Region] = ((-0.5, -0.07), (-0.12, 0.10))  # where margins of a joint space lie
RIGHT_COMPARTMENT: Final[Region] = ((0.07, 0.5), (-0.12, 0.10))
LEAST_AREA: Final = 0.004  # squared tibial widths of metal in a compartment: about the tip of a screw
LEAST_CONTRAST: Final = 0.06  # of metal against what it hides, of the range of the film
EXPOSED: Final = (0.8, 1.25)  # brightness of metal in shares of the film's brightest value


@dataclass(frozen=True, slots=True)
class MetalShown:
    """Where a film shows metal; None: too little to say that it does or does not.

    patellofemoral: a replacement of that joint. elsewhere: metal outside of both compartments.
    """

    left: bool | None = False
    right: bool | None = False
    patellofemoral: bool | None = False
    elsewhere: bool | None = False

    @property
    def in_joint(self) -> bool:
        return bool(self.left or self.right or self.patellofemoral)


NO_METAL: Final = MetalShown()


def with_prosthesis(film: Float32, at: Placement, random: Random) -> Float32:
    """A total replacement of the joint."""
    left, right = -0.5 * random.uniform(0.85, 1.05), 0.5 * random.uniform(0.85, 1.05)
    gap = random.uniform(0.03, 0.1)
    shapes = [_femoral_component(left, right, gap, random), _tibial_tray(left, right, gap, random)]
    if random.random() < 0.8:
        shapes.append(_stem((left + right) / 2, gap, random))
    if random.random() < 0.3:
        shapes.append([(x, -y) for x, y in _stem((left + right) / 2, gap + 0.1, random)])
    return _painted(film, at, shapes, random).film


def with_partial_prosthesis(film: Float32, at: Placement, random: Random) -> tuple[Float32, MetalShown]:
    """One compartment replaced (femur and tibia, or one of both), or the patellofemoral joint."""
    if random.random() < 0.2:
        painted = _painted(film, at, _trochlea(random), random)
        shown = _shown(painted, at)
        left, right = (None if one else one for one in (shown.left, shown.right))
        return painted.film, MetalShown(left, right, shown.elsewhere, shown.elsewhere)
    shapes = _unicompartmental(random)
    if random.random() < 0.5:
        shapes = [[(-x, y) for x, y in shape] for shape in shapes]
    painted = _painted(film, at, shapes, random)
    return painted.film, _shown(painted, at)


def with_hardware(film: Float32, at: Placement, random: Random) -> tuple[Float32, MetalShown]:
    """Plates, nails, screws, staples and wires in the bones, some of them in a compartment."""
    kinds = [one_of(HARDWARE, random) for _ in range(random.integers(1, 4))]
    painted = _painted(film, at, [shape for kind in kinds for shape in kind(random)], random)
    return painted.film, _shown(painted, at)


# --- replacements ---------------------------------------------------------------------------------


def _femoral_component(left: float, right: float, gap: float, random: Random) -> Outline:
    """Condyles below, a wavy border above."""
    bend, height = random.uniform(0.02, 0.14), random.uniform(0.15, 0.5)
    x = np.linspace(0, 1, 13)
    lower = -gap / 2 - bend * np.exp(-(((x - 0.5) / 0.12) ** 2)) - 0.12 * (np.abs(2 * x - 1) ** 6)
    upper = -gap / 2 - height * np.interp(x, np.linspace(0, 1, 5), random.uniform(0.6, 1.0, 5))
    return between(left + (right - left) * x, lower, upper)


def _tibial_tray(left: float, right: float, gap: float, random: Random) -> Outline:
    thick = random.uniform(0.02, 0.09)
    return [(left, gap / 2), (right, gap / 2), (right, gap / 2 + thick), (left, gap / 2 + thick)]


def _stem(middle: float, gap: float, random: Random) -> Outline:
    half, tip, end = random.uniform(0.03, 0.16), random.uniform(0.01, 0.06), random.uniform(0.15, 0.7)
    return [(middle - half, gap / 2), (middle + half, gap / 2), (middle + tip, end), (middle - tip, end)]


def _unicompartmental(random: Random) -> list[Outline]:
    """In the right half: a shell under the condyle with pegs, a tray with keels, or one of them."""
    inner, outer = random.uniform(0.04, 0.14), random.uniform(0.36, 0.52)
    gap, kind = random.uniform(0.03, 0.14), random.random()
    shapes: list[Outline] = []
    if kind < 0.85:
        shapes += _condylar_shell(inner, outer, gap, random)
    if kind > 0.12:
        shapes += _unicompartmental_tray(inner, outer, gap, random)
    return shapes


def _condylar_shell(inner: float, outer: float, gap: float, random: Random) -> list[Outline]:
    x = np.linspace(0, 1, 15)
    bend, thick = random.uniform(0.02, 0.12), random.uniform(0.015, 0.10)
    lower = -gap / 2 - bend * np.abs(2 * x - 1) ** random.uniform(2.0, 4.0)
    upper = lower - thick * (1 + random.uniform(0.0, 1.5) * x * (1 - x) * 4)
    across = inner + (outer - inner) * x
    shapes = [between(across, lower, upper)]
    for _ in range(random.integers(0, 3)):
        peg, half = random.uniform(inner + 0.05, outer - 0.05), random.uniform(0.012, 0.03)
        shapes.append(bar((peg, -gap / 2 - thick), (peg, -gap / 2 - random.uniform(0.12, 0.3)), half))
    return shapes


def _unicompartmental_tray(inner: float, outer: float, gap: float, random: Random) -> list[Outline]:
    thick, slope = random.uniform(0.012, 0.06), random.normal(0.0, 0.02)
    tray = [
        (inner, gap / 2),
        (outer, gap / 2 + slope),
        (outer, gap / 2 + slope + thick),
        (inner, gap / 2 + thick),
    ]
    shapes: list[Outline] = [tray]
    if random.random() < 0.5:  # a wall along the spine
        shapes.append(bar((inner, gap / 2), (inner, gap / 2 - random.uniform(0.03, 0.12)), 0.012))
    for _ in range(random.integers(0, 3)):
        keel, half = random.uniform(inner + 0.03, outer - 0.03), random.uniform(0.01, 0.035)
        shapes.append(bar((keel, gap / 2 + thick), (keel, gap / 2 + random.uniform(0.1, 0.28)), half))
    return shapes


def _trochlea(random: Random) -> list[Outline]:
    """A shield over the middle of the condyles, with pegs; often a wire in the patella's button."""
    middle, half = random.normal(0.0, 0.05), random.uniform(0.13, 0.3)
    top, bottom = -random.uniform(0.35, 0.6), -random.uniform(0.08, 0.2)
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    roundness = random.uniform(0.6, 1.0)
    across = middle + half * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** roundness
    down = (top + bottom) / 2 + (bottom - top) / 2 * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** roundness
    shapes = [list(zip(across.tolist(), down.tolist(), strict=True))]
    for _ in range(random.integers(0, 4)):
        peg = middle + random.uniform(-0.7, 0.7) * half
        at = random.uniform(top, bottom)
        shapes.append(bar((peg, at), (peg, at - random.uniform(0.05, 0.12)), random.uniform(0.01, 0.025)))
    return shapes


# --- hardware: each makes its shapes --------------------------------------------------------------


def _nail(random: Random) -> list[Outline]:
    side = random.choice([-1.0, 1.0])
    x, half, top = random.uniform(-0.1, 0.1), random.uniform(0.03, 0.08), random.uniform(0.1, 0.3)
    return [bar((x, side * top), (x + random.normal(0, 0.04), side * 1.2), half)]


def _plate(random: Random) -> list[Outline]:
    """Along one border of a bone, with holes now and then and screws across; it may reach the plateau."""
    border, side = random.choice([-1.0, 1.0]), random.choice([-1.0, 1.0, 1.0])
    x, half = border * random.uniform(0.3, 0.54), random.uniform(0.015, 0.05)
    top = random.uniform(0.02, 0.25)
    shapes = [bar((x, side * top), (x * random.uniform(0.4, 0.9), side * random.uniform(0.6, 1.1)), half)]
    for _ in range(random.integers(0, 6)):
        y = side * random.uniform(top, 0.6)
        reach = -border * random.uniform(0.1, 0.9)
        shapes.append(bar((x, y), (x + reach, y + random.normal(0, 0.03)), random.uniform(0.012, 0.03)))
    return shapes


def _screws(random: Random) -> list[Outline]:
    """Across the condyles or the plateau, or in the axis of a tunnel; heads on some."""
    shapes: list[Outline] = []
    for _ in range(random.integers(1, 4)):
        middle = np.array([random.uniform(-0.4, 0.4), random.choice([-1.0, 1.0]) * random.uniform(0.02, 0.5)])
        turn = random.normal(0.0, 0.3) + (np.pi / 2 if random.random() < 0.25 else 0.0)
        along = np.array([np.cos(turn), np.sin(turn)]) * random.uniform(0.05, 0.4)
        half = random.uniform(0.01, 0.035)
        start, end = middle - along, middle + along
        shapes.append(bar(tuple(start.tolist()), tuple(end.tolist()), half))
        if random.random() < 0.5:
            head = along / np.hypot(*along) * random.uniform(0.015, 0.04)
            shapes.append(bar(tuple((start - head).tolist()), tuple(start.tolist()), half * 1.8))
    return shapes


def _staple(random: Random) -> list[Outline]:
    """A bracket whose legs point into the bone."""
    x, y = random.choice([-1.0, 1.0]) * random.uniform(0.2, 0.5), random.uniform(-0.4, 0.5)
    height, leg, half = random.uniform(0.05, 0.2), random.uniform(0.08, 0.25), random.uniform(0.008, 0.022)
    inward = -np.sign(x) * leg
    return [
        bar((x, y - height), (x, y + height), half),
        bar((x, y - height), (x + inward, y - height), half),
        bar((x, y + height), (x + inward, y + height), half),
    ]


def _wire(random: Random) -> list[Outline]:
    """A bent wire, as around the patella."""
    steps = np.linspace(0, 1, 9)
    start, end = random.uniform(-0.4, 0.4, 2), random.uniform(-0.5, 0.4, 2)
    bend = random.normal(0.0, 0.15, 2)
    points = start + steps[:, None] * (end - start) + (4 * steps * (1 - steps))[:, None] * bend
    half = random.uniform(0.005, 0.012)
    return [bar(tuple(one.tolist()), tuple(other.tolist()), half) for one, other in pairwise(points)]


Hardware = Callable[[Random], list[Outline]]
HARDWARE: Final[Sequence[Hardware]] = (_nail, _plate, _screws, _screws, _staple, _wire)


# --- drawing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """metal, visible: masks of all metal, and of that which is clearly brighter than what it hides."""

    film: Float32
    metal: BoolMask
    visible: BoolMask


def _painted(film: Float32, at: Placement, shapes: list[Outline], random: Random) -> Painted:
    """Filled, brighter than what it hides."""
    mask = filled(shapes, at, film.shape)
    share = softened(mask, float(random.uniform(0.3, 0.9)))
    dark, bright = float(film.min()), float(film.max())
    level = dark + random.uniform(*EXPOSED) * (bright - dark)
    opaque = np.float32(random.uniform(0.75, 1.0))
    painted = film + share * opaque * np.maximum(level - film, 0)
    metal = mask > 127
    clear = painted - film > LEAST_CONTRAST * (bright - dark)
    return Painted(np.asarray(painted, np.float32), metal, metal & clear)


def _shown(painted: Painted, at: Placement) -> MetalShown:
    left, right = (_region(one, at, painted.metal.shape) for one in (LEFT_COMPARTMENT, RIGHT_COMPARTMENT))
    in_left, in_right, elsewhere = (_is_shown(painted, where, at) for where in (left, right, ~(left | right)))
    return MetalShown(in_left, in_right, False, elsewhere)


def _is_shown(painted: Painted, where: BoolMask, at: Placement) -> bool | None:
    """None where there is some metal, and too little of it that can be seen."""
    least = LEAST_AREA * at.tibial_width_px**2
    if (painted.visible & where).sum() >= least:
        return True
    return False if (painted.metal & where).sum() < least / 8 else None


def _region(region: Region, at: Placement, shape: tuple[int, ...]) -> BoolMask:
    """The pixels of a region of the joint."""
    across, down = region
    corners = [(across[0], down[0]), (across[1], down[0]), (across[1], down[1]), (across[0], down[1])]
    inside = np.zeros(shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(on_film(corners, at)[:, ::-1]).astype(np.int32)], 1)
    return inside > 0
