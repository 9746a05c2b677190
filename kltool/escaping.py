"""Text of others as a terminal, a log and a page show it: what would act on them, or hide, is escaped.

Names of files, tags, visits and messages may hold control characters, which move the cursor or change the
window, marks that turn the direction of writing, characters that nobody sees, and floods of marks that cover
the lines around them. They are shown as Python writes them: \\x1b, \\u202e. docs/choices-intake.md#escaping
"""

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Final, TextIO

# control, format and surrogate characters, separators of lines and paragraphs
_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MARKS: Final = frozenset({"Mn", "Me"})  # that stand above, below or on the character before them
MOST_MARKS: Final = 8  # on one character; docs/choices-intake.md#escaping
# Default_Ignorable_Code_Point beside those: joiners, fillers, selectors of variants
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def escaped(text: str) -> str:
    """The text without any such character but line feeds, which kltool's own text has."""
    return "\n".join(map(on_one_line, text.split("\n")))


def on_one_line(text: str) -> str:
    """The text without any such character, line feeds included."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(text))


def say(text: str, to: TextIO | None = None) -> None:
    """Print one line at once. to: standard output where not given."""
    print(on_one_line(text), file=to or sys.stdout, flush=True)


def complain(text: str) -> None:
    """Print one line on the standard error at once."""
    say(text, sys.stderr)


def say_json(record: object) -> None:
    """Print one line of JSON at once, whose own escapes leave DEL alone as it stands."""
    say(json.dumps(record).replace("\x7f", r"\u007f"))


def _shown(text: str) -> Iterator[str]:
    marks = 0  # in a row
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        yield _escape(character) if _is_hidden(character) or marks > MOST_MARKS else character


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _CATEGORIES or _INVISIBLE.match(character) is not None


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
