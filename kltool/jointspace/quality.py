"""The quality of a reading: good, usable or poor, with a reason for everything that is less than good.

Criteria: the expected error of the minimum widths; and what an error cannot express: whether it is a natural
knee, its side, whether it is complete, tilted, rotated, far too blurred or noisy, or without a minimum.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kltool.geometry.joint_axes import joint_axes_of
from kltool.jointspace import conditions
from kltool.jointspace.conditions import ORDINARY
from kltool.jointspace.positioning import least_rotation
from kltool.jointspace.quality_criteria import QualityCriteria
from kltool.localize.spacing import tibial_width_mm, usual_widths_mm
from kltool.values.decimals import beside, decimal, from_to
from kltool.values.expected_error import ExpectedError
from kltool.values.joint_space import JointSpace, Positioning
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Side
from kltool.values.reading import Quality
from kltool.values.spacing import NoSpacing

INDISTINCT: Final = "the margins of the bones are indistinct"


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One reason, and how far it lowers the quality."""

    quality: Quality
    reason: str


def assess_quality(
    knee: Knee, space: JointSpace, expected: ExpectedError | NotMeasured, criteria: QualityCriteria
) -> tuple[Quality, tuple[str, ...]]:
    """The quality of one reading and its warnings, the most severe first."""
    findings = [
        *_knee_findings(knee, criteria),
        *_positioning_findings(space.positioning, criteria),
        *_rotation_findings(knee, space, criteria),
        *_image_findings(space.positioning, criteria),
        *_error_findings(expected, criteria),
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
    """Where the side is unknown, nothing is said of it that could be wrong."""
    if knee.side is Side.UNKNOWN:
        return
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
    yield from _letter_findings(knee)


def _letter_findings(knee: Knee) -> Iterator[QualityFinding]:
    """Letters on the film that name the other side, or that say that the film is shown mirrored."""
    for letter in knee.letters:
        if letter.side is knee.side.other:
            reason = f"{letter} contradicts the side, which is {knee.side} by {knee.side_source}"
            yield QualityFinding(Quality.POOR, reason)
        elif letter.mirrored and knee.placement.mirrored is not (knee.side is Side.LEFT):
            reason = f"{letter} and the anatomy say that the film is shown mirrored"
            yield QualityFinding(Quality.POOR, reason)


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


def _rotation_findings(knee: Knee, space: JointSpace, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    """Of a knee of unknown side, by the rotation that it has at least."""
    at, most = space.positioning, criteria.usable_rotation_deg
    if _beyond(at.rotation_deg, most):
        yield QualityFinding(Quality.POOR, conditions.rotation_words(at))
    if knee.side is not Side.UNKNOWN:
        return
    least = least_rotation(knee.landmarks, joint_axes_of(space.axis, knee.scale), knee.scale)
    if least > most:
        yield QualityFinding(Quality.POOR, f"the leg is rotated by at least {decimal(least, 0)} degrees")


def _image_findings(at: Positioning, criteria: QualityCriteria) -> Iterator[QualityFinding]:
    """What is beyond every film that errors were measured on."""
    if at.clipped > criteria.usable_clipped:
        yield QualityFinding(Quality.POOR, conditions.clipping_words(at))
    if _beyond(at.edge_width_percent, criteria.usable_edge_percent):
        yield QualityFinding(Quality.POOR, conditions.blur_words(at))
    contrast = at.contrast_to_noise
    if not isinstance(contrast, NotMeasured) and contrast < criteria.usable_contrast:
        yield QualityFinding(Quality.POOR, conditions.noise_words(at))


def _beyond(value: float | NotMeasured, limit: float) -> bool:
    return not isinstance(value, NotMeasured) and abs(value) > limit


def _error_findings(
    expected: ExpectedError | NotMeasured, criteria: QualityCriteria
) -> Iterator[QualityFinding]:
    """Where no minimum was measured, that is a finding of its own."""
    if isinstance(expected, NotMeasured):
        return
    if isinstance(expected.mm, NotMeasured):
        good, usable, unit = (
            criteria.good_error_percent,
            criteria.usable_error_percent,
            "% of the tibial width",
        )
        value = expected.percent
    else:
        good, usable, unit = criteria.good_error_mm, criteria.usable_error_mm, "mm"
        value = expected.mm
    if value <= good:
        return
    is_poor = value > usable
    limit = usable if is_poor else good
    cause = INDISTINCT if expected.cause == ORDINARY else expected.cause
    yield QualityFinding(
        Quality.POOR if is_poor else Quality.USABLE,
        f"expected error of the {expected.compartment} minimum {beside(value, limit, 2)} {unit}, "
        f"{decimal(limit, 1)} at most is {Quality.USABLE if is_poor else Quality.GOOD}: {cause}",
    )


def _space_findings(space: JointSpace) -> Iterator[QualityFinding]:
    if space.metal:
        yield QualityFinding(Quality.USABLE, "there is metal near the joint")
    for place, minimum in space.minima.items():
        if isinstance(minimum, NotMeasured):
            yield QualityFinding(Quality.USABLE, f"{place}: {minimum.reason}")
