"""Side of the body by the header; never by the name of a file.

The image's own tag, the series' tag and the words of its descriptions are evidence of equal weight. Where
they agree the side is known; where they contradict each other it is unknown, and a note names them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kltool.intake.content import Laterality
from kltool.intake.dicom import vocabulary
from kltool.intake.dicom.header import Header
from kltool.intake.dicom.vocabulary import words_in
from kltool.values.radiograph import Side, SideSource

STORED_MIRRORED = "stored mirrored by PatientOrientation: the patient's right is on the viewer's right"
STORED_UPSIDE_DOWN = "stored upside down by PatientOrientation"

_LETTERS: Final[dict[str, Side | None]] = {
    "L": Side.LEFT,
    "R": Side.RIGHT,
    "LEFT": Side.LEFT,
    "RIGHT": Side.RIGHT,
    "B": None,
    "L\\R": None,
    "R\\L": None,
}


@dataclass(frozen=True, slots=True)
class LateralityEvidence:
    """The side that one tag states, or both (None)."""

    tag: str
    side: Side | None

    def __str__(self) -> str:
        return f"{self.tag} = {self.side.value if self.side else 'both'}"


def laterality_of(header: Header) -> Laterality:
    evidence = tuple(_evidence(header))
    mirrored, upside_down = _orientation(header)
    orientation = (STORED_MIRRORED,) * mirrored + (STORED_UPSIDE_DOWN,) * upside_down
    sides = {one.side for one in evidence}
    if len(sides) > 1:
        conflict = "side unknown, the tags contradict each other: " + ", ".join(map(str, evidence))
        return _unknown((conflict, *orientation), stored_mirrored=mirrored)
    if sides == {None}:
        return _unknown((f"both knees by the tags: {evidence[0]}", *orientation), mirrored, both=True)
    if not sides:
        return _unknown(orientation, mirrored)
    return Laterality(sides.pop(), SideSource.TAG, orientation, stored_mirrored=mirrored)


def _unknown(notes: tuple[str, ...], stored_mirrored: bool, both: bool = False) -> Laterality:
    return Laterality(None, SideSource.UNKNOWN, notes, both, stored_mirrored)


def _evidence(header: Header) -> Iterator[LateralityEvidence]:
    """A study of both knees holds films of one: its 'both' counts only where nothing nearer states a side.

    docs/choices-intake.md#side
    """
    of_film = tuple(_film_evidence(header))
    yield from of_film
    for side in _sides_in(header.descriptions.study):
        if side is not None or not of_film:
            yield LateralityEvidence("StudyDescription", side)


def _film_evidence(header: Header) -> Iterator[LateralityEvidence]:
    letters = {"ImageLaterality": header.anatomy.image_laterality, "Laterality": header.anatomy.laterality}
    for tag, letter in letters.items():
        if letter.upper() in _LETTERS:
            yield LateralityEvidence(tag, _LETTERS[letter.upper()])
    texts = {
        "BodyPartExamined": header.anatomy.body_part,
        "ViewPosition": header.view.position,
        "SeriesDescription": header.descriptions.series,
        "ProtocolName": header.descriptions.protocol,
    }
    for tag, text in texts.items():
        for side in _sides_in(text):
            yield LateralityEvidence(tag, side)


def _sides_in(text: str) -> tuple[Side | None, ...]:
    """(side,) or (None,) for both, or nothing."""
    found = set(words_in(text))
    left = found & vocabulary.LEFT_WORDS or _next_to_knee(found, vocabulary.LEFT_NEXT_TO)
    right = found & vocabulary.RIGHT_WORDS or _next_to_knee(found, vocabulary.RIGHT_NEXT_TO)
    if found & vocabulary.BOTH_WORDS or (left and right):
        return (None,)
    if left:
        return (Side.LEFT,)
    return (Side.RIGHT,) if right else ()


def _next_to_knee(found: set[str], abbreviations: dict[str, str]) -> bool:
    return any(
        short in found and any(word.startswith(knee) for word in found)
        for short, knee in abbreviations.items()
    )


def _orientation(header: Header) -> tuple[bool, bool]:
    """(mirrored, upside down): a frontal film has rows towards the patient's left, columns towards the feet.

    Source: DICOM PS3.3 C.7.6.1.1.1. Pixels are left as they are stored.
    """
    if len(header.view.orientation) != 2:
        return False, False
    along_row, along_column = header.view.orientation
    return along_row.startswith("R"), along_column.startswith("H")
