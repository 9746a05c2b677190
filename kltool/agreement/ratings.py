"""The nouns that go in: what several raters found in the same knees, knee beside knee."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kltool.typing import Float64, Indices

Mask = npt.NDArray[np.bool_]
KL, EXPECTED, PROBABILITIES = "kl", "kl_expected", "kl_p"


@dataclass(frozen=True, slots=True)
class Column:
    """One value of each of n knees, where there is one.

    values: (n,), or (n, 5) for probabilities; of no meaning where not known. known: (n,).
    """

    values: Float64
    known: Mask

    def of(self, rows: Indices) -> "Column":
        """The same for these rows, (m,); a row of -1 has no value."""
        there = rows >= 0
        return Column(self.values[rows], self.known[rows] & there)


@dataclass(frozen=True, slots=True)
class Rater:
    """Who rated, and what: columns by name.

    "kl": grades 0 to 4. "kl_expected": 0 to 4. "kl_p": (n, 5), each row sums to 1. "medial_mjsw_mm" and so
    on: widths, mm. "medial_mjsw_sd_mm": the standard deviation that is stated of such a width, mm.
    """

    name: str
    columns: Mapping[str, Column]

    @property
    def widths(self) -> tuple[str, ...]:
        """The names of the columns of widths, without those of their deviations."""
        return tuple(name for name in self.columns if name.endswith("_mm") and not is_stated_error(name))

    def has(self, column: str) -> bool:
        return column in self.columns and bool(self.columns[column].known.any())


def known_by(raters: Sequence[Rater], measure: str) -> Mask:
    """Which knees all of these raters have a value of, (n,)."""
    return np.asarray(np.all([rater.columns[measure].known for rater in raters], axis=0))


def share(raters: Sequence[Rater], measure: str) -> bool:
    """Whether there is a knee that all of these raters have a value of."""
    return all(measure in rater.columns for rater in raters) and bool(known_by(raters, measure).any())


def stated_error_of(width: str) -> str:
    """The column of the errors that readings state of a width: medial_mjsw_mm, medial_mjsw_sd_mm."""
    return f"{width.removesuffix('_mm')}_sd_mm"


def is_stated_error(column: str) -> bool:
    return column.endswith("_sd_mm")


@dataclass(frozen=True, slots=True)
class Source:
    """One table that was read. file: its name without folders. rows: how many, without the headings."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many rows, or knees, of a rater are not among the ratings, and why."""

    rater: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """n knees that at least two raters have, in the same order in every column.

    people: (n,), the participant of each knee, 0 to participants - 1. unnamed: how many knees state no
    participant; each of them is taken as a person of its own. reference: the name of the rater whom the
    others are held against. keys: the columns by which rows were matched. repeated: whether the raters are
    the first, second, ... reading of the same knees by one reader.
    """

    raters: tuple[Rater, ...]
    reference: str
    people: Indices
    unnamed: int
    keys: tuple[str, ...]
    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]
    repeated: bool

    @property
    def knees(self) -> int:
        return len(self.people)

    @property
    def participants(self) -> int:
        return int(self.people.max()) + 1
