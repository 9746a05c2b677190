"""Text that a spreadsheet would take for a formula, written as text in a CSV, and read back as it was.

The prefix, an apostrophe, stands before text that begins like a formula, and within text where a spreadsheet
that splits cells at semicolons, tabs or lines would see such a beginning. A number is no formula. Text
that has the prefix already gets another one, so that removing one gives back every text as it was. Source:
docs/choices-intake.md#formulas
"""

import re
from typing import Final

PREFIX: Final = "'"
LONGEST: Final = 32_767  # characters of a cell of Excel, in units of UTF-16; docs/choices-intake.md#formulas
CUT: Final = "…"  # at the end of text that was longer

_SPLIT: Final = r"[;\t\r\n]"  # where a spreadsheet may split a cell, whatever its quotation marks
_NUMBER: Final = rf"[ ]*[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?[ ]*(?:\Z|{_SPLIT})"
_FORMULA: Final = rf"(?!{_NUMBER})[\s']*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]"
_BLANK: Final = r"[ ']*[\t\r\n]"


def _beginnings(prefix: str) -> re.Pattern[str]:
    """The places, with this prefix, from which a spreadsheet would read a formula."""
    return re.compile(rf"\A{prefix}(?={_BLANK}|{_FORMULA})|(?<={_SPLIT}){prefix}(?={_FORMULA})")


_WITHOUT_PREFIX: Final = _beginnings("")
_WITH_PREFIX: Final = _beginnings(PREFIX)


def as_cell(text: str) -> str:
    """The text as a CSV has it: no formula, and no longer than LONGEST; cut text ends in CUT.

    Its lines end in a line feed: Python's csv does not quote a carriage return, which ends a row.
    """
    return shortened(_WITHOUT_PREFIX.sub(PREFIX, with_line_feeds(text)))


def with_line_feeds(text: str) -> str:
    """The text with a line feed at the end of each line, whatever was there."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def of_cell(cell: str) -> str:
    """The text of which a CSV has this cell."""
    return _WITH_PREFIX.sub("", cell) if PREFIX in cell else cell


def shortened(text: str) -> str:
    """The text in LONGEST units at most."""
    if 2 * len(text) <= LONGEST:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    return units[: 2 * (LONGEST - len(CUT))].decode("utf-16-le", "ignore") + CUT
