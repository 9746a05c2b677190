"""Numbers as text, in millimetres where there is a spacing, else in % of the tibial width; claims."""

from itertools import count
from typing import Final

from kltool.values.decimals import beside, decimal, from_to
from kltool.values.grade import OOD_LIMIT, Grade
from kltool.values.grade_change import GradeChange, GradeClaim
from kltool.values.joint_space import Positioning
from kltool.values.length import Area, Interval, Length, NotMeasured
from kltool.values.probability import format_probability
from kltool.values.radiograph import Side

NOT_MEASURED = "not measured"
SUPPORTED: Final = 0.5  # docs/choices.md#grade-claim
CONTRADICTED: Final = 0.05  # docs/choices.md#grade-claim


def knee_name(side: str) -> str:
    """ "right knee"; "knee of unknown side"."""
    return f"knee of {side} side" if side == Side.UNKNOWN else f"{side} knee"


def familiarity(grade: Grade | NotMeasured) -> str:
    """The out-of-distribution score of a film, in words."""
    return "not graded" if isinstance(grade, NotMeasured) else ood_score(grade.ood_score)


def ood_score(score: float) -> str:
    """The score, with what it is compared with."""
    return f"out-of-distribution score {beside(score, OOD_LIMIT, 1)} (95% of the OAI's films lie below 1)"


def length(number: Length | NotMeasured) -> str:
    """The value with its unit."""
    if isinstance(number, NotMeasured):
        return NOT_MEASURED
    if isinstance(number.mm, NotMeasured):
        return f"{decimal(number.percent)} % TW"
    return f"{decimal(number.mm)} mm"


def interval(number: Length | NotMeasured) -> str:
    """Its 95% interval, without unit."""
    if isinstance(number, NotMeasured):
        return ""
    return _from_to(number.interval_mm, 2, number.interval_percent, 2)


def area(number: Area | NotMeasured) -> str:
    if isinstance(number, NotMeasured):
        return NOT_MEASURED
    if isinstance(number.mm2, NotMeasured):
        return f"{decimal(number.percent2)} % TW²"
    return f"{decimal(number.mm2, 1)} mm²"


def area_interval(number: Area | NotMeasured) -> str:
    if isinstance(number, NotMeasured):
        return ""
    return _from_to(number.interval_mm2, 1, number.interval_percent2, 2)


def _from_to(metric: Interval | NotMeasured, digits: int, share: Interval, share_digits: int) -> str:
    """The interval in millimetres, or as a share where there are none, with its number of decimals."""
    if isinstance(metric, NotMeasured):
        return from_to(share, share_digits)
    return from_to(metric, digits)


def positioning(at: Positioning) -> list[str]:
    """One line each: beam, leg, tilt in the image, image quality."""
    return [
        f"inter-margin distance of the medial plateau {length(at.imd)}",
        _rotation(at.rotation_deg),
        f"knee tilted by {decimal(abs(at.tilt_deg), 0)}° in the image",
        _image_quality(at),
    ]


def _rotation(degrees: float | NotMeasured) -> str:
    if isinstance(degrees, NotMeasured):
        return f"rotation of the leg {NOT_MEASURED}"
    if abs(degrees) < 0.5:
        return "leg not rotated"
    return f"leg rotated {'externally' if degrees > 0 else 'internally'} by about {decimal(abs(degrees), 0)}°"


def _image_quality(at: Positioning) -> str:
    if isinstance(at.edge_width_percent, NotMeasured):
        return f"sharpness {NOT_MEASURED}"
    sharpness = f"edge width {decimal(at.edge_width_percent, 1)} % TW"
    if isinstance(at.contrast_to_noise, NotMeasured):
        return sharpness
    ratio = decimal(at.contrast_to_noise, 0) if at.contrast_to_noise < 100 else "> 100"
    return f"{sharpness}, contrast-to-noise ratio {ratio}"


def claim_sentence(change: GradeChange | NotMeasured, claim: GradeClaim) -> str:
    """Whether two films support a claimed change of grade, or why that cannot be assessed.

    The probability has as many decimals as show on which side of a limit it lies.
    """
    if isinstance(change, NotMeasured):
        return f"{claim}: cannot be assessed: {change.reason}"
    probability = change.probability(claim)
    assessment = _assessment(probability)
    digits = next(d for d in count(2) if _assessment(float(decimal(probability, d))) == assessment)
    text = decimal(probability, digits) if digits > 2 else format_probability(probability)
    return f"{claim}: probability {text}; the films {assessment} it"


def _assessment(probability: float) -> str:
    if probability >= SUPPORTED:
        return "support"
    return "contradict" if probability < CONTRADICTED else "do not support"
