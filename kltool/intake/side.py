"""Side of the body from the tags; never from the name of a file.

The image's own tag, the series' tag and the words of its descriptions are witnesses. Where they agree the
side is known; where they do not it is not, and a note says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kltool.intake import words
from kltool.intake.tags import text_of, texts_of, words_in
from kltool.values.radiograph import Side, SideSource

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# docs/choices-intake.md#side
LATERALITY_TAGS = ("ImageLaterality", "Laterality")
FILM_TEXTS = ("BodyPartExamined", "ViewPosition", "SeriesDescription", "ProtocolName")
STUDY_TEXT = "StudyDescription"

BOTH_KNEES = "both knees by the tags"
STORED_MIRRORED = "stored mirrored by PatientOrientation: the patient's right is on the viewer's right"
STORED_UPSIDE_DOWN = "stored upside down by PatientOrientation"

_LETTERS = {"L": Side.LEFT, "R": Side.RIGHT, "LEFT": Side.LEFT, "RIGHT": Side.RIGHT}


@dataclass(frozen=True, slots=True)
class SideFound:
    side: Side | None
    source: SideSource
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Witness:
    """What one tag says: a side, or both (None)."""

    tag: str
    side: Side | None

    @property
    def says(self) -> str:
        return f"{self.tag} says {self.side.value if self.side else 'both'}"


def side_of(dataset: "Dataset") -> SideFound:
    witnesses = tuple(_witnesses(dataset))
    said = {witness.side for witness in witnesses}
    orientation = _orientation_notes(dataset)
    if len(said) > 1:
        conflict = "side unknown, the tags contradict each other: " + ", ".join(w.says for w in witnesses)
        return SideFound(None, SideSource.UNKNOWN, (conflict, *orientation))
    side = next(iter(said), None)
    if side is None:
        both = (f"{BOTH_KNEES}: {witnesses[0].says}",) if witnesses else ()
        return SideFound(None, SideSource.UNKNOWN, (*both, *orientation))
    return SideFound(side, SideSource.TAG, orientation)


def override(found: SideFound, given: Side) -> SideFound:
    """The user's side in place of the tags', noting what they said."""
    notes = found.notes
    if found.side is not None and found.side is not given:
        notes = (*notes, f"side given by the user, {given.value}, in place of {found.side.value} by the tags")
    elif any(note.startswith(BOTH_KNEES) for note in notes):
        notes = (*notes, f"side given by the user, {given.value}, in place of both by the tags")
    return SideFound(given, SideSource.USER, notes)


def _witnesses(dataset: "Dataset") -> Iterator[Witness]:
    """A study of both knees holds films of one: its 'both' counts only where nothing nearer speaks."""
    nearer = 0
    for tag in LATERALITY_TAGS:
        letter = text_of(dataset, tag).upper()
        if letter in _LETTERS or letter == "B":
            nearer += 1
            yield Witness(tag, _LETTERS.get(letter))
    for tag in FILM_TEXTS:
        for side in _sides_in(text_of(dataset, tag)):
            nearer += 1
            yield Witness(tag, side)
    for side in _sides_in(text_of(dataset, STUDY_TEXT)):
        if side is not None or not nearer:
            yield Witness(STUDY_TEXT, side)


def _sides_in(text: str) -> tuple[Side | None, ...]:
    """(side,) or (None,) for both, or nothing."""
    found = set(words_in(text))
    left = found & words.LEFT_WORDS or _next_to_knee(found, words.LEFT_NEXT_TO)
    right = found & words.RIGHT_WORDS or _next_to_knee(found, words.RIGHT_NEXT_TO)
    if found & words.BOTH_WORDS or (left and right):
        return (None,)
    if left:
        return (Side.LEFT,)
    return (Side.RIGHT,) if right else ()


def _next_to_knee(found: set[str], abbreviations: dict[str, str]) -> bool:
    return any(
        short in found and any(word.startswith(knee) for word in found)
        for short, knee in abbreviations.items()
    )


def _orientation_notes(dataset: "Dataset") -> tuple[str, ...]:
    """A frontal film as it is hung has rows towards the patient's left and columns towards the feet.

    Source: DICOM PS3.3 C.7.6.1.1.1. Pixels are left as they are stored; the notes tell what is not so.
    """
    orientation = tuple(value.upper() for value in texts_of(dataset, "PatientOrientation"))
    if len(orientation) != 2:
        return ()
    along_row, along_column = orientation
    mirrored = (STORED_MIRRORED,) if along_row.startswith("R") else ()
    overturned = (STORED_UPSIDE_DOWN,) if along_column.startswith("H") else ()
    return mirrored + overturned
