"""Is it the same knee? Outlines laid on each other, and the texture of femur and tibia in register."""

import math
from dataclasses import dataclass
from typing import Final

from kltool.comparison.identity.bones import OrientedKnee, bone_views, oriented_knee
from kltool.comparison.identity.outline import outline_rms_distance
from kltool.comparison.identity.texture import correlation
from kltool.geometry.joint_frame import JointFrame, joint_frame_of
from kltool.geometry.registration import estimate_similarity
from kltool.values.change import IdentityMatch
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured


@dataclass(frozen=True, slots=True)
class LogisticCoefficients:
    """Of one knee against two, as a logarithm: at the start, and for 1 of a correlation or a tibial width."""

    intercept: float
    femur: float
    tibia: float
    outline: float


FITTED: Final = LogisticCoefficients(-1.58, 8.4, 37.1, -346.0)  # docs/choices.md#same-knee
TOO_LITTLE: Final = NotMeasured("too little of the bone is shown on both films")
SUREST: Final = 0.999  # docs/choices.md#same-knee


def match_identity(before: Knee, after: Knee) -> IdentityMatch:
    """How alike the bones of two knees are, each turned to one hand; the same whichever comes first.

    Where too little of a bone is shown on both films, `same` goes by the other one.
    """
    knees = oriented_knee(before), oriented_knee(after)
    frames = joint_frame_of(before.placement), joint_frame_of(after.placement)
    there, back = _textures(*knees, frames[0]), _textures(*knees[::-1], frames[1])
    femur, tibia = (_mean(*both) for both in zip(there, back, strict=True))
    outline = (outline_rms_distance(before, after) + outline_rms_distance(after, before)) / 2
    return IdentityMatch(
        femur, tibia, outline, probability_same_knee(*texture_features(femur, tibia), outline)
    )


def texture_features(femur: float | NotMeasured, tibia: float | NotMeasured) -> tuple[float, float]:
    """Both correlations as odds take them: for a bone without one the other's, without any 0."""
    found = [bone for bone in (femur, tibia) if not isinstance(bone, NotMeasured)]
    mean = sum(found) / len(found) if found else 0.0
    return (
        mean if isinstance(femur, NotMeasured) else femur,
        mean if isinstance(tibia, NotMeasured) else tibia,
    )


def probability_same_knee(
    femur: float, tibia: float, outline: float, odds: LogisticCoefficients = FITTED
) -> float:
    """That it is one knee, by what a Likeness holds; never surer than the knees it was fitted on allow."""
    found = odds.intercept + odds.femur * femur + odds.tibia * tibia + odds.outline * outline
    limit = math.log(SUREST / (1 - SUREST))
    return 1 / (1 + math.exp(-min(max(found, -limit), limit)))


def _textures(
    this: OrientedKnee, other: OrientedKnee, frame: JointFrame
) -> tuple[float | None, float | None]:
    """Correlation of femur and of tibia, each of the other laid on this by its own landmarks.

    frame: of this.
    """
    femur = estimate_similarity(this.landmarks.femur, other.landmarks.femur).apply_to_frame(frame)
    tibia = estimate_similarity(this.landmarks.tibia, other.landmarks.tibia).apply_to_frame(frame)
    views = zip(bone_views(this, frame, frame), bone_views(other, femur, tibia), strict=True)
    of_femur, of_tibia = (correlation(here, there) for here, there in views)
    return of_femur, of_tibia


def _mean(there: float | None, back: float | None) -> float | NotMeasured:
    return TOO_LITTLE if there is None or back is None else (there + back) / 2
