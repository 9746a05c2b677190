"""Identity match of two knees: registered bone outlines and trabecular texture of femur and tibia."""

import math
from dataclasses import dataclass
from typing import Final

from kltool.comparison.identity.bones import bone_views
from kltool.comparison.identity.outline import outline_rms_distance
from kltool.comparison.identity.texture import correlation
from kltool.geometry.joint_frame import joint_frame_of
from kltool.geometry.registration import estimate_similarity
from kltool.values.change import IdentityMatch
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured


@dataclass(frozen=True, slots=True)
class LogisticCoefficients:
    """Of the log odds of the same knee. femur, tibia: of the correlations. outline: of tibial widths."""

    intercept: float
    femur: float
    tibia: float
    outline: float


FITTED: Final = LogisticCoefficients(-1.58, 8.4, 37.1, -346.0)  # docs/choices.md#identity-match
TOO_LITTLE_BONE: Final = NotMeasured("too little of the bone is visible on both films")
SAME_FILM: Final = IdentityMatch(1.0, 1.0, 0.0, 1.0)  # of one film given twice
HIGHEST_PROBABILITY: Final = 0.999  # of either answer; docs/choices.md#identity-match


def match_identity(before: Knee, after: Knee) -> IdentityMatch:
    """How well the bones of two knees match, in right-knee orientation; symmetric in its arguments.

    Where too little of one bone is visible on both films, the probability rests on the other bone.
    """
    forward, backward = _texture_correlations(before, after), _texture_correlations(after, before)
    femur, tibia = (_mean(*both) for both in zip(forward, backward, strict=True))
    outline = (outline_rms_distance(before, after) + outline_rms_distance(after, before)) / 2
    return IdentityMatch(
        femur, tibia, outline, probability_same_knee(*texture_features(femur, tibia), outline)
    )


def texture_features(femur: float | NotMeasured, tibia: float | NotMeasured) -> tuple[float, float]:
    """Both correlations as predictors; a missing one is replaced by the other, both missing by 0."""
    measured = [bone for bone in (femur, tibia) if not isinstance(bone, NotMeasured)]
    mean = sum(measured) / len(measured) if measured else 0.0
    return (
        mean if isinstance(femur, NotMeasured) else femur,
        mean if isinstance(tibia, NotMeasured) else tibia,
    )


def probability_same_knee(
    femur: float, tibia: float, outline: float, coefficients: LogisticCoefficients = FITTED
) -> float:
    """Logistic model of the probability of the same knee, limited to what its training knees support.

    femur, tibia: texture correlations. outline: RMS distance, tibial widths.
    """
    by = coefficients
    log_odds = by.intercept + by.femur * femur + by.tibia * tibia + by.outline * outline
    limit = math.log(HIGHEST_PROBABILITY / (1 - HIGHEST_PROBABILITY))
    return 1 / (1 + math.exp(-min(max(log_odds, -limit), limit)))


def _texture_correlations(this: Knee, other: Knee) -> tuple[float | None, float | None]:
    """Of femur and tibia, the bones of the other knee each registered to this one by its own landmarks."""
    frame = joint_frame_of(this.placement)
    femur = estimate_similarity(this.landmarks.femur, other.landmarks.femur).apply_to_frame(frame)
    tibia = estimate_similarity(this.landmarks.tibia, other.landmarks.tibia).apply_to_frame(frame)
    views = zip(bone_views(this, frame, frame), bone_views(other, femur, tibia), strict=True)
    of_femur, of_tibia = (correlation(own, registered) for own, registered in views)
    return of_femur, of_tibia


def _mean(forward: float | None, backward: float | None) -> float | NotMeasured:
    return TOO_LITTLE_BONE if forward is None or backward is None else (forward + backward) / 2
