"""Radiograph to knees: polarity and rotation of a film, detection, sides, replaced joints, spacing."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from kltool.errors import NoKnee, TooCoarse
from kltool.geometry.points import mirror
from kltool.localize.classify import ClassifiedCandidate, classify
from kltool.localize.detect import DEFAULT, Candidate, FinderSettings, detect_candidates
from kltool.localize.landmarks import refine_placement
from kltool.localize.letter_sides import (
    LettersOfKnees,
    agreement_notes,
    between_notes,
    contradiction_notes,
    letters_of_knees,
    side_note,
    sides_by_letters,
)
from kltool.localize.letters import find_letters
from kltool.localize.orient import rotate_quarter_turns
from kltool.localize.polarity import negative
from kltool.localize.sides import (
    CERTAINLY_FRONTAL,
    Sides,
    SideSettings,
    assign_sides,
    more_probable_side,
    sides_named,
)
from kltool.localize.sides import DEFAULT as SIDES
from kltool.localize.spacing import fit_spacing
from kltool.localize.sphere.calibrate import NO_SPHERE, SphereSettings, calibrate_by_sphere
from kltool.values.decimals import decimal
from kltool.values.knee import Knee, Landmarks, OtherOrientation, Placement, right_knee_orientation
from kltool.values.radiograph import Radiograph, Side, SideSource
from kltool.values.reading import RefusedKnee
from kltool.weights import Models

MOST_CANDIDATES: Final = 5  # of a film
CLEAR, PLAIN = 0.75, 0.5  # score times probability of a frontal knee; docs/choices.md#polarity-by-knees
FRONTAL: Final = 0.5  # docs/choices.md#knee-class
FEWEST_PIXELS: Final = 60.0  # of the tibial width; docs/choices.md#coarsest-film
OVERRULING_PROBABILITY: Final = 0.99  # docs/choices.md#side-by-anatomy

REPLACED = RefusedKnee(
    "replaced",
    "a knee replacement was found, a natural joint expected; there is no joint space to measure",
)

SECOND_EXPOSURE = RefusedKnee(
    "second_exposure",
    "a second exposure of the same knee was found by tags and anatomy, one of each knee expected; "
    "to read it, give the film cut to it",
)


@dataclass(frozen=True, slots=True)
class LocalizedKnees:
    """The knees of a film that can be read, from left to right in the picture, and those that are refused.

    film: with bright bone, upright, with a spacing that fits. notes: on rotation, sides, letters, sphere and
    spacing.
    """

    film: Radiograph
    knees: tuple[Knee, ...]
    refused: tuple[RefusedKnee, ...]
    notes: tuple[str, ...]


def find_knees(
    film: Radiograph,
    models: Models,
    settings: FinderSettings = DEFAULT,
    side_settings: SideSettings = SIDES,
    sphere: SphereSettings = NO_SPHERE,
) -> LocalizedKnees:
    """Find one or two knees in a frontal film.

    Two knees take their sides from their order in the picture (the patient's right is on the viewer's left),
    unless letters on the film say the reverse, or tags and anatomy say that both are one knee, of which the
    better exposure is read;
    one knee takes the side given by the user, the tags, or a letter, or else the side of its anatomy, which
    may be unknown.
    Raises NoKnee, TooCoarse, SideUnknown.
    """
    film, candidates, rotation_notes = _rotate_upright(film, models, settings)
    knees = _select_knees(candidates)
    _require_resolution(knees)
    knees, second = _without_second_exposure(film, knees, candidates[0], side_settings)
    letters, letter_notes = _letters_beside(film, knees, models)
    sides = _sides_with_letters(film, knees, letters, side_settings)
    requested = [
        (knee, side, beside)
        for knee, side, beside in zip(knees, sides.sides, letters, strict=True)
        if film.side_source is not SideSource.USER or side is film.side
    ]
    natural = [one for one in requested if not one[0].is_replaced]
    localized = tuple(
        replace(_localize_knee(film, knee, side, sides.source, models), letters=beside)
        for knee, side, beside in natural
    )
    refused = (REPLACED,) * (len(requested) - len(natural)) + second
    film, sphere_notes = calibrate_by_sphere(film, localized, sphere)
    film, spacing_notes = fit_spacing(film, localized)
    knees_of_film = tuple(replace(knee, film=film) for knee in localized)
    notes = (*rotation_notes, *sides.notes, *letter_notes, *sphere_notes, *spacing_notes)
    return LocalizedKnees(film, knees_of_film, refused, notes)


def _rotate_upright(
    film: Radiograph, models: Models, settings: FinderSettings
) -> tuple[Radiograph, list[ClassifiedCandidate], tuple[str, ...]]:
    """The film as it is where a knee is certain, otherwise by the quarter turns that show one best."""
    film, candidates = _show_bone_bright(film, models, settings)
    if _highest_probability(candidates) >= CERTAINLY_FRONTAL:
        return film, candidates, ()
    best = film, candidates, 0
    for turns in (2, 1, 3):
        rotated = rotate_quarter_turns(film, turns)
        candidates = _classified_candidates(rotated, models, settings)
        if _highest_probability(candidates) > max(_highest_probability(best[1]), FRONTAL):
            best = rotated, candidates, turns
    film, candidates, turns = best
    notes = (f"the film was rotated counterclockwise by {90 * turns} degrees",) if turns else ()
    return film, candidates, notes


def _show_bone_bright(
    film: Radiograph, models: Models, settings: FinderSettings
) -> tuple[Radiograph, list[ClassifiedCandidate]]:
    """The film as it is, unless it shows no clear knee and its negative a clearer and plain one."""
    candidates = _classified_candidates(film, models, settings)
    if _clearness(candidates) >= CLEAR:
        return film, candidates
    inverted = negative(film)
    of_inverted = _classified_candidates(inverted, models, settings)
    is_clearer = _clearness(of_inverted) >= max(PLAIN, _clearness(candidates))
    return (inverted, of_inverted) if is_clearer else (film, candidates)


def clearness(film: Radiograph, models: Models, settings: FinderSettings) -> float:
    """Of the clearest knee of a film as it is: score times probability of a frontal knee, 0 to 1."""
    return _clearness(_classified_candidates(film, models, settings))


def _clearness(candidates: list[ClassifiedCandidate]) -> float:
    return max((one.candidate.score * one.frontal_probability for one in candidates), default=0.0)


def _highest_probability(candidates: list[ClassifiedCandidate]) -> float:
    return max((one.frontal_probability for one in candidates), default=0.0)


def _classified_candidates(
    film: Radiograph, models: Models, settings: FinderSettings
) -> list[ClassifiedCandidate]:
    """The candidates that are frontal knees, natural or replaced, best first."""
    classified = [
        ClassifiedCandidate(candidate, classify(film.pixels, candidate, models.classifier))
        for candidate in detect_candidates(film.pixels, models.finder, settings)[:MOST_CANDIDATES]
    ]
    return [one for one in classified if one.frontal_probability >= FRONTAL]


def _select_knees(candidates: list[ClassifiedCandidate]) -> list[ClassifiedCandidate]:
    """The best candidate and, if found, the other knee of the pair; left to right. Raises NoKnee."""
    if not candidates:
        raise NoKnee(
            "no knee joint was found in the picture, one or two frontal knees expected; "
            "check that it is a frontal knee radiograph that shows the joint"
        )
    best = candidates[0]
    others = [other for other in candidates[1:] if _are_a_pair(best.candidate, other.candidate)]
    return sorted([best, *others[:1]], key=lambda one: float(one.candidate.centre[1]))


def _are_a_pair(one: Candidate, other: Candidate) -> bool:
    """Whether these can be both knees of one person: of similar size, side by side, at a similar height."""
    size = np.sqrt(one.width * other.width)
    down, across = np.abs(one.centre - other.centre) / size
    return bool(
        across > 1.0 and down < 0.8 and max(one.width, other.width) < 1.35 * min(one.width, other.width)
    )


def _require_resolution(knees: list[ClassifiedCandidate]) -> None:
    """Raises TooCoarse."""
    width = max(knee.candidate.width for knee in knees)
    if width < FEWEST_PIXELS:
        raise TooCoarse(
            f"the tibia spans {decimal(width, 0)} pixels, {decimal(FEWEST_PIXELS, 0)} expected at least; "
            "give the film at its full resolution"
        )


def _without_second_exposure(
    film: Radiograph,
    knees: list[ClassifiedCandidate],
    best: ClassifiedCandidate,
    settings: SideSettings,
) -> tuple[list[ClassifiedCandidate], tuple[RefusedKnee, ...]]:
    """The better of two that are one knee: tags and anatomy of both state one side, and outrank the order.

    docs/choices.md#side-by-anatomy
    """
    side = film.side if film.side_source is SideSource.TAG else None
    if len(knees) < 2 or side is None:
        return knees, ()
    least = settings.least_probability
    if not all(one.side_probability(side) >= least and not one.is_replaced for one in knees):
        return knees, ()
    return [best], (SECOND_EXPOSURE,)


def _letters_beside(
    film: Radiograph, knees: list[ClassifiedCandidate], models: Models
) -> tuple[LettersOfKnees, tuple[str, ...]]:
    """The letters beside each knee, and notes on those that name no side."""
    letters = find_letters(film.pixels, models.letters)
    of_knees = letters_of_knees(letters, [float(knee.candidate.centre[1]) for knee in knees])
    return of_knees, (*contradiction_notes(of_knees), *between_notes(letters, of_knees))


def _sides_with_letters(
    film: Radiograph, knees: list[ClassifiedCandidate], letters: LettersOfKnees, settings: SideSettings
) -> Sides:
    """The sides by the source that counts, and what the letters say of them. Raises SideUnknown, NoKnee."""
    named = sides_by_letters(film.side, letters)
    if named:
        sides = sides_named(film, knees, named, settings)
        return replace(sides, notes=(side_note(letters), *sides.notes))
    sides = assign_sides(film, knees, settings)
    return replace(sides, notes=(*sides.notes, *agreement_notes(letters, sides.sides, sides.source)))


def _localize_knee(
    film: Radiograph, knee: ClassifiedCandidate, side: Side, source: SideSource, models: Models
) -> Knee:
    """Medial and lateral follow the given side, unless the anatomy is almost certainly that of the other.

    A knee of unknown side is measured as the more probable one, and placed as the other one, too.
    """
    if side is Side.UNKNOWN:
        return _localize_without_side(film, knee, models)
    mirrored = side is Side.LEFT
    if knee.side_probability(side) <= 1 - OVERRULING_PROBABILITY:
        mirrored = not mirrored
    placement, landmarks = _placed(film, knee, mirrored, models)
    return Knee(film, placement, landmarks, side, source, knee.candidate.score, knee.side_probability(side))


def _localize_without_side(film: Radiograph, knee: ClassifiedCandidate, models: Models) -> Knee:
    shown = more_probable_side(knee)
    placement, landmarks = _placed(film, knee, shown is Side.LEFT, models)
    other = OtherOrientation(*_placed(film, knee, shown is not Side.LEFT, models))
    return Knee(
        film,
        placement,
        landmarks,
        Side.UNKNOWN,
        SideSource.UNKNOWN,
        knee.candidate.score,
        knee.side_probability(shown),
        other,
    )


def _placed(
    film: Radiograph, knee: ClassifiedCandidate, mirrored: bool, models: Models
) -> tuple[Placement, Landmarks]:
    pixels = right_knee_orientation(film.pixels, mirrored)
    start = _placement(knee.candidate, pixels.shape[1], mirrored)
    return refine_placement(pixels, start, models.landmarks)


def _placement(candidate: Candidate, columns: int, mirrored: bool) -> Placement:
    """The placement of a candidate on a film with this number of columns, mirrored where the film is."""
    ends, centre = candidate.ends, candidate.centre[None]
    if mirrored:
        ends, centre = mirror(ends, columns)[::-1], mirror(centre, columns)
    across = ends[1] - ends[0]
    return Placement(
        (float(centre[0, 0]), float(centre[0, 1])),
        candidate.width,
        float(np.arctan2(across[0], across[1])),
        mirrored,
    )
