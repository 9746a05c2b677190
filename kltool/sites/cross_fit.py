"""Each knee graded by a calibration that was fitted on other participants' knees."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from kltool.grading.interval import intervals
from kltool.grading.prediction_set import median_grades, prediction_sets
from kltool.grading.severity import cumulative_logits, reader_probabilities
from kltool.sites.conformal import (
    INTERVAL_COVERAGE,
    SET_COVERAGE,
    conformal_quantile,
    interval_scores,
    set_scores,
)
from kltool.sites.fit import POOLING, Pooling, ReaderLaw, fitted
from kltool.typing import Float64, Indices, Mask

FOLDS: Final = 10  # docs/choices.md#cross-fitting


@dataclass(frozen=True, slots=True)
class SiteFilms:
    """n knees that kltool and a reader of the site graded.

    probabilities: (n, 5), as shipped. grades: (n,) int, by the reader. participants: (n,) int.
    """

    probabilities: Float64
    grades: Indices
    participants: Indices

    def __len__(self) -> int:
        return len(self.grades)

    def take(self, chosen: Indices | Mask) -> "SiteFilms":
        return SiteFilms(self.probabilities[chosen], self.grades[chosen], self.participants[chosen])


@dataclass(frozen=True, slots=True)
class Law:
    """All that is fitted. reader: its cut points. thresholds: (5,), of sets. reach: of intervals."""

    reader: ReaderLaw
    thresholds: tuple[float, float, float, float, float]
    reach: float

    def applied(self, shipped: Float64) -> "CalibratedKnees":
        """shipped: (n, 5) probabilities."""
        found = probabilities_by(self.reader, shipped)
        sets = prediction_sets(found, np.array(self.thresholds))
        return CalibratedKnees(found, sets, intervals(found, self.reach))


@dataclass(frozen=True, slots=True)
class CalibratedKnees:
    """probabilities: (n, 5). sets: (n, 5), which grades are in them. intervals: (n, 2), of the grade."""

    probabilities: Float64
    sets: Mask
    intervals: Float64

    @property
    def medians(self) -> Indices:
        """(n,): the grades."""
        return median_grades(self.probabilities)

    def covered(self, grades: Indices) -> Mask:
        """(n,): whether the set contains the reader's grade."""
        return np.asarray(self.sets[np.arange(len(grades)), grades])

    def within(self, grades: Indices) -> Mask:
        """(n,): whether the interval contains it."""
        low, high = self.intervals.T
        return np.asarray((low <= grades) & (grades <= high))


def probabilities_by(reader: ReaderLaw, shipped: Float64) -> Float64:
    """(n, 5) as the reader grades, from the shipped ones, (n, 5)."""
    return reader_probabilities(cumulative_logits(shipped), reader.cut_points, reader.scale)


def fitted_law(
    films: SiteFilms, shipped_thresholds: Float64, pooling: Pooling = POOLING, seed: int = 1
) -> Law:
    """The reader's law by all films; sets and intervals by cross-fitted probabilities.

    shipped_thresholds: (5,), of the grader's prediction sets.
    """
    reader = _reader_of(films, pooling)
    unseen = cross_fitted(films, pooling, seed)
    people = films.participants
    factor = conformal_quantile(set_scores(unseen, shipped_thresholds, films.grades), people, SET_COVERAGE)
    t0, t1, t2, t3, t4 = (shipped_thresholds / factor).tolist()
    reach = conformal_quantile(interval_scores(unseen, films.grades), people, INTERVAL_COVERAGE)
    return Law(reader, (t0, t1, t2, t3, t4), reach)


def cross_fitted(
    films: SiteFilms, pooling: Pooling = POOLING, seed: int = 1, most: int | None = None
) -> Float64:
    """(n, 5): each knee's probabilities by a reader's law fitted on others', or on so many of them."""
    found = np.zeros(films.probabilities.shape)
    random = np.random.default_rng((seed, 1))
    for others, fold in folds(films.participants, seed):
        fitted_on = np.flatnonzero(others)
        if most is not None:
            fitted_on = random.permutation(fitted_on)[:most]
        reader = _reader_of(films.take(fitted_on), pooling)
        found[fold] = probabilities_by(reader, films.probabilities[fold])
    return found


def cross_calibrated(films: SiteFilms, shipped_thresholds: Float64, seed: int = 1) -> CalibratedKnees:
    """Each knee by a whole law, sets and intervals included, fitted on other participants' knees."""
    shape = films.probabilities.shape
    found = CalibratedKnees(np.zeros(shape), np.zeros(shape, np.bool_), np.zeros((len(films), 2)))
    for others, fold in folds(films.participants, seed):
        law = fitted_law(films.take(others), shipped_thresholds, seed=seed + 1)
        of_fold = law.applied(films.probabilities[fold])
        found.probabilities[fold] = of_fold.probabilities
        found.sets[fold] = of_fold.sets
        found.intervals[fold] = of_fold.intervals
    return found


def folds(participants: Indices, seed: int) -> Iterator[tuple[Mask, Mask]]:
    """(others, fold) masks; all knees of a participant are in one fold."""
    names, which = np.unique(participants, return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    for fold in range(min(FOLDS, len(names))):
        yield fold_of[which] != fold, fold_of[which] == fold


def _reader_of(films: SiteFilms, pooling: Pooling) -> ReaderLaw:
    return fitted(cumulative_logits(films.probabilities), films.grades, pooling)
