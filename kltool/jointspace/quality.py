"""How far a knee's reading can be trusted, and why not further.

Good, usable or poor, with a reason in words and numbers for everything that is less than good: what was
found (is this a knee, is it whole), how the knee stood (beam, rotation, tilt) and how the film shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kltool.values.knee import Knee
from kltool.values.length import Length, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import JointSpace, Positioning, Quality


@dataclass(frozen=True, slots=True)
class QualityCriteria:
    """Where a doubt begins: beyond `sure`, `good` a reading is usable, beyond `least`, `usable` it is poor.

    docs/choices.md#quality and #positioning.
    """

    good_detection_score: float = 0.60  # of the finder
    usable_detection_score: float = 0.45
    good_spread: float = 0.024  # of the landmarks
    usable_spread: float = 0.035
    good_side_probability: float = 0.05  # probability of the given side by the picture
    good_tibial_pixels: float = 120.0  # about 0.6 mm a pixel
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
class QualityFinding:
    """One reason, and how far it lowers the quality."""

    quality: Quality
    reason: str


def assess_quality(
    knee: Knee, space: JointSpace, criteria: QualityCriteria
) -> tuple[Quality, tuple[str, ...]]:
    """The quality of one reading and its warnings, the gravest first."""
    found = [*_of_knee(knee, criteria), *_of_position(space.positioning, criteria), *_of_space(space)]
    poor = [doubt.reason for doubt in found if doubt.quality is Quality.POOR]
    usable = [doubt.reason for doubt in found if doubt.quality is Quality.USABLE]
    quality = Quality.POOR if poor else Quality.USABLE if usable else Quality.GOOD
    return quality, (*poor, *usable)


def _of_knee(knee: Knee, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if knee.detection_score < criteria.usable_detection_score:
        yield QualityFinding(
            Quality.POOR, f"doubtful that this is a frontal natural knee (score {knee.detection_score:.2f})"
        )
    elif knee.detection_score < criteria.good_detection_score:
        yield QualityFinding(
            Quality.USABLE, f"the finder is not sure of this knee (score {knee.detection_score:.2f})"
        )
    if knee.film.stored_mirrored:
        yield QualityFinding(
            Quality.POOR,
            "the tags say that the film is stored mirrored: right and left, medial and lateral may be "
            "swapped",
        )
    if knee.placement.mirrored is not (knee.side is Side.LEFT):
        yield QualityFinding(
            Quality.POOR,
            f"by the picture this is a {knee.side.other} knee or the film is mirrored: the side is by "
            f"{knee.side_source}, medial and lateral are by the picture",
        )
    elif knee.side_probability <= criteria.good_side_probability:
        yield QualityFinding(
            Quality.USABLE, f"by the picture this may be a {knee.side.other} knee, or a mirrored film"
        )
    if knee.landmarks.spread > criteria.usable_spread:
        yield QualityFinding(Quality.POOR, "doubtful that this is a knee: its outline is hardly to be found")
    elif knee.landmarks.spread > criteria.good_spread:
        yield QualityFinding(Quality.USABLE, "the joint's outline is unsharp")
    width = knee.placement.tibial_width_px
    if width < criteria.good_tibial_pixels:
        yield QualityFinding(Quality.USABLE, f"low resolution: the tibia spans {width:.0f} pixels")


def _of_position(at: Positioning, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if not at.complete:
        yield QualityFinding(Quality.POOR, "the joint is cut off by the edge of the picture")
    if abs(at.tilt_deg) > criteria.good_tilt_deg:
        yield QualityFinding(
            Quality.USABLE, f"the knee is tilted by {abs(at.tilt_deg):.0f} degrees in the picture"
        )
    yield from _of_beam(at.imd, criteria)
    yield from _of_rotation(at.rotation_deg, criteria)
    yield from _of_film(at, criteria)


def _of_beam(imd: Length | NotMeasured, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    """Whether the beam ran along the medial plateau."""
    if isinstance(imd, NotMeasured):
        yield QualityFinding(
            Quality.USABLE, f"whether the beam ran along the plateau is not known: {imd.reason}"
        )
        return
    if isinstance(imd.mm, NotMeasured):
        limits = criteria.good_imd_percent, criteria.usable_imd_percent
        yield from _above(imd.percent, limits, _across(imd.percent, limits[0], "% of the tibial width"))
    else:
        limits = criteria.good_imd_mm, criteria.usable_imd_mm
        yield from _above(imd.mm, limits, _across(imd.mm, limits[0], "mm"))


def _across(apart: float, good: float, unit: str) -> str:
    return (
        f"the beam ran across the plateau: its rims lie {apart:.1f} {unit} apart, {good:.1f} at most is good"
    )


def _of_rotation(degrees: float | NotMeasured, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if isinstance(degrees, NotMeasured):
        yield QualityFinding(Quality.USABLE, f"the rotation of the leg is not known: {degrees.reason}")
        return
    turned = "outwards" if degrees > 0 else "inwards"
    limits = criteria.good_rotation_deg, criteria.usable_rotation_deg
    yield from _above(abs(degrees), limits, f"the leg is turned {turned} by about {abs(degrees):.0f} degrees")


def _of_film(at: Positioning, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    yield from _above(
        at.clipped,
        (criteria.good_clipped, criteria.usable_clipped),
        f"{100 * at.clipped:.0f}% of the joint is shown plain black or white",
    )
    width = at.edge_width_percent
    if not isinstance(width, NotMeasured):
        yield from _above(
            width,
            (criteria.good_edge_percent, criteria.usable_edge_percent),
            f"the film is blurred: the femoral margin is {width:.1f} % of the tibial width wide, "
            f"{criteria.good_edge_percent:.1f} at most is good",
        )
    contrast = at.contrast_to_noise
    if not isinstance(contrast, NotMeasured):
        yield from _above(
            -contrast,
            (-criteria.good_contrast, -criteria.usable_contrast),
            f"the film is noisy: the femoral margin stands out {contrast:.1f} times the noise, "
            f"{criteria.good_contrast:.0f} at least is good",
        )


def _above(value: float, limits: tuple[float, float], reason: str) -> Iterator[QualityFinding]:
    """Usable above the first limit, poor above the second."""
    good, usable = limits
    if value > good:
        yield QualityFinding(Quality.POOR if value > usable else Quality.USABLE, reason)


def _of_space(space: JointSpace) -> Iterator[QualityFinding]:
    if space.metal:
        yield QualityFinding(Quality.USABLE, "metal is shown near the joint")
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            yield QualityFinding(Quality.USABLE, f"{compartment}: {minimum.reason}")
