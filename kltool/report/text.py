"""Numbers in words: millimetres where there are any, else per cent of the tibial width; claims judged."""

from itertools import count
from typing import Final

from kltool.comparison.summary import format_probability
from kltool.values.change import GradeChange, GradeClaim
from kltool.values.length import Area, Interval, Length, NotMeasured
from kltool.values.reading import Positioning

NOTHING = "not measured"
SUPPORTED: Final = 0.5  # docs/choices.md#grade-claim
CONTRADICTED: Final = 0.05  # docs/choices.md#grade-claim


def length(number: Length | NotMeasured) -> str:
    """The value with its unit."""
    if isinstance(number, NotMeasured):
        return NOTHING
    return f"{number.percent:.1f} % TW" if isinstance(number.mm, NotMeasured) else f"{number.mm:.2f} mm"


def interval(number: Length | NotMeasured) -> str:
    """Its 95% interval, without unit."""
    if isinstance(number, NotMeasured):
        return ""
    return _from_to(number.interval_mm, 2, number.interval_percent, 1)


def area(number: Area | NotMeasured) -> str:
    if isinstance(number, NotMeasured):
        return NOTHING
    return f"{number.percent2:.2f} % TW²" if isinstance(number.mm2, NotMeasured) else f"{number.mm2:.1f} mm²"


def area_interval(number: Area | NotMeasured) -> str:
    if isinstance(number, NotMeasured):
        return ""
    return _from_to(number.interval_mm2, 1, number.interval_percent2, 2)


def _from_to(metric: Interval | NotMeasured, digits: int, share: Interval, share_digits: int) -> str:
    """The interval in millimetres, or as a share where there are none, with so many decimals."""
    if isinstance(metric, NotMeasured):
        (low, high), digits = share, share_digits
    else:
        low, high = metric
    return f"{low:.{digits}f} to {high:.{digits}f}"


def positioning(at: Positioning) -> list[str]:
    """One line each: the beam, the leg, the picture, the film."""
    return [
        f"inter-margin distance of the medial plateau {length(at.imd)}"
        if isinstance(at.imd, Length)
        else "inter-margin distance of the medial plateau not known",
        _rotation(at.rotation_deg),
        f"tilted by {abs(at.tilt_deg):.0f}° in the picture",
        _film(at),
    ]


def _rotation(degrees: float | NotMeasured) -> str:
    if isinstance(degrees, NotMeasured):
        return "rotation of the leg not known"
    if abs(degrees) < 0.5:
        return "leg not rotated"
    return f"leg rotated about {abs(degrees):.0f}° {'outwards' if degrees > 0 else 'inwards'}"


def _film(at: Positioning) -> str:
    if isinstance(at.edge_width_percent, NotMeasured):
        return "sharpness not known"
    sharp = f"femoral margin {at.edge_width_percent:.1f} % TW wide"
    if isinstance(at.contrast_to_noise, NotMeasured):
        return sharp
    times = f"{at.contrast_to_noise:.0f}" if at.contrast_to_noise < 100 else "over 100"
    return f"{sharp}, {times} times the noise"


def signed(number: float, digits: int = 2) -> str:
    """With its sign, and so many decimals; what rounds to nothing has none."""
    text = f"{number:+.{digits}f}"
    return text if float(text) else text[1:]


def claim_sentence(change: GradeChange | NotMeasured, claim: GradeClaim) -> str:
    """What two films say of a change of grade that somebody reports; or why they say nothing.

    The probability is told with as many decimals as it takes to see on which side of a limit it lies.
    """
    if isinstance(change, NotMeasured):
        return f"{claim}: the films say nothing of it; {change.reason}"
    share = change.probability(claim)
    judgement = _judgement(share)
    digits = next(d for d in count(2) if _judgement(round(share, d)) == judgement)
    told = f"{share:.{digits}f}" if digits > 2 else format_probability(share)
    return f"{claim}: probability {told}; the films {judgement} it"


def _judgement(share: float) -> str:
    if share >= SUPPORTED:
        return "support"
    return "contradict" if share < CONTRADICTED else "do not support"
