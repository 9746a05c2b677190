"""What every message promises, whatever its words."""

import re

from kltool.values.length import NotMeasured


def guides(message: str) -> bool:
    """It says what was found, what was expected and, after a semicolon, what to do."""
    return bool(re.search(r"\bfound\b.*\bexpected\b.*; \w", message, re.DOTALL))


def holds(message: str, *facts: str) -> bool:
    """Every fact is in it, on whatever line, in capitals or not."""
    words = " ".join(message.split()).lower()
    return all(fact.lower() in words for fact in facts)


def absent(number: object, *facts: str) -> bool:
    """It was not measured, for a reason that holds these facts."""
    return isinstance(number, NotMeasured) and holds(number.reason, *facts)
