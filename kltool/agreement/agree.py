"""Ratings to Agreement: the entry point of this package."""

from collections.abc import Mapping, Sequence

import numpy as np

from kltool.agreement import estimators
from kltool.agreement.bootstrap import EstimatorGroup, Resampling, Sample, intervals, unit_weights
from kltool.agreement.ratings import (
    EXPECTED,
    PROBABILITIES,
    Column,
    Rater,
    Ratings,
    have_common_knees,
    known_by,
)
from kltool.agreement.repositioning import repositioning_error
from kltool.agreement.results import (
    Agreement,
    Estimate,
    GradeAgreement,
    PairedGrades,
    PairedWidths,
    WidthAgreement,
)
from kltool.tables.columns import KL
from kltool.typing import Float64, Mask
from kltool.values.length import NotMeasured

Pair = tuple[Rater, Rater]


def agreement_of(ratings: Ratings, resampling: Resampling | None = None) -> Agreement:
    """Estimate the agreement of every rater with the reference, and of all raters at once.

    Parameters
    ----------
    ratings : Ratings
        As `ratings_of` returns them.
    resampling : Resampling, optional
        The bootstrap of the 95% intervals.

    Returns
    -------
    Agreement
        Each estimate with its interval, or the reason why there is none; of repeats also the repositioning
        error.

    Examples
    --------
    >>> lines = {"machine": [], "reader": []}
    >>> for n in range(60):
    ...     lines["machine"].append(f"{n},right,{n % 5}")
    ...     lines["reader"].append(f"{n},right,{min(4, n % 5 + n % 2)}")
    >>> for rater, rows in lines.items():
    ...     _ = Path(f"{rater}.csv").write_text("\\n".join(["subject,side,kl", *rows]), encoding="utf-8")
    >>> found = agreement_of(kltool.ratings_of(["machine.csv", "reader.csv"]))
    >>> found
    Agreement(machine, reader: 60 knees, reference 'reader')
    >>> kappa = found.grades[0].estimates[0]
    >>> kappa.name, kappa.interval[0] < kappa.value < kappa.interval[1]
    ('kappa_quadratic', True)
    """
    chosen = resampling or Resampling()
    pairs = pairs_of(ratings)
    return Agreement(
        ratings,
        chosen,
        tuple(grade_agreement(pair, ratings, chosen) for pair in pairs if have_common_knees(pair, KL)),
        tuple(
            width_agreement(pair, width, ratings, chosen)
            for pair in pairs
            for width in pair[0].widths
            if have_common_knees(pair, width)
        ),
        all_raters_agreement(ratings, chosen) if len(ratings.raters) > 2 else {},
        _repositioning(ratings, chosen),
    )


def pairs_of(ratings: Ratings) -> list[Pair]:
    """Each rater with the reference."""
    reference = next(rater for rater in ratings.raters if rater.name == ratings.reference)
    return [(rater, reference) for rater in ratings.raters if rater is not reference]


def grade_agreement(pair: Pair, ratings: Ratings, resampling: Resampling) -> GradeAgreement:
    """Grades of the knees that both graded; discrimination and calibration of the rater's probabilities."""
    rater, reference = pair
    both = known_by(pair, KL)
    grades = rater.columns[KL].values.astype(np.intp), reference.columns[KL].values.astype(np.intp)
    probabilities = rater.columns.get(PROBABILITIES, _empty_column(ratings))
    probable = both & probabilities.known
    paired = PairedGrades(
        grades[0][both], grades[1][both], probabilities.values[probable], grades[1][probable]
    )
    estimates = [
        *_grade_estimates(paired, Sample.of(ratings.participant_ids[both]), resampling),
        *_expected_grade_estimates(pair, both, ratings, resampling),
        *_probability_estimates(rater.name, paired, Sample.of(ratings.participant_ids[probable]), resampling),
    ]
    return GradeAgreement(rater.name, reference.name, paired, tuple(estimates))


def width_agreement(pair: Pair, width: str, ratings: Ratings, resampling: Resampling) -> WidthAgreement:
    """One width of the knees that both measured."""
    rater, reference = pair
    both = known_by(pair, width)
    first, second = rater.columns[width].values[both], reference.columns[width].values[both]
    sample, values = Sample.of(ratings.participant_ids[both]), np.stack([first, second], axis=1)
    known = np.ones(values.shape, np.bool_)
    groups = (
        estimators.differences(first - second, sample),
        estimators.measurement_error(values, known, sample),
        estimators.intraclass_correlation(values, sample),
        estimators.interval_alpha(values, known, sample),
    )
    estimates = estimates_of(groups, resampling)
    return WidthAgreement(rater.name, reference.name, width, PairedWidths(first, second), estimates)


