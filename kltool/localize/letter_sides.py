"""What the letters of a film say of the sides of its knees. docs/choices.md#side-by-letters"""

from collections.abc import Sequence
from typing import Final

from kltool.values.letter import Letter
from kltool.values.radiograph import Side, SideSource

CERTAIN: Final = 0.9  # least probability of a letter that names a side; docs/choices.md#side-by-letters
BETWEEN: Final = 0.15  # of the distance of two knees: a letter so near the middle is no knee's
ORDER: Final = (Side.RIGHT, Side.LEFT)  # of two knees: the patient's right is on the viewer's left

LettersOfKnees = tuple[tuple[Letter, ...], ...]


def letters_of_knees(letters: Sequence[Letter], columns: Sequence[float]) -> LettersOfKnees:
    """The certain letters of each knee: all of them of one knee, of two those on its half of the film.

    columns: of the centres of one or two knees, from left to right.
    """
    certain = tuple(letter for letter in letters if letter.probability >= CERTAIN)
    if len(columns) == 1:
        return (certain,)
    left, right = columns
    middle, free = (left + right) / 2, BETWEEN * (right - left)
    return (
        tuple(letter for letter in certain if letter.centre[1] < middle - free),
        tuple(letter for letter in certain if letter.centre[1] > middle + free),
    )


def side_of_letters(letters: Sequence[Letter]) -> Side | None:
    """The side that all of them name, or None."""
    sides = {letter.side for letter in letters}
    return sides.pop() if len(sides) == 1 else None


def pair_is_reversed(letters: LettersOfKnees) -> bool:
    """Whether the letters of two knees say that the patient's right is on the viewer's right.

    Those of both knees say so; or those of one do, the other has none, and they are mirrored, as the film
    then is. One letter alone that is as usual does not outrank the order.
    """
    sides = [side_of_letters(of_knee) for of_knee in letters]
    if any(side is usual for side, usual in zip(sides, ORDER, strict=True)):
        return False
    if all(sides):
        return True
    alone = [letter for of_knee in letters for letter in of_knee]
    return any(sides) and not all(letters) and all(letter.mirrored for letter in alone)


def sides_by_letters(given: Side | None, letters: LettersOfKnees) -> tuple[Side, ...]:
    """The sides of a film's knees where letters decide them, otherwise none.

    given: by the user or the tags, before which a letter does not count.
    """
    if len(letters) > 1:
        return ORDER[::-1] if pair_is_reversed(letters) else ()
    side = side_of_letters(letters[0])
    return (side,) if side and given is None else ()


def side_note(letters: LettersOfKnees) -> str:
    """By which letters the sides are."""
    return f"side by {_named([letter for of_knee in letters for letter in of_knee])}"


def agreement_notes(letters: LettersOfKnees, sides: Sequence[Side], source: SideSource) -> tuple[str, ...]:
    """That letters name the sides that another source states; contradictions are warnings of the knee."""
    agreeing = [
        letter
        for of_knee, side in zip(letters, sides, strict=True)
        for letter in of_knee
        if side_of_letters(of_knee) is side
    ]
    return (f"the side by {source} is that of {_named(agreeing)}",) if agreeing else ()


def contradiction_notes(letters: LettersOfKnees) -> tuple[str, ...]:
    """Letters beside one knee that name both sides, and so none."""
    return tuple(
        f"{_named(of_knee)} contradict each other: none of them names the side"
        for of_knee in letters
        if len({letter.side for letter in of_knee}) > 1
    )


def between_notes(letters: Sequence[Letter], of_knees: LettersOfKnees) -> tuple[str, ...]:
    """Letters that are certain enough and stand between two knees, so that they name none."""
    named = {letter for of_knee in of_knees for letter in of_knee}
    unnamed = [one for one in letters if one.probability >= CERTAIN and one not in named]
    return (f"{_named(unnamed)} between both knees names none",) if unnamed else ()


def _named(letters: Sequence[Letter]) -> str:
    return " and ".join(dict.fromkeys(map(str, letters)))
