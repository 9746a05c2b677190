"""The candidates of a film, shown with bright bone and upright, and which of them are its knees."""

from typing import Final

import numpy as np

from kltool.errors import JointCutOff, NoKnee, Refusal
from kltool.localize.classify import ClassifiedCandidate, classify
from kltool.localize.cut_off import edge_that_cuts
from kltool.localize.detect import Candidate, FinderSettings, detect_candidates
from kltool.localize.orient import rotate_quarter_turns
from kltool.localize.polarity import negative
from kltool.localize.refusals import cut_off
from kltool.localize.sides import CERTAINLY_FRONTAL
from kltool.values.radiograph import Radiograph
from kltool.weights import Models

MOST_CANDIDATES: Final = 5  # of a film
CLEAR, PLAIN = 0.9, 0.5  # score times probability of a frontal knee; docs/choices.md#polarity-by-knees
TURNED: Final = 0.6  # the same, of a film turned by quarters; docs/choices.md#knee-class
FRONTAL: Final = 0.5  # docs/choices.md#knee-class
PART_OF_A_JOINT: Final = 0.5  # score of one that is cut off; docs/choices.md#cut-off


def candidates_upright(
    film: Radiograph, models: Models, settings: FinderSettings
) -> tuple[Radiograph, list[ClassifiedCandidate], tuple[str, ...]]:
    """The film as it is where a knee is certain, otherwise by the quarter turns that show one best."""
    film, candidates = _show_bone_bright(film, models, settings)
    if _highest_probability(candidates) >= CERTAINLY_FRONTAL:
        return film, candidates, ()
    best = film, candidates, 0
    for turns in (2, 1, 3):
        rotated = rotate_quarter_turns(film, turns)
        candidates = frontal_candidates(rotated, models, settings)
        if _clearness(candidates) >= TURNED and _highest_probability(candidates) > _highest_probability(
            best[1]
        ):
            best = rotated, candidates, turns
    film, candidates, turns = best
    notes = (f"the film was rotated counterclockwise by {90 * turns} degrees",) if turns else ()
    return film, candidates, notes


def _show_bone_bright(
    film: Radiograph, models: Models, settings: FinderSettings
) -> tuple[Radiograph, list[ClassifiedCandidate]]:
    """The film as it is, unless it shows no clear knee and its negative a clearer and plain one."""
    candidates = frontal_candidates(film, models, settings)
    if _clearness(candidates) >= CLEAR:
        return film, candidates
    inverted = negative(film)
    of_inverted = frontal_candidates(inverted, models, settings)
    is_clearer = _clearness(of_inverted) >= max(PLAIN, _clearness(candidates))
    return (inverted, of_inverted) if is_clearer else (film, candidates)


def clearness(film: Radiograph, models: Models, settings: FinderSettings) -> float:
    """Of the clearest knee of a film as it is: score times probability of a frontal knee, 0 to 1."""
    return _clearness(frontal_candidates(film, models, settings))


def _clearness(candidates: list[ClassifiedCandidate]) -> float:
    return max((one.candidate.score * one.frontal_probability for one in candidates), default=0.0)


def _highest_probability(candidates: list[ClassifiedCandidate]) -> float:
    return max((one.frontal_probability for one in candidates), default=0.0)


def frontal_candidates(
    film: Radiograph, models: Models, settings: FinderSettings
) -> list[ClassifiedCandidate]:
    """The candidates that are frontal knees, natural or replaced, best first."""
    classified = [
        ClassifiedCandidate(candidate, classify(film.pixels, candidate, models.classifier))
        for candidate in detect_candidates(film.pixels, models.finder, settings)[:MOST_CANDIDATES]
    ]
    return [one for one in classified if one.frontal_probability >= FRONTAL]


def nothing_found(film: Radiograph, models: Models, settings: FinderSettings) -> Refusal:
    """What to raise where no candidate is a frontal knee: the finder may see the part of one at an edge."""
    joints = detect_candidates(film.pixels, models.finder, settings)[:MOST_CANDIDATES]
    for joint in joints:
        edge = edge_that_cuts(film.pixels, joint)
        if edge is not None and joint.score >= PART_OF_A_JOINT:
            return JointCutOff(cut_off(edge).reason)
    return NoKnee(
        "no knee joint was found in the picture, one or two frontal knees expected; "
        "check that it is a frontal knee radiograph that shows the joint"
    )


def select_knees(candidates: list[ClassifiedCandidate]) -> list[ClassifiedCandidate]:
    """The best candidate and, if found, the other knee of the pair; left to right."""
    best = candidates[0]
    others = [other for other in candidates[1:] if are_a_pair(best.candidate, other.candidate)]
    return sorted([best, *others[:1]], key=lambda one: float(one.candidate.centre[1]))


def are_a_pair(one: Candidate, other: Candidate) -> bool:
    """Whether these can be both knees of one person: of similar size, side by side, at a similar height."""
    size = np.sqrt(one.width * other.width)
    down, across = np.abs(one.centre - other.centre) / size
    return bool(
        across > 1.0 and down < 0.8 and max(one.width, other.width) < 1.35 * min(one.width, other.width)
    )
