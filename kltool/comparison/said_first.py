"""What is said of two films before anything else: that they are one, or that their dates run backwards."""

from typing import Final

ONE_FILM: Final = "both files are one film"
BACKWARDS: Final = "by its study date, the second film is the earlier one"


def with_opening(sentence: str, same_film: bool, backwards: bool) -> str:
    """The sentence, after one for each of what is said first."""
    openings = [text for text, holds in ((ONE_FILM, same_film), (BACKWARDS, backwards)) if holds]
    return " ".join((*(f"{text[0].upper()}{text[1:]}." for text in openings), sentence))
