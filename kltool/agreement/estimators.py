"""Groups of estimators: sums of each participant, and the estimates of any weighted total of these sums.

Widths are measured from their median before they are squared, which loses least to rounding.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from kltool.agreement.bootstrap import EstimatorGroup, Sample, ValuesByName
from kltool.agreement.statistics import alpha, bland_altman, calibration, icc, kappa, roc
from kltool.typing import Float64, Indices, Mask
from kltool.values.grade import GRADES

THRESHOLDS: Final = (2, 3)  # KL from which a knee has osteoarthritis, and joint space narrowing
CATEGORIES: Final = len(GRADES)
CALIBRATION: Final = ("calibration_error", *(f"calibration_error_kl{kl}" for kl in THRESHOLDS))
PROBABILITY_ESTIMATES: Final = (*(f"auc_kl{kl}" for kl in THRESHOLDS), *CALIBRATION)

NO_KNEE = "no knee"
ONE_GRADE = "all grades are the same, so that agreement by chance is certain"
ONE_WIDTH = "all widths are the same"
ONE_KNEE = "one knee has no standard deviation"
ALL_CLOSED = "all widths are 0"


def grades(rater: Indices, reference: Indices, sample: Sample) -> EstimatorGroup:
    """Estimates of the confusion matrix. rater, reference: (n,) grades."""
    cells = np.eye(CATEGORIES * CATEGORIES)[reference * CATEGORIES + rater]

    def estimates(tables: Float64) -> ValuesByName:
        each = kappa.sensitivities(tables)
        return {
            "kappa_quadratic": kappa.kappa(tables, 2),
            "kappa_linear": kappa.kappa(tables, 1),
            "accuracy": kappa.exact_agreement(tables),
            "balanced_accuracy": kappa.balanced_accuracy(tables),
            "mean_absolute_error": kappa.mean_absolute_error(tables),
            **{f"sensitivity_kl{kl}": each[..., kl] for kl in GRADES},
        }

    reasons = dict.fromkeys(("kappa_quadratic", "kappa_linear"), ONE_GRADE)
    reasons |= dict.fromkeys(("accuracy", "balanced_accuracy", "mean_absolute_error"), NO_KNEE)
    reasons |= {f"sensitivity_kl{kl}": f"the reference has no knee of KL {kl}" for kl in GRADES}
    return _of_sums(cells, lambda sums: estimates(sums.reshape(-1, CATEGORIES, CATEGORIES)), reasons, sample)


def expected_grades(expected: Float64, reference: Indices, sample: Sample) -> EstimatorGroup:
    """Mean absolute error of the expected grade. expected, reference: (n,)."""
    errors = np.abs(expected - reference)
    return _of_sums(
        np.stack([errors, np.ones_like(errors)], axis=1),
        lambda sums: {"mean_absolute_error_expected": sums[:, 0] / sums[:, 1]},
        {"mean_absolute_error_expected": NO_KNEE},
        sample,
    )


def probabilities(predicted: Float64, reference: Indices, sample: Sample) -> EstimatorGroup:
    """Discrimination and calibration. predicted: (n, 5) probabilities. reference: (n,) grades."""
    at_least = {kl: predicted[:, kl:].sum(axis=1) for kl in THRESHOLDS}
    ranked = {kl: roc.Ranked.of(scores) for kl, scores in at_least.items()}
    highest, correct = predicted.max(axis=1), predicted.argmax(axis=1) == reference
    top = sample.totals(calibration.gap_sums(highest, correct))
    binary = {
        kl: sample.totals(calibration.gap_sums(np.clip(scores, 0.0, 1.0), reference >= kl))
        for kl, scores in at_least.items()
    }
    knees = sample.totals(np.ones((sample.knees, 1)))

    def estimates(weights: Float64) -> ValuesByName:
        of_knees, count = weights[:, sample.participant_ids], (weights @ knees)[:, 0]
        return {
            **{
                f"auc_kl{kl}": roc.area_under_curve(of_knees, reference >= kl, ranked[kl])
                for kl in THRESHOLDS
            },
            "calibration_error": calibration.calibration_error(weights @ top, count),
            **{
                f"calibration_error_kl{kl}": calibration.calibration_error(weights @ binary[kl], count)
                for kl in THRESHOLDS
            },
        }

    reasons = {
        f"auc_kl{kl}": f"the reference has no knee below KL {kl}, or none of KL {kl} or higher"
        for kl in THRESHOLDS
    }
    reasons |= dict.fromkeys(CALIBRATION, NO_KNEE)
    return EstimatorGroup(sample, estimates, reasons)


def differences(values: Float64, sample: Sample) -> EstimatorGroup:
    """Bias and limits of agreement. values: (n,), rater minus reference, mm."""

    def estimates(sums: Float64) -> ValuesByName:
        bias, sd, lower, upper = bland_altman.limits_of_agreement(sums)
        return {"bias_mm": bias, "sd_mm": sd, "limit_lower_mm": lower, "limit_upper_mm": upper}

    reasons = dict.fromkeys(("bias_mm", "sd_mm", "limit_lower_mm", "limit_upper_mm"), ONE_KNEE)
    return _of_sums(bland_altman.difference_sums(values), estimates, reasons, sample)


def measurement_error(values: Float64, known: Mask, sample: Sample) -> EstimatorGroup:
    """The error of one measurement. values, known: (n, raters), mm, at least two known in every knee."""

    def estimates(sums: Float64) -> ValuesByName:
        deviation, detectable, variation = bland_altman.repeatability(sums)
        return {
            "within_subject_sd_mm": deviation,
            "smallest_detectable_change_mm": detectable,
            "rms_cv_percent": variation,
        }

    reasons = dict.fromkeys(("within_subject_sd_mm", "smallest_detectable_change_mm"), NO_KNEE)
    reasons["rms_cv_percent"] = ALL_CLOSED
    return _of_sums(bland_altman.repeat_sums(values, known), estimates, reasons, sample)


def intraclass_correlation(values: Float64, sample: Sample) -> EstimatorGroup:
    """ICC(2,1) and ICC(3,1). values: (n, raters), mm, all known."""

    def estimates(sums: Float64) -> ValuesByName:
        random_raters, fixed_raters = icc.correlations(sums)
        return {"icc_2_1": random_raters, "icc_3_1": fixed_raters}

    reason = ONE_WIDTH if len(values) > 1 else ONE_KNEE
    reasons = dict.fromkeys(("icc_2_1", "icc_3_1"), reason)
    return _of_sums(icc.rater_sums(values - np.median(values)), estimates, reasons, sample)


def ordinal_alpha(values: Indices, known: Mask, sample: Sample) -> EstimatorGroup:
    """Krippendorff's alpha of grades. values, known: (n, raters), at least two known in every knee."""
    return _of_sums(
        alpha.coincidences(values, known, CATEGORIES),
        lambda sums: {"alpha_ordinal": alpha.ordinal_alpha(sums.reshape(-1, CATEGORIES, CATEGORIES))},
        {"alpha_ordinal": ONE_GRADE},
        sample,
    )


def interval_alpha(values: Float64, known: Mask, sample: Sample) -> EstimatorGroup:
    """Krippendorff's alpha of widths. values, known: as for `ordinal_alpha`, mm."""
    return _of_sums(
        alpha.interval_sums(values - np.median(values[known]), known),
        lambda sums: {"alpha_interval": alpha.interval_alpha(sums)},
        {"alpha_interval": ONE_WIDTH},
        sample,
    )


def _of_sums(
    features: Float64, estimates: Callable[[Float64], ValuesByName], reasons: dict[str, str], sample: Sample
) -> EstimatorGroup:
    """Estimators of weighted sums of features, (n, f): totals of b replicates are (b, f)."""
    totals = sample.totals(features)
    return EstimatorGroup(sample, lambda weights: estimates(weights @ totals), reasons)
