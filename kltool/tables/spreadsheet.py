"""Text that a spreadsheet would take for a formula, written as text in a CSV, and read back as it was.

The prefix, an apostrophe, stands before text that begins like a formula, and within text where a spreadsheet
that splits cells at semicolons, tabs or lines would see such a beginning. A number is no formula. Text
that has the prefix already gets another one, so that removing one gives back every text as it was. Source:
docs/choices-intake.md#formulas
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

PREFIX: Final = "'"
LONGEST: Final = 32_767  # characters of a cell of Excel, in units of UTF-16; docs/choices-intake.md#formulas
CUT: Final = "…"  # at the end of text that was longer

_SPLITS: Final = ";\t\r\n"  # where a spreadsheet may split a cell, whatever its quotation marks
_NUMBER: Final = re.compile(
    rf"[ ]*[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?[ ]*(?:\Z|[{_SPLITS}])"
)
_SIGN: Final = re.compile(r"(?<![\s'])[\s']*+[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]")  # with all that may lead to it
_BLANK: Final = re.compile(r"[ ']*+[\t\r\n]")


def as_cell(text: str) -> str:
    """The text as a CSV has it: no formula, and no longer than LONGEST; cut text ends in CUT.

    Its lines end in a line feed: Python's csv does not quote a carriage return, which ends a row.
    """
    text = shortened(with_line_feeds(text))
    return shortened(PREFIX.join(_parts(text, _beginnings(text, ""))))


def with_line_feeds(text: str) -> str:
    """The text with a line feed at the end of each line, whatever was there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def of_cell(cell: str) -> str:
    """The text of which a CSV has this cell."""
    if PREFIX not in cell:
        return cell
    first, *others = _parts(cell, _beginnings(cell, PREFIX))
    return "".join([first, *(part.removeprefix(PREFIX) for part in others)])


def shortened(text: str) -> str:
    """The text in LONGEST units at most."""
    if 2 * len(text) <= LONGEST:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _beginnings(text: str, prefix: str) -> Iterator[int]:
    """The places, in order, at which a spreadsheet would read a formula behind this prefix.

    Each character is looked at a few times at most, however long the blanks before a sign are.
    """
    is_blank = text.startswith(prefix) and _BLANK.match(text, len(prefix)) is not None
    if is_blank:
        yield 0
    for sign in _SIGN.finditer(text):
        for place in range(max(sign.start(), is_blank), sign.end() - len(prefix)):
            if (
                _is_first(text, place)
                and text.startswith(prefix, place)
                and not _NUMBER.match(text, place + len(prefix))
            ):
                yield place


def _is_first(text: str, place: int) -> bool:
    """Whether a cell begins there, or may be split there."""
    return place == 0 or text[place - 1] in _SPLITS


def _parts(text: str, places: Iterable[int]) -> Iterator[str]:
    """The text, cut before each of the places."""
    start = 0
    for place in places:
        yield text[start:place]
        start = place
    yield text[start:]
