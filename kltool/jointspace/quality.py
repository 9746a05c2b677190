"""How far a knee's reading can be trusted, and why not further.

Good, usable or poor, with a reason in words and numbers for everything that is less than good: what was
found (is this a knee, is it whole), how the knee stood (beam, rotation, tilt) and how the film shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kltool.values.length import Length, NotMeasured
from kltool.values.radiograph import Knee, Side
from kltool.values.reading import Compartment, JointSpace, Positioning, Quality


@dataclass(frozen=True, slots=True)
class Doubts:
    """Where a doubt begins: beyond `sure`, `good` a reading is usable, beyond `least`, `usable` it is poor.

    docs/choices.md#quality and #positioning.
    """

    sure_score: float = 0.60  # of the finder
    least_score: float = 0.45
    sure_spread: float = 0.024  # of the landmarks
    usable_spread: float = 0.035
    doubtful_side: float = 0.05  # probability of the given side by the picture
    fewest_tibial_pixels: float = 120.0  # about 0.6 mm a pixel
    good_tilt_deg: float = 15.0  # of the knee in the picture
    good_imd_mm: float = 1.0  # between the rims of the medial plateau
    usable_imd_mm: float = 4.0
    good_imd_percent: float = 100 / 76  # the same of a tibia of 76 mm, where there are no millimetres
    usable_imd_percent: float = 400 / 76
    good_rotation_deg: float = 10.0  # of the leg
    usable_rotation_deg: float = 20.0
    good_clipped: float = 0.02  # of the joint's pixels
    usable_clipped: float = 0.20
    good_edge_percent: float = 2.0  # from 10 to 90% of the femoral edge, of the tibial width
    usable_edge_percent: float = 4.0
    good_contrast: float = 5.0  # over the noise
    usable_contrast: float = 2.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason, and how far it lowers the quality."""

    quality: Quality
    reason: str


def judge(knee: Knee, space: JointSpace, doubts: Doubts) -> tuple[Quality, tuple[str, ...]]:
    """The quality of one reading and its warnings, the gravest first."""
    found = [*_of_knee(knee, doubts), *_of_position(space.positioning, doubts), *_of_space(space)]
    poor = [doubt.reason for doubt in found if doubt.quality is Quality.POOR]
    usable = [doubt.reason for doubt in found if doubt.quality is Quality.USABLE]
    quality = Quality.POOR if poor else Quality.USABLE if usable else Quality.GOOD
    return quality, (*poor, *usable)


def _of_knee(knee: Knee, doubts: Doubts) -> Iterator[Doubt]:
    if knee.score < doubts.least_score:
        yield Doubt(Quality.POOR, f"doubtful that this is a frontal natural knee (score {knee.score:.2f})")
    elif knee.score < doubts.sure_score:
        yield Doubt(Quality.USABLE, f"the finder is not sure of this knee (score {knee.score:.2f})")
    if knee.film.stored_mirrored:
        yield Doubt(
            Quality.POOR,
            "the tags say that the film is stored mirrored: right and left, medial and lateral may be "
            "swapped",
        )
    if knee.placement.mirrored is not (knee.side is Side.LEFT):
        yield Doubt(
            Quality.POOR,
            f"by the picture this is a {knee.side.other} knee or the film is mirrored: the side is by "
            f"{knee.side_source}, medial and lateral are by the picture",
        )
    elif knee.side_probability <= doubts.doubtful_side:
        yield Doubt(
            Quality.USABLE, f"by the picture this may be a {knee.side.other} knee, or a mirrored film"
        )
    if knee.landmarks.spread > doubts.usable_spread:
        yield Doubt(Quality.POOR, "doubtful that this is a knee: its outline is hardly to be found")
    elif knee.landmarks.spread > doubts.sure_spread:
        yield Doubt(Quality.USABLE, "the joint's outline is unsharp")
    width = knee.placement.tibial_width_px
    if width < doubts.fewest_tibial_pixels:
        yield Doubt(Quality.USABLE, f"low resolution: the tibia spans {width:.0f} pixels")


def _of_position(at: Positioning, doubts: Doubts) -> Iterator[Doubt]:
    if not at.whole:
        yield Doubt(Quality.POOR, "the joint is cut off by the edge of the picture")
    if abs(at.tilt_deg) > doubts.good_tilt_deg:
        yield Doubt(Quality.USABLE, f"the knee is tilted by {abs(at.tilt_deg):.0f} degrees in the picture")
    yield from _of_beam(at.imd, doubts)
    yield from _of_rotation(at.rotation_deg, doubts)
    yield from _of_film(at, doubts)


def _of_beam(imd: Length | NotMeasured, doubts: Doubts) -> Iterator[Doubt]:
    """Whether the beam ran along the medial plateau."""
    if isinstance(imd, NotMeasured):
        yield Doubt(Quality.USABLE, f"whether the beam ran along the plateau is not known: {imd.reason}")
        return
    if isinstance(imd.mm, NotMeasured):
        limits = doubts.good_imd_percent, doubts.usable_imd_percent
        yield from _above(imd.percent, limits, _across(imd.percent, limits[0], "% of the tibial width"))
    else:
        limits = doubts.good_imd_mm, doubts.usable_imd_mm
        yield from _above(imd.mm, limits, _across(imd.mm, limits[0], "mm"))


def _across(apart: float, good: float, unit: str) -> str:
    return (
        f"the beam ran across the plateau: its rims lie {apart:.1f} {unit} apart, {good:.1f} at most is good"
    )


def _of_rotation(degrees: float | NotMeasured, doubts: Doubts) -> Iterator[Doubt]:
    if isinstance(degrees, NotMeasured):
        yield Doubt(Quality.USABLE, f"the rotation of the leg is not known: {degrees.reason}")
        return
    turned = "outwards" if degrees > 0 else "inwards"
    limits = doubts.good_rotation_deg, doubts.usable_rotation_deg
    yield from _above(abs(degrees), limits, f"the leg is turned {turned} by about {abs(degrees):.0f} degrees")


def _of_film(at: Positioning, doubts: Doubts) -> Iterator[Doubt]:
    yield from _above(
        at.clipped,
        (doubts.good_clipped, doubts.usable_clipped),
        f"{100 * at.clipped:.0f}% of the joint is shown plain black or white",
    )
    width = at.edge_width_percent
    if not isinstance(width, NotMeasured):
        yield from _above(
            width,
            (doubts.good_edge_percent, doubts.usable_edge_percent),
            f"the film is blurred: the femoral margin is {width:.1f} % of the tibial width wide, "
            f"{doubts.good_edge_percent:.1f} at most is good",
        )
    contrast = at.contrast_to_noise
    if not isinstance(contrast, NotMeasured):
        yield from _above(
            -contrast,
            (-doubts.good_contrast, -doubts.usable_contrast),
            f"the film is noisy: the femoral margin stands out {contrast:.1f} times the noise, "
            f"{doubts.good_contrast:.0f} at least is good",
        )


def _above(value: float, limits: tuple[float, float], reason: str) -> Iterator[Doubt]:
    """Usable above the first limit, poor above the second."""
    good, usable = limits
    if value > good:
        yield Doubt(Quality.POOR if value > usable else Quality.USABLE, reason)


def _of_space(space: JointSpace) -> Iterator[Doubt]:
    if space.metal:
        yield Doubt(Quality.USABLE, "metal is shown near the joint")
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            yield Doubt(Quality.USABLE, f"{compartment}: {minimum.reason}")
