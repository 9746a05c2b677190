"""Ratings to Agreement: the front page of this folder."""

from collections.abc import Mapping, Sequence

import numpy as np

from kltool.agreement import estimators as families
from kltool.agreement.bootstrap import Family, Resampling, Sample, intervals, once
from kltool.agreement.ratings import EXPECTED, KL, PROBABILITIES, Column, Rater, Ratings, known_by, share
from kltool.agreement.repositioning import repositioning
from kltool.agreement.results import (
    Agreement,
    Figure,
    GradeAgreement,
    PairedGrades,
    PairedWidths,
    WidthAgreement,
)
from kltool.typing import Float64, Mask
from kltool.values.length import NotMeasured

Pair = tuple[Rater, Rater]


def agree(ratings: Ratings, resampling: Resampling | None = None) -> Agreement:
    """Every rater against the reference, all of them together; of repeats, the error of repositioning."""
    draws = resampling or Resampling()
    pairs = pairs_of(ratings)
    return Agreement(
        ratings,
        draws,
        tuple(grade_agreement(pair, ratings, draws) for pair in pairs if share(pair, KL)),
        tuple(
            width_agreement(pair, width, ratings, draws)
            for pair in pairs
            for width in pair[0].widths
            if share(pair, width)
        ),
        together(ratings, draws) if len(ratings.raters) > 2 else {},
        _repositioning(ratings, draws),
    )


def pairs_of(ratings: Ratings) -> list[Pair]:
    """Judged and reference."""
    reference = next(rater for rater in ratings.raters if rater.name == ratings.reference)
    return [(rater, reference) for rater in ratings.raters if rater is not reference]


def grade_agreement(pair: Pair, ratings: Ratings, resampling: Resampling) -> GradeAgreement:
    """Grades of the knees that both graded, and what the probabilities of the judged one are worth."""
    judged, reference = pair
    both = known_by(pair, KL)
    found = judged.columns[KL].values.astype(np.intp), reference.columns[KL].values.astype(np.intp)
    said = judged.columns.get(PROBABILITIES, _nothing(ratings))
    sure = both & said.known
    grades = PairedGrades(found[0][both], found[1][both], said.values[sure], found[1][sure])
    figures = [
        *_of_grades(grades, Sample.of(ratings.people[both]), resampling),
        *_of_expected(pair, both, ratings, resampling),
        *_of_probabilities(judged.name, grades, Sample.of(ratings.people[sure]), resampling),
    ]
    return GradeAgreement(judged.name, reference.name, grades, tuple(figures))


def width_agreement(pair: Pair, width: str, ratings: Ratings, resampling: Resampling) -> WidthAgreement:
    """One width of the knees that both measured."""
    judged, reference = pair
    both = known_by(pair, width)
    first, second = judged.columns[width].values[both], reference.columns[width].values[both]
    sample, values = Sample.of(ratings.people[both]), np.stack([first, second], axis=1)
    known = np.ones(values.shape, np.bool_)
    figures = estimates(
        (
            families.of_differences(first - second, sample),
            families.of_repeats(values, known, sample),
            families.of_complete(values, sample),
            families.of_interval(values, known, sample),
        ),
        resampling,
    )
    return WidthAgreement(judged.name, reference.name, width, PairedWidths(first, second), figures)


def together(ratings: Ratings, resampling: Resampling) -> Mapping[str, tuple[Figure, ...]]:
    """All raters at once, by measure, for what at least two of them have."""
    raters = ratings.raters
    widths = dict.fromkeys(width for rater in raters for width in rater.widths)
    found = {}
    for measure in (KL, *widths):
        with_it = [rater.columns[measure] for rater in raters if rater.has(measure)]
        if len(with_it) > 1:
            found[measure] = _together(measure, with_it, ratings, resampling)
    return {measure: figures for measure, figures in found.items() if figures}


def estimates(of: Sequence[Family], resampling: Resampling) -> tuple[Figure, ...]:
    """Each figure of each family with its interval, or why there is none."""
    return tuple(figure for family in of for figure in _estimates(family, resampling))


def _estimates(family: Family, resampling: Resampling) -> list[Figure]:
    sample = family.sample
    values, ranges = family.of(once(sample)), intervals(family, resampling)
    found = []
    for name, reason in family.reasons.items():
        value = float(values[name][0])
        if np.isfinite(value):
            found.append(Figure(name, value, ranges[name], sample.knees, sample.participants))
        else:
            found.append(_absent(name, reason, sample))
    return found


def _of_grades(grades: PairedGrades, sample: Sample, resampling: Resampling) -> tuple[Figure, ...]:
    both = np.stack([grades.judged, grades.reference], axis=1)
    return estimates(
        (
            families.of_grades(grades.judged, grades.reference, sample),
            families.of_ordinal(both, np.ones(both.shape, np.bool_), sample),
        ),
        resampling,
    )


def _of_expected(pair: Pair, both: Mask, ratings: Ratings, resampling: Resampling) -> tuple[Figure, ...]:
    """Of a judged rater who gives expected grades; of others there is no such figure."""
    expected, truth = pair[0].columns.get(EXPECTED, _nothing(ratings)), pair[1].columns[KL].values
    known = both & expected.known
    if not known.any():
        return ()
    sample = Sample.of(ratings.people[known])
    family = families.of_expected(expected.values[known], truth[known].astype(np.intp), sample)
    return estimates((family,), resampling)


def _of_probabilities(
    judged: str, grades: PairedGrades, sample: Sample, resampling: Resampling
) -> tuple[Figure, ...]:
    if not sample.knees:
        reason = f"{judged} gives no probabilities (columns kl_p0 to kl_p4) of these knees"
        return tuple(_absent(name, reason, sample) for name in families.BY_PROBABILITIES)
    family = families.of_probabilities(grades.probabilities, grades.truth, sample)
    return estimates((family,), resampling)


def _together(
    measure: str, columns: Sequence[Column], ratings: Ratings, resampling: Resampling
) -> tuple[Figure, ...]:
    known = np.stack([column.known for column in columns], axis=1)
    values = np.stack([column.values for column in columns], axis=1)
    twice, complete = known.sum(axis=1) > 1, known.all(axis=1)
    if not twice.any():
        return ()
    sample = Sample.of(ratings.people[twice])
    if measure == KL:
        return estimates(
            (families.of_ordinal(values[twice].astype(np.intp), known[twice], sample),), resampling
        )
    return (
        *estimates(
            (
                families.of_repeats(values[twice], known[twice], sample),
                families.of_interval(values[twice], known[twice], sample),
            ),
            resampling,
        ),
        *_of_complete(values[complete], Sample.of(ratings.people[complete]), resampling),
    )


def _of_complete(values: Float64, sample: Sample, resampling: Resampling) -> tuple[Figure, ...]:
    if not sample.knees:
        reason = "no knee was measured by all of them"
        return tuple(_absent(name, reason, sample) for name in ("icc_2_1", "icc_3_1"))
    return estimates((families.of_complete(values, sample),), resampling)


def _repositioning(ratings: Ratings, resampling: Resampling) -> Mapping[str, Figure]:
    if not ratings.repeated:
        return {}
    widths = [width for width in ratings.raters[0].widths if share(ratings.raters[:2], width)]
    return {width: repositioning(ratings, width, resampling) for width in widths}


def _absent(name: str, reason: str, sample: Sample) -> Figure:
    absent = NotMeasured(reason)
    return Figure(name, absent, absent, sample.knees, sample.participants)


def _nothing(ratings: Ratings) -> Column:
    return Column(np.zeros(ratings.knees), np.zeros(ratings.knees, np.bool_))
