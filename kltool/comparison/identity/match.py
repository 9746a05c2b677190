"""Is it the same knee? Outlines laid on each other, and the texture of femur and tibia in register."""

import math
from dataclasses import dataclass
from typing import Final

from kltool.comparison.identity.bones import TurnedKnee, bone_views, turned_knee
from kltool.comparison.identity.outline import apart
from kltool.comparison.identity.texture import correlation
from kltool.geometry.joint_frame import Frame, frame_of
from kltool.geometry.registration import laid
from kltool.values.change import Likeness
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Knee


@dataclass(frozen=True, slots=True)
class Odds:
    """Of one knee against two, as a logarithm: at the start, and for 1 of a correlation or a tibial width."""

    start: float
    femur: float
    tibia: float
    outline: float


FITTED: Final = Odds(-1.58, 8.4, 37.1, -346.0)  # docs/choices.md#same-knee
TOO_LITTLE: Final = NotMeasured("too little of the bone is shown on both films")
SUREST: Final = 0.999  # docs/choices.md#same-knee


def likeness(before: Knee, after: Knee) -> Likeness:
    """How alike the bones of two knees are, each turned to one hand; the same whichever comes first.

    Where too little of a bone is shown on both films, `same` goes by the other one.
    """
    knees = turned_knee(before), turned_knee(after)
    frames = frame_of(before.placement), frame_of(after.placement)
    there, back = _textures(*knees, frames[0]), _textures(*knees[::-1], frames[1])
    femur, tibia = (_mean(*both) for both in zip(there, back, strict=True))
    outline = (apart(before, after) + apart(after, before)) / 2
    return Likeness(femur, tibia, outline, probability(*textures(femur, tibia), outline))


def textures(femur: float | NotMeasured, tibia: float | NotMeasured) -> tuple[float, float]:
    """Both correlations as odds take them: for a bone without one the other's, without any 0."""
    found = [bone for bone in (femur, tibia) if not isinstance(bone, NotMeasured)]
    mean = sum(found) / len(found) if found else 0.0
    return (
        mean if isinstance(femur, NotMeasured) else femur,
        mean if isinstance(tibia, NotMeasured) else tibia,
    )


def probability(femur: float, tibia: float, outline: float, odds: Odds = FITTED) -> float:
    """That it is one knee, by what a Likeness holds; never surer than the knees it was fitted on allow."""
    found = odds.start + odds.femur * femur + odds.tibia * tibia + odds.outline * outline
    limit = math.log(SUREST / (1 - SUREST))
    return 1 / (1 + math.exp(-min(max(found, -limit), limit)))


def _textures(this: TurnedKnee, other: TurnedKnee, frame: Frame) -> tuple[float | None, float | None]:
    """Correlation of femur and of tibia, each of the other laid on this by its own landmarks.

    frame: of this.
    """
    femur = laid(this.landmarks.femur, other.landmarks.femur).of_frame(frame)
    tibia = laid(this.landmarks.tibia, other.landmarks.tibia).of_frame(frame)
    views = zip(bone_views(this, frame, frame), bone_views(other, femur, tibia), strict=True)
    of_femur, of_tibia = (correlation(here, there) for here, there in views)
    return of_femur, of_tibia


def _mean(there: float | None, back: float | None) -> float | NotMeasured:
    return TOO_LITTLE if there is None or back is None else (there + back) / 2
