"""Radiograph to knees: which way up, where they are, whose side they are on, and which are replaced."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.errors import NoKnee, SideUnknown, TooCoarse
from kltool.geometry.points import mirror
from kltool.localize.classify import KneeClass, classify
from kltool.localize.crop import right_knee_orientation
from kltool.localize.detect import Candidate, detect_candidates
from kltool.localize.landmarks import refine_placement
from kltool.localize.orient import rotate_quarter_turns
from kltool.values.knee import Knee, Placement
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.reading import RefusedKnee
from kltool.weights import Models

MOST_CANDIDATES: Final = 5  # candidates of a film, at most
FRONTAL: Final = 0.5  # docs/choices.md#aspect
CERTAINLY_FRONTAL: Final = 0.9  # docs/choices.md#aspect
FEWEST_PIXELS: Final = 60.0  # of the tibial width; docs/choices.md#coarsest-film
LEAST_SIDE_PROBABILITY: Final = 0.95  # docs/choices.md#side-by-anatomy
OVERRULING_PROBABILITY: Final = 0.99  # docs/choices.md#side-by-anatomy

REPLACED = RefusedKnee(
    "replaced",
    "an implant was found in place of the joint, a natural joint expected; there is no joint space to read",
)


@dataclass(frozen=True, slots=True)
class LocalizedKnees:
    """What a film holds: knees to read, in the order of the picture, and knees that are not read.

    film: turned upright where it was not.
    """

    film: Radiograph
    knees: tuple[Knee, ...]
    refused: tuple[RefusedKnee, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassifiedCandidate:
    """A candidate and what it is."""

    candidate: Candidate
    knee_class: KneeClass

    @property
    def frontal(self) -> float:
        return 1 - self.knee_class.other

    def side_probability(self, side: Side) -> float:
        """The probability that it is a knee of this side, if the film hangs as films do."""
        left = self.knee_class.lateral_left_share
        return left if side is Side.RIGHT else 1 - left


def find_knees(film: Radiograph, models: Models) -> LocalizedKnees:
    """Find one or two knees in a frontal film.

    Two knees take their sides from the order of the picture (the patient's right is on the viewer's
    left); one knee takes the side that the tags or the user gave, without one that of its anatomy.
    Raises NoKnee, TooCoarse, SideUnknown.
    """
    film, seen, turns = _upright(film, models)
    pair = _pair(seen)
    if not pair:
        raise NoKnee(
            "no knee joint was found in the picture, one or two frontal knees expected; "
            "check that it is a frontal knee radiograph that shows the joint"
        )
    width = max(one.candidate.width for one in pair)
    if width < FEWEST_PIXELS:
        raise TooCoarse(
            f"the tibia spans {width:.0f} pixels, {FEWEST_PIXELS:.0f} expected at least; "
            "give the film at its full resolution"
        )
    sides, source, notes = _sides(film, pair)
    wanted = [
        (one, side)
        for one, side in zip(pair, sides, strict=True)
        if film.side_source is not SideSource.USER or side is film.side
    ]
    natural = [(one, side) for one, side in wanted if one.knee_class.replaced <= one.knee_class.natural]
    knees = tuple(_knee(film, one, side, source, models) for one, side in natural)
    return LocalizedKnees(film, knees, (REPLACED,) * (len(wanted) - len(natural)), (*turns, *notes))


def _upright(
    film: Radiograph, models: Models
) -> tuple[Radiograph, list[ClassifiedCandidate], tuple[str, ...]]:
    """The film as it is, where that shows a knee; otherwise by the quarter turns that show one best."""
    seen = _classified_candidates(film, models)
    if max((one.frontal for one in seen), default=0.0) >= CERTAINLY_FRONTAL:
        return film, seen, ()
    best = film, seen, 0
    for turns in (2, 1, 3):
        other = rotate_quarter_turns(film, turns)
        seen = _classified_candidates(other, models)
        if _surest(seen) > max(_surest(best[1]), FRONTAL):
            best = other, seen, turns
    film, seen, turns = best
    notes = (f"the film was turned by {90 * turns} degrees, anticlockwise, to be read",) if turns else ()
    return film, seen, notes


def _surest(seen: list[ClassifiedCandidate]) -> float:
    return max((one.frontal for one in seen), default=0.0)


def _classified_candidates(film: Radiograph, models: Models) -> list[ClassifiedCandidate]:
    """The candidates that are frontal knees, natural or replaced, best first."""
    candidates = detect_candidates(film.pixels, models.finder)[:MOST_CANDIDATES]
    every = [
        ClassifiedCandidate(candidate, classify(film.pixels, candidate, models.aspect))
        for candidate in candidates
    ]
    return [one for one in every if one.frontal >= FRONTAL]


def _pair(seen: list[ClassifiedCandidate]) -> list[ClassifiedCandidate]:
    """The best one and, where one lies beside it at its own size, its partner; left to right."""
    if not seen:
        return []
    best = seen[0]
    partners = [other for other in seen[1:] if _beside(best.candidate, other.candidate)]
    return sorted([best, *partners[:1]], key=lambda one: float(one.candidate.centre[1]))


def _beside(one: Candidate, other: Candidate) -> bool:
    """Two knees of one person in one film: alike in size, side by side, at about one height."""
    size = np.sqrt(one.width * other.width)
    down, across = np.abs(one.centre - other.centre) / size
    return bool(
        across > 1.0 and down < 0.8 and max(one.width, other.width) < 1.35 * min(one.width, other.width)
    )


def _sides(
    film: Radiograph, pair: list[ClassifiedCandidate]
) -> tuple[list[Side], SideSource, tuple[str, ...]]:
    if len(pair) == 2:
        notes: tuple[str, ...] = ()
        if film.side is not None and film.side_source is SideSource.TAG:
            notes = (
                f"the tags say {film.side}, two knees are shown: sides taken from the order of the film",
            )
        return [Side.RIGHT, Side.LEFT], SideSource.FILM, notes
    if film.side is not None:
        return [film.side], film.side_source, ()
    (one,) = pair
    likelier = max(Side, key=one.side_probability)
    if (
        one.knee_class.replaced > one.knee_class.natural
        or one.side_probability(likelier) < LEAST_SIDE_PROBABILITY
    ):
        raise SideUnknown(
            "one knee was found and nothing says whose side it is: the tags do not, and by the picture it is "
            f"a {likelier} one with a probability of {one.side_probability(likelier):.2f}, "
            f"{LEAST_SIDE_PROBABILITY:.2f} expected; "
            "give it with --side"
        )
    side, hung = (likelier.other, "right") if film.stored_mirrored else (likelier, "left")
    note = f"side by the picture alone: {side} if the patient's right is on the viewer's {hung}"
    return [side], SideSource.ANATOMY, (note,)


def _knee(film: Radiograph, one: ClassifiedCandidate, side: Side, source: SideSource, models: Models) -> Knee:
    """Medial and lateral follow the given side, unless the picture is nearly certain of the other one."""
    candidate, mirrored = one.candidate, side is Side.LEFT
    if one.side_probability(side) <= 1 - OVERRULING_PROBABILITY:
        mirrored = not mirrored
    pixels = right_knee_orientation(film.pixels, mirrored)
    ends, centre = candidate.ends, candidate.centre[None]
    if mirrored:
        ends, centre = mirror(ends, pixels.shape[1])[::-1], mirror(centre, pixels.shape[1])
    across = ends[1] - ends[0]
    start = Placement(
        (float(centre[0, 0]), float(centre[0, 1])),
        candidate.width,
        float(np.arctan2(across[0], across[1])),
        mirrored,
    )
    placement, landmarks = refine_placement(pixels, start, models.landmarks)
    return Knee(film, placement, landmarks, side, source, candidate.score, one.side_probability(side))
