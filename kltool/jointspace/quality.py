"""The quality of a reading: good, usable or poor, with a reason for everything that is less than good.

Criteria: detection (a natural knee, its side, complete), positioning (beam, rotation, tilt), image quality.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kltool.localize.spacing import tibial_width_mm, usual_widths_mm
from kltool.values.decimals import beside, decimal, from_to
from kltool.values.joint_space import JointSpace, Positioning
from kltool.values.knee import Knee
from kltool.values.length import Length, NotMeasured
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import Quality
from kltool.values.spacing import NoSpacing


@dataclass(frozen=True, slots=True)
class QualityCriteria:
    """Limits: a reading beyond a `good_` limit is usable, beyond a `usable_` limit poor.

    docs/choices.md#quality and #positioning.

    Attributes
    ----------
    good_detection_score, usable_detection_score : float
        Of the finder, 0 to 1.
    good_spread, usable_spread : float
        Of the landmarks, a share of the crop.
    good_side_probability : float
        Of the given side, by the anatomy, 0 to 1.
    good_tibial_pixels : float
        Tibial width; 120 pixels are about 0.6 mm a pixel.
    good_tilt_deg : float
        Of the knee in the picture.
    good_imd_mm, usable_imd_mm, good_imd_percent, usable_imd_percent : float
        Inter-margin distance; per cent of the tibial width (of 76 mm) are used without millimetres.
    good_rotation_deg, usable_rotation_deg : float
        Of the leg.
    good_clipped, usable_clipped : float
        Share of the joint's pixels, 0 to 1.
    good_edge_percent, usable_edge_percent : float
        Of the femoral edge from 10 to 90%, per cent of the tibial width.
    good_contrast, usable_contrast : float
        Over the noise.
    """

    good_detection_score: float = 0.60  # of the finder
    usable_detection_score: float = 0.45
    good_spread: float = 0.024  # of the landmarks
    usable_spread: float = 0.035
    good_side_probability: float = 0.05  # of the given side, by the anatomy
    good_tibial_pixels: float = 120.0  # of the tibial width; about 0.6 mm a pixel
    good_tilt_deg: float = 15.0  # of the knee in the picture
    good_imd_mm: float = 1.0  # inter-margin distance
    usable_imd_mm: float = 4.0
    good_imd_percent: float = 100 / 76  # for a tibia of 76 mm; used without millimetres
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
    """The quality of one reading and its warnings, the most severe first."""
    findings = [
        *_knee_findings(knee, criteria),
        *_positioning_findings(space.positioning, criteria),
        *_space_findings(space),
    ]
    poor = [one.reason for one in findings if one.quality is Quality.POOR]
    usable = [one.reason for one in findings if one.quality is Quality.USABLE]
    quality = Quality.POOR if poor else Quality.USABLE if usable else Quality.GOOD
    return quality, (*poor, *usable)


def _knee_findings(knee: Knee, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    yield from _detection_findings(knee.detection_score, criteria)
    yield from _side_findings(knee, criteria)
    yield from _landmark_findings(knee.landmarks.spread, criteria)
    yield from _spacing_findings(knee)
    width = knee.placement.tibial_width_px
    if width < criteria.good_tibial_pixels:
        yield QualityFinding(Quality.USABLE, f"low resolution: the tibia spans {decimal(width, 0)} pixels")


def _detection_findings(score: float, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if score < criteria.usable_detection_score:
        reason = f"possibly not a natural knee in frontal view (detection score {decimal(score)})"
        yield QualityFinding(Quality.POOR, reason)
    elif score < criteria.good_detection_score:
        reason = f"the knee was detected with low certainty (detection score {decimal(score)})"
        yield QualityFinding(Quality.USABLE, reason)


def _side_findings(knee: Knee, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if knee.film.stored_mirrored:
        yield QualityFinding(
            Quality.POOR,
            "the tags say that the film is stored mirrored: right and left, medial and lateral may be "
            "swapped",
        )
    if knee.placement.mirrored is not (knee.side is Side.LEFT):
        yield QualityFinding(
            Quality.POOR,
            f"by its anatomy this is a {knee.side.other} knee or the film is mirrored: the side is by "
            f"{knee.side_source}, medial and lateral are by the anatomy",
        )
    elif knee.side_probability <= criteria.good_side_probability:
        reason = f"by its anatomy this may be a {knee.side.other} knee, or the film may be mirrored"
        yield QualityFinding(Quality.USABLE, reason)


def _landmark_findings(spread: float, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if spread > criteria.usable_spread:
        yield QualityFinding(Quality.POOR, "possibly not a knee: the landmarks are very uncertain")
    elif spread > criteria.good_spread:
        yield QualityFinding(Quality.USABLE, "the landmarks of the joint are uncertain")


def _spacing_findings(knee: Knee) -> Iterator[QualityFinding]:
    """Whether the tibia is as wide as those of nearly all adults are."""
    if isinstance(knee.spacing, NoSpacing):
        return
    width, (low, high) = tibial_width_mm(knee.spacing, knee), usual_widths_mm(knee.spacing)
    if not low <= width <= high:
        yield QualityFinding(
            Quality.USABLE,
            "the pixel spacing is doubtful: by it the tibia is "
            f"{beside(width, low if width < low else high, 0)} mm wide, {from_to((low, high), 0)} mm "
            "is usual",
        )


def _positioning_findings(at: Positioning, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if not at.complete:
        yield QualityFinding(Quality.POOR, "the joint is cut off by the edge of the picture")
    if abs(at.tilt_deg) > criteria.good_tilt_deg:
        yield QualityFinding(
            Quality.USABLE, f"the knee is tilted by {decimal(abs(at.tilt_deg), 0)} degrees in the picture"
        )
    yield from _beam_findings(at.imd, criteria)
    yield from _rotation_findings(at.rotation_deg, criteria)
    yield from _image_findings(at, criteria)


def _beam_findings(imd: Length | NotMeasured, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    """Whether the beam was parallel to the medial plateau."""
    if isinstance(imd, NotMeasured):
        yield QualityFinding(
            Quality.USABLE, f"the alignment of the beam with the medial plateau is unknown: {imd.reason}"
        )
        return
    if isinstance(imd.mm, NotMeasured):
        limits = criteria.good_imd_percent, criteria.usable_imd_percent
        yield from _beyond(imd.percent, limits, _beam_reason(imd.percent, limits[0], "% of the tibial width"))
    else:
        limits = criteria.good_imd_mm, criteria.usable_imd_mm
        yield from _beyond(imd.mm, limits, _beam_reason(imd.mm, limits[0], "mm"))


def _beam_reason(imd: float, good: float, unit: str) -> str:
    return (
        "the beam was not parallel to the medial plateau: inter-margin distance "
        f"{beside(imd, good, 1)} {unit}, {decimal(good, 1)} at most is good"
    )


def _rotation_findings(degrees: float | NotMeasured, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    if isinstance(degrees, NotMeasured):
        yield QualityFinding(Quality.USABLE, f"the rotation of the leg is unknown: {degrees.reason}")
        return
    direction = "externally" if degrees > 0 else "internally"
    limits = criteria.good_rotation_deg, criteria.usable_rotation_deg
    yield from _beyond(
        abs(degrees), limits, f"the leg is rotated {direction} by about {decimal(abs(degrees), 0)} degrees"
    )


def _image_findings(at: Positioning, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    yield from _beyond(
        at.clipped,
        (criteria.good_clipped, criteria.usable_clipped),
        f"{decimal(100 * at.clipped, 0)}% of the pixels of the joint are clipped (black or white)",
    )
    width = at.edge_width_percent
    if not isinstance(width, NotMeasured):
        yield from _beyond(
            width,
            (criteria.good_edge_percent, criteria.usable_edge_percent),
            "the film is blurred: edge width at the femoral margin "
            f"{beside(width, criteria.good_edge_percent, 1)} % of the tibial width, "
            f"{decimal(criteria.good_edge_percent, 1)} at most is good",
        )
    contrast = at.contrast_to_noise
    if not isinstance(contrast, NotMeasured):
        yield from _beyond(
            -contrast,
            (-criteria.good_contrast, -criteria.usable_contrast),
            "the film is noisy: contrast-to-noise ratio at the femoral margin "
            f"{beside(contrast, criteria.good_contrast, 1)}, "
            f"{decimal(criteria.good_contrast, 0)} at least is good",
        )


def _beyond(value: float, limits: tuple[float, float], reason: str) -> Iterator[QualityFinding]:
    """Usable above the first limit, poor above the second."""
    good, usable = limits
    if value > good:
        yield QualityFinding(Quality.POOR if value > usable else Quality.USABLE, reason)


def _space_findings(space: JointSpace) -> Iterator[QualityFinding]:
    if space.metal:
        yield QualityFinding(Quality.USABLE, "there is metal near the joint")
    for compartment in Compartment:
        minimum = space.of(compartment).minimum
        if isinstance(minimum, NotMeasured):
            yield QualityFinding(Quality.USABLE, f"{compartment}: {minimum.reason}")
