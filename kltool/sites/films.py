"""Matched ratings to the films of a site: kltool's probabilities beside the grades of the site's reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from kltool.agreement.agree import grade_agreement
from kltool.agreement.bootstrap import Resampling
from kltool.agreement.raters import GIVEN_NAME
from kltool.agreement.ratings import PROBABILITIES, Rater, Ratings, have_common_knees
from kltool.agreement.results import Estimate
from kltool.errors import UsageError
from kltool.sites.cross_fit import SiteFilms
from kltool.tables.columns import KL
from kltool.typing import Float64, Indices, Mask

MEAN: Final = "mean"  # of the readers, the choice where none is named
THE_READER: Final = "the reader"
FEWEST_FILMS: Final = 20  # docs/choices.md#site-films


@dataclass(frozen=True, slots=True)
class ReaderPair:
    """Two readers of the same films. kappa: quadratic weighted. differing: films on which they differ."""

    first: str
    second: str
    kappa: Estimate
    differing: int


@dataclass(frozen=True, slots=True)
class GradedFilms:
    """The films of a site. readers: whose grades they are. chosen: in words. pairs: of all readers."""

    films: SiteFilms
    readers: tuple[str, ...]
    chosen: str
    pairs: tuple[ReaderPair, ...]


def graded_films(ratings: Ratings, reader: str, resampling: Resampling) -> GradedFilms:
    """The films that kltool and the site's reader graded.

    reader: the name of one, or MEAN: the mean of all who graded a film, halves to the even grade, so that
    they are raised as often as lowered. Raises UsageError where kltool, or the reader, is not in the ratings,
    or they have too few films in common.
    """
    machine, readers = _machine(ratings), _readers(ratings)
    chosen = readers if reader == MEAN else [one for one in readers if one.name == reader]
    if not chosen:
        listed = ", ".join(one.name for one in readers)
        raise UsageError(f"--reader {reader!r} found; one of {MEAN}, {listed} expected")
    grades, known = _mean_grades(chosen)
    both = np.flatnonzero(known & machine.columns[PROBABILITIES].known)
    require_enough(len(both))
    people = len(np.unique(ratings.participant_ids[both]))
    if people < FEWEST_FILMS:
        raise UsageError(
            f"{len(both)} films of {people} participants found, at least {FEWEST_FILMS} participants "
            "expected: the films of one person resemble each other, and fewer persons give no 95% interval; "
            "have films of more persons graded"
        )
    films = _in_order(
        machine.columns[PROBABILITIES].values[both],
        grades[both].astype(np.intp),
        ratings.participant_ids[both],
    )
    names = tuple(one.name for one in chosen)
    pairs = tuple(_pair(pair, ratings, resampling) for pair in combinations(readers, 2) if _common(pair))
    return GradedFilms(films, names, _in_words(names), pairs)


def require_enough(films: int) -> None:
    """films: that kltool read and a reader graded. Raises UsageError where they are too few."""
    if films < FEWEST_FILMS:
        raise UsageError(
            f"films that kltool read and the reader graded: {films} found, at least {FEWEST_FILMS} expected, "
            "since fewer give no 95% interval; have more films graded"
        )


def _in_order(probabilities: Float64, grades: Indices, participants: Indices) -> SiteFilms:
    """The films in an order, and with numbers of the participants, that no order of the rows changes.

    probabilities: (n, 5). grades, participants: (n,).
    """
    order = np.lexsort((participants, *probabilities.T, grades))
    _, first, which = np.unique(participants[order], return_index=True, return_inverse=True)
    return SiteFilms(probabilities[order], grades[order], np.argsort(np.argsort(first))[which])


def _machine(ratings: Ratings) -> Rater:
    found = [rater for rater in ratings.raters if rater.has(PROBABILITIES)]
    if len(found) != 1:
        raise UsageError(
            f"{len(found)} tables with the probabilities of kltool (columns kl_p0 to kl_p4) found, one "
            "expected: give the table of a batch, and the readers' tables"
        )
    return found[0]


def _readers(ratings: Ratings) -> list[Rater]:
    found = [rater for rater in ratings.raters if rater.has(KL) and not rater.has(PROBABILITIES)]
    if not found:
        raise UsageError(
            "no reader's grades found; a table with the column kl expected, or the table of a batch whose "
            "manifest had kl (column given_kl)"
        )
    return found


def _mean_grades(readers: Sequence[Rater]) -> tuple[Float64, Mask]:
    """(n,) mean grades, halves to the even one, and where any reader has one."""
    known = np.stack([one.columns[KL].known for one in readers])
    values = np.where(known, np.stack([one.columns[KL].values for one in readers]), 0.0)
    means = values.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.rint(means), np.asarray(known.any(axis=0))


def _common(pair: Sequence[Rater]) -> bool:
    return have_common_knees(pair, KL)


def _pair(pair: tuple[Rater, Rater], ratings: Ratings, resampling: Resampling) -> ReaderPair:
    found = grade_agreement(pair, ratings, resampling)
    kappa = next(one for one in found.estimates if one.name == "kappa_quadratic")
    differing = int((found.grades.rater != found.grades.reference).sum())
    return ReaderPair(pair[0].name, pair[1].name, kappa, differing)


def _in_words(names: Sequence[str]) -> str:
    """The one whose grades stand in the column given_kl has no name."""
    if tuple(names) == (GIVEN_NAME,):
        return THE_READER
    return names[0] if len(names) == 1 else f"the mean of {' and '.join(names)}"
