"""Differences in positioning of a knee between two films, as measured on the films."""

from dataclasses import dataclass

from kltool.values.length import Length, NotMeasured
from kltool.values.reading import KneeReading

UNKNOWN = NotMeasured("not measured on both films")


@dataclass(frozen=True, slots=True)
class PositioningDifference:
    """Later minus earlier.

    imd: inter-margin distance of the medial plateau, % of the tibial width. rotation_deg: of the leg.
    tilt_deg: of the knee in the image.
    """

    imd: float | NotMeasured
    rotation_deg: float | NotMeasured
    tilt_deg: float


def positioning_difference(before: KneeReading, after: KneeReading) -> PositioningDifference:
    one, other = before.joint_space.positioning, after.joint_space.positioning
    imds = [at.imd.percent if isinstance(at.imd, Length) else UNKNOWN for at in (one, other)]
    return PositioningDifference(
        _difference(imds[0], imds[1]),
        _difference(one.rotation_deg, other.rotation_deg),
        other.tilt_deg - one.tilt_deg,
    )


def _difference(before: float | NotMeasured, after: float | NotMeasured) -> float | NotMeasured:
    if isinstance(before, NotMeasured) or isinstance(after, NotMeasured):
        return UNKNOWN
    return after - before
