"""Radiograph to knees: polarity and rotation of a film, detection, sides, replaced joints, spacing."""

from dataclasses import dataclass, replace
from typing import Final

from kltool.errors import TooCoarse
from kltool.localize.candidates import candidates_upright, nothing_found, select_knees
from kltool.localize.classify import ClassifiedCandidate
from kltool.localize.detect import DEFAULT, FinderSettings
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
from kltool.localize.placing import placed_knee
from kltool.localize.refusals import SECOND_EXPOSURE, refusal_of
from kltool.localize.second_knee import second_knee_notes
from kltool.localize.sides import DEFAULT as SIDES
from kltool.localize.sides import (
    Sides,
    SideSettings,
    assign_sides,
    sides_named,
)
from kltool.localize.spacing import fit_spacing
from kltool.localize.sphere.calibrate import NO_SPHERE, SphereSettings, calibrate_by_sphere
from kltool.values.decimals import decimal
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph, SideSource
from kltool.values.reading import RefusedKnee
from kltool.weights import Models

FEWEST_PIXELS: Final = 60.0  # of the tibial width; docs/choices.md#coarsest-film


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
    Raises NoKnee, JointCutOff, TooCoarse, SideUnknown.
    """
    film, candidates, rotation_notes = candidates_upright(film, models, settings)
    if not candidates:
        raise nothing_found(film, models, settings)
    knees = select_knees(candidates)
    _require_resolution(knees)
    knees, second = _without_second_exposure(film, knees, candidates[0], side_settings)
    letters, letter_notes = _letters_beside(film, knees, models)
    sides = _sides_with_letters(film, knees, letters, side_settings)
    requested = [
        (knee, side, beside)
        for knee, side, beside in zip(knees, sides.sides, letters, strict=True)
        if film.side_source is not SideSource.USER or side is film.side
    ]
    refusals = [refusal_of(film.pixels, knee) for knee, _, _ in requested]
    localized = tuple(
        replace(placed_knee(film, knee, side, sides.source, models), letters=beside)
        for (knee, side, beside), refusal in zip(requested, refusals, strict=True)
        if refusal is None
    )
    refused = tuple(refusal for refusal in refusals if refusal is not None) + second
    film, sphere_notes = calibrate_by_sphere(film, localized, sphere)
    film, spacing_notes = fit_spacing(film, localized)
    knees_of_film = tuple(replace(knee, film=film) for knee in localized)
    second_notes = () if second else second_knee_notes(film, knees, models, settings)
    notes = (*rotation_notes, *sides.notes, *letter_notes, *second_notes, *sphere_notes, *spacing_notes)
    return LocalizedKnees(film, knees_of_film, refused, notes)


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