def all_raters_agreement(ratings: Ratings, resampling: Resampling) -> Mapping[str, tuple[Estimate, ...]]:
    """All raters at once, for each measure that at least two of them have."""
    raters = ratings.raters
    widths = dict.fromkeys(width for rater in raters for width in rater.widths)
    found = {}
    for measure in (KL, *widths):
        columns = [rater.columns[measure] for rater in raters if rater.has(measure)]
        if len(columns) > 1:
            found[measure] = _all_raters_estimates(measure, columns, ratings, resampling)
    return {measure: estimates for measure, estimates in found.items() if estimates}


def estimates_of(groups: Sequence[EstimatorGroup], resampling: Resampling) -> tuple[Estimate, ...]:
    """Each estimate with its interval; where it is undefined, or has no interval, the reason."""
    return tuple(estimate for group in groups for estimate in _group_estimates(group, resampling))


def _group_estimates(group: EstimatorGroup, resampling: Resampling) -> list[Estimate]:
    sample = group.sample
    values, ranges = group.values_of(unit_weights(sample)), intervals(group, resampling)
    found = []
    for name, reason in group.reasons.items():
        value = float(values[name][0])
        if np.isfinite(value):
            found.append(Estimate(name, value, ranges[name], sample.knees, sample.participants))
        else:
            found.append(_undefined(name, reason, sample))
    return found


def _grade_estimates(paired: PairedGrades, sample: Sample, resampling: Resampling) -> tuple[Estimate, ...]:
    both = np.stack([paired.rater, paired.reference], axis=1)
    groups = (
        estimators.grades(paired.rater, paired.reference, sample),
        estimators.ordinal_alpha(both, np.ones(both.shape, np.bool_), sample),
    )
    return estimates_of(groups, resampling)


def _expected_grade_estimates(
    pair: Pair, both: Mask, ratings: Ratings, resampling: Resampling
) -> tuple[Estimate, ...]:
    """Empty where the rater gives no expected grades."""
    expected, reference = pair[0].columns.get(EXPECTED, _empty_column(ratings)), pair[1].columns[KL].values
    known = both & expected.known
    if not known.any():
        return ()
    sample = Sample.of(ratings.participant_ids[known])
    group = estimators.expected_grades(expected.values[known], reference[known].astype(np.intp), sample)
    return estimates_of((group,), resampling)


def _probability_estimates(
    rater: str, paired: PairedGrades, sample: Sample, resampling: Resampling
) -> tuple[Estimate, ...]:
    if not sample.knees:
        reason = f"{rater} gives no probabilities (columns kl_p0 to kl_p4) for these knees"
        return tuple(_undefined(name, reason, sample) for name in estimators.PROBABILITY_ESTIMATES)
    group = estimators.probabilities(paired.probabilities, paired.reference_with_probabilities, sample)
    return estimates_of((group,), resampling)


def _all_raters_estimates(
    measure: str, columns: Sequence[Column], ratings: Ratings, resampling: Resampling
) -> tuple[Estimate, ...]:
    known = np.stack([column.known for column in columns], axis=1)
    values = np.stack([column.values for column in columns], axis=1)
    twice, complete = known.sum(axis=1) > 1, known.all(axis=1)
    if not twice.any():
        return ()
    sample = Sample.of(ratings.participant_ids[twice])
    if measure == KL:
        ordinal = estimators.ordinal_alpha(values[twice].astype(np.intp), known[twice], sample)
        return estimates_of((ordinal,), resampling)
    groups = (
        estimators.measurement_error(values[twice], known[twice], sample),
        estimators.interval_alpha(values[twice], known[twice], sample),
    )
    of_complete = Sample.of(ratings.participant_ids[complete])
    return *estimates_of(groups, resampling), *_icc_estimates(values[complete], of_complete, resampling)


def _icc_estimates(values: Float64, sample: Sample, resampling: Resampling) -> tuple[Estimate, ...]:
    if not sample.knees:
        reason = "no knee was measured by all raters"
        return tuple(_undefined(name, reason, sample) for name in ("icc_2_1", "icc_3_1"))
    return estimates_of((estimators.intraclass_correlation(values, sample),), resampling)


def _repositioning(ratings: Ratings, resampling: Resampling) -> Mapping[str, Estimate]:
    if not ratings.repeated:
        return {}
    widths = [width for width in ratings.raters[0].widths if have_common_knees(ratings.raters[:2], width)]
    return {width: repositioning_error(ratings, width, resampling) for width in widths}


def _undefined(name: str, reason: str, sample: Sample) -> Estimate:
    absent = NotMeasured(reason)
    return Estimate(name, absent, absent, sample.knees, sample.participants)


def _empty_column(ratings: Ratings) -> Column:
    return Column(np.zeros(ratings.knees), np.zeros(ratings.knees, np.bool_))
