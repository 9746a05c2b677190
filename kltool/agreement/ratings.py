"""Data classes of the input: the ratings of the same knees by several raters, in the same order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kltool.tables.columns import KL_EXPECTED, KL_PROBABILITY, is_sd
from kltool.typing import Float64, Indices, Mask
from kltool.values.by_value import ByValue

EXPECTED, PROBABILITIES = KL_EXPECTED, KL_PROBABILITY


@dataclass(frozen=True, slots=True, eq=False)
class Column(ByValue):
    """One value of each of n knees, or none.

    values: (n,), or (n, 5) for probabilities; meaningless where not known. known: (n,).
    """

    values: Float64 = field(repr=False)
    known: Mask = field(repr=False)

    def take(self, rows: Indices) -> "Column":
        """The values of these rows, (m,); row -1 has no value."""
        there = rows >= 0
        return Column(self.values[rows], self.known[rows] & there)


@dataclass(frozen=True, slots=True, eq=False)
class Rater(ByValue):
    """A rater and the values that it gives, as columns by name.

    "kl": grades 0 to 4. "kl_expected": 0 to 4. "kl_p": (n, 5), each row sums to 1. "medial_mjsw_mm" and so
    on: widths, mm. "medial_mjsw_sd_mm": the stated standard deviation of the error of such a width, mm.
    """

    name: str
    columns: Mapping[str, Column]

    @property
    def widths(self) -> tuple[str, ...]:
        """The names of the columns of widths, without those of their standard deviations."""
        return tuple(name for name in self.columns if name.endswith("_mm") and not is_sd(name))

    def has(self, column: str) -> bool:
        return column in self.columns and bool(self.columns[column].known.any())


def known_by(raters: Sequence[Rater], measure: str) -> Mask:
    """The knees for which all of these raters have a value, (n,)."""
    return np.asarray(np.all([rater.columns[measure].known for rater in raters], axis=0))


def have_common_knees(raters: Sequence[Rater], measure: str) -> bool:
    """Whether there is a knee for which all of these raters have a value."""
    return all(measure in rater.columns for rater in raters) and bool(known_by(raters, measure).any())


@dataclass(frozen=True, slots=True)
class Source:
    """One table that was read. file: its name without folders. rows: their number, without the heading."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The number of rows, or knees, of a rater that are not in the ratings, and why."""

    rater: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Join:
    """Knees of two tables, whatever their readers.

    Attributes
    ----------
    first, second : str
        The names of the files.
    joined : int
        Knees that have a row in both.
    only_first, only_second : int
        Knees that have a row in one of them alone.
    """

    first: str
    second: str
    joined: int
    only_first: int
    only_second: int


@dataclass(frozen=True, slots=True, eq=False)
class Ratings(ByValue):
    """n knees that at least two raters have, in the same order in every column.

    Attributes
    ----------
    raters : tuple of Rater
        The raters and their values.
    reference : str
        The name of the rater with whom the others are compared.
    participant_ids : numpy.ndarray
        (n,) int, the participant of each knee, 0 to participants - 1.
    knees_without_participant : int
        Knees without a stated participant, each of which counts as a participant.
    keys : tuple of str
        The columns by which rows were matched.
    sources : tuple of Source
        The tables, with their hashes.
    exclusions : tuple of Exclusion
        What is not in the ratings, and why.
    repeated : bool
        Whether the raters are the first, second, ... reading of the same knees by one reader.
    joins : tuple of Join
        Of several tables, how many knees of the first were found in each of the others.
    """

    raters: tuple[Rater, ...]
    reference: str
    participant_ids: Indices = field(repr=False)
    knees_without_participant: int
    keys: tuple[str, ...]
    sources: tuple[Source, ...]
    exclusions: tuple[Exclusion, ...]
    repeated: bool
    joins: tuple[Join, ...] = ()

    @property
    def knees(self) -> int:
        """Their number."""
        return len(self.participant_ids)

    @property
    def participants(self) -> int:
        """Their number."""
        return int(self.participant_ids.max()) + 1
