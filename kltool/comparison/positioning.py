"""How differently a knee stood before two films, as the films themselves show it."""

from dataclasses import dataclass

from kltool.values.length import Length, NotMeasured
from kltool.values.reading import KneeReading

UNKNOWN = NotMeasured("not known of both films")


@dataclass(frozen=True, slots=True)
class PositioningDifference:
    """Later minus earlier.

    imd: distance of the plateau's rims, % of the tibial width. rotation_deg: of the leg. lean_deg: of the
    knee in the picture.
    """

    imd: float | NotMeasured
    rotation_deg: float | NotMeasured
    tilt_deg: float


def positioning_difference(before: KneeReading, after: KneeReading) -> PositioningDifference:
    one, other = before.joint_space.positioning, after.joint_space.positioning
    rims = [at.imd.percent if isinstance(at.imd, Length) else UNKNOWN for at in (one, other)]
    return PositioningDifference(
        _apart(rims[0], rims[1]),
        _apart(one.rotation_deg, other.rotation_deg),
        other.tilt_deg - one.tilt_deg,
    )


def _apart(before: float | NotMeasured, after: float | NotMeasured) -> float | NotMeasured:
    if isinstance(before, NotMeasured) or isinstance(after, NotMeasured):
        return UNKNOWN
    return after - before
