"""Signs that the visits of a subject have each other's dates: told before anything else, never corrected."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from kltool.values.timeline import Visit

NUMBER: Final = re.compile(r"\d+")


def contradictions(visits: Sequence[Visit]) -> tuple[str, ...]:
    """What contradicts the order of the dates: numbered names of visits, and the dates of the films.

    visits: of one subject, in any order. Examples: V1 dated before V0; two films dated by the user in the
    reverse of their own order.
    """
    ordered = sorted(visits, key=lambda visit: visit.day)
    return tuple(text for earlier, later in pairwise(ordered) for text in _contradictions(earlier, later))


def _contradictions(earlier: Visit, later: Visit) -> Iterator[str]:
    if earlier.day == later.day:
        return
    both = f"visit {later.name} ({later.day}) comes after visit {earlier.name} ({earlier.day})"
    if _is_numbered_before(later.name, earlier.name):
        yield f"dates run backwards: by their dates, {both}"
    films = earlier.reading.film.study_date, later.reading.film.study_date
    if films[0] is not None and films[1] is not None and films[0] > films[1]:
        yield f"dates run backwards: as stated, {both}, but the films are of {films[1]} and {films[0]}"


def _is_numbered_before(one: str, other: str) -> bool:
    """Whether two names are alike but for their numbers, as V0 and V1, and the first has the lower ones."""
    if NUMBER.sub("#", one).casefold() != NUMBER.sub("#", other).casefold():
        return False
    numbers = [[int(number) for number in NUMBER.findall(name)] for name in (one, other)]
    return numbers[0] < numbers[1]
