"""The sides of the knees of one film: by the user, the tags, the order of two knees, letters or anatomy."""

from dataclasses import dataclass
from typing import Final

from kltool.errors import NoKnee, SideUnknown, UsageError
from kltool.localize.classify import ClassifiedCandidate
from kltool.values.decimals import beside, decimal
from kltool.values.radiograph import KNOWN_SIDES, Radiograph, Side, SideSource

CERTAINLY_FRONTAL: Final = 0.9  # docs/choices.md#knee-class


@dataclass(frozen=True, slots=True)
class SideSettings:
    """When a side counts as known; docs/choices.md#side-by-anatomy.

    Attributes
    ----------
    least_probability : float
        From which the anatomy alone determines a side, 0.5 to 1.
    required : bool
        Whether a knee whose side is unknown is refused. Otherwise it is read, without medial and lateral.

    Raises
    ------
    UsageError
        Where the probability is out of range.
    """

    least_probability: float = 0.95
    required: bool = False

    def __post_init__(self) -> None:
        if not 0.5 <= self.least_probability <= 1.0:
            raise UsageError(f"least probability {self.least_probability} of a side found; 0.5 to 1 expected")


DEFAULT: Final = SideSettings()


@dataclass(frozen=True, slots=True)
class Sides:
    """The sides of one or two knees, from left to right in the picture."""

    sides: tuple[Side, ...]
    source: SideSource
    notes: tuple[str, ...] = ()


def assign_sides(film: Radiograph, knees: list[ClassifiedCandidate], settings: SideSettings) -> Sides:
    """Raises SideUnknown, and NoKnee of what shows neither a side nor, with certainty, a knee."""
    if len(knees) == 2:
        return Sides(KNOWN_SIDES, SideSource.FILM, _conflicting_tag(film, "the order of the film"))
    if film.side in KNOWN_SIDES:
        return Sides((film.side,), film.side_source)
    return _by_anatomy(film, knees[0], settings)


def sides_named(
    film: Radiograph, knees: list[ClassifiedCandidate], named: tuple[Side, ...], settings: SideSettings
) -> Sides:
    """The sides that letters on the film name. Raises NoKnee as `assign_sides`: any film has letters."""
    if len(knees) == 1 and not knees[0].is_replaced and not _shows_side(knees[0], settings):
        _require_certain(knees[0])
    return Sides(named, SideSource.LETTER, _conflicting_tag(film, "letters on the film"))


def more_probable_side(knee: ClassifiedCandidate) -> Side:
    """By the anatomy, if the patient's right is on the viewer's left."""
    return max(KNOWN_SIDES, key=knee.side_probability)


def _conflicting_tag(film: Radiograph, source: str) -> tuple[str, ...]:
    if film.side is None or film.side_source is not SideSource.TAG:
        return ()
    return (f"the tags say {film.side}, two knees are shown: sides taken from {source}",)


def _shows_side(knee: ClassifiedCandidate, settings: SideSettings) -> bool:
    return knee.side_probability(more_probable_side(knee)) >= settings.least_probability


def _by_anatomy(film: Radiograph, knee: ClassifiedCandidate, settings: SideSettings) -> Sides:
    shown = more_probable_side(knee)
    side, patients_right = (shown.other, "right") if film.stored_mirrored else (shown, "left")
    if _shows_side(knee, settings) and not knee.is_replaced:
        note = f"by the anatomy alone: {side} if the patient's right is on the viewer's {patients_right}"
        return Sides((side,), SideSource.ANATOMY, (f"side {note}",))
    found = (
        f"neither tags nor letters name one, and by its anatomy it is a {side} knee with a probability of "
        f"{beside(knee.side_probability(shown), settings.least_probability, 2)}, "
        f"{decimal(settings.least_probability)} expected"
    )
    if settings.required:
        raise SideUnknown(f"one knee was found and its side is unknown: {found}; give the side with --side")
    unknown = (Side.UNKNOWN,), SideSource.UNKNOWN
    if knee.is_replaced:
        return Sides(*unknown)
    _require_certain(knee)
    reading = "it is graded as either, and medial and lateral are not told apart; give the side with --side"
    return Sides(*unknown, (f"the side of the knee is unknown: {found}; {reading}",))


def _require_certain(knee: ClassifiedCandidate) -> None:
    """Raises NoKnee: what shows no side is often no knee; docs/choices.md#side-by-anatomy."""
    probability = knee.frontal_probability
    if probability < CERTAINLY_FRONTAL:
        raise NoKnee(
            "no knee joint was found with certainty: what was found shows no side, and is a frontal knee "
            f"with a probability of {beside(probability, CERTAINLY_FRONTAL, 2)}, "
            f"{decimal(CERTAINLY_FRONTAL)} expected; check that it is a frontal knee radiograph that shows "
            "the joint, and give the side with --side"
        )
