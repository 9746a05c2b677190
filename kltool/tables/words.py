"""Single cells as people and programs write them: absence, numbers, sides; and text in one Unicode form."""

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite
from typing import Final

from kltool.values.radiograph import Side

# by spreadsheets, R, Python and SAS (".", ".A" to ".Z"); docs/choices-intake.md#cells-of-tables
ABSENT: Final = re.compile(r"|na|n/a|#n/a|nan|null|\.[a-z_]?", re.IGNORECASE)
DECIMAL_COMMA: Final = re.compile(r"[+-]?\d+,\d+")
WHOLE: Final = re.compile(r"(\d+)[.,]0+")
SIDES: Final[Mapping[str, Side]] = {
    **dict.fromkeys(("right", "r", "rt", "1"), Side.RIGHT),  # 1 and 2 as in the Osteoarthritis Initiative
    **dict.fromkeys(("left", "l", "lt", "2"), Side.LEFT),
}
NO_SIDE: Final = "unknown"  # as tables of readings have it
SIDE_WORDS: Final = "right, left, R or L, or 1 (right) or 2 (left)"


def plain_text(cell: str) -> str:
    """Without surrounding spaces and in Unicode's composed form (NFC): equal words are equal strings."""
    return unicodedata.normalize("NFC", cell).strip()


def word(cell: str) -> str:
    """The cell without surrounding spaces; empty where it says that there is no value."""
    text = cell.strip()
    return "" if ABSENT.fullmatch(text) else text


def number(cell: str) -> float | None:
    """A finite number, written with a decimal point or a decimal comma; None for other text."""
    text = cell.strip()
    try:
        value = float(text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def whole(cell: str) -> str:
    """Whole numbers without decimals, which spreadsheets add: "1.0" is "1"."""
    found = WHOLE.fullmatch(cell)
    return found.group(1) if found else cell


def is_no_side(cell: str) -> bool:
    """Whether a cell says that the side is unknown."""
    return cell.strip().lower() == NO_SIDE


def side(cell: str) -> Side | None:
    """None for text that is no side."""
    return SIDES.get(whole(cell.strip()).lower())
