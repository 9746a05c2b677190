"""Which figures follow from which knees, as families: sums for each participant, then figures of any draw.

Lengths are measured from their median before they are squared: it loses least to rounding.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from kltool.agreement.bootstrap import ByName, Family, Sample
from kltool.agreement.statistics import alpha as krippendorff
from kltool.agreement.statistics import bland_altman as widths
from kltool.agreement.statistics import calibration, icc, kappa, roc
from kltool.typing import Float64, Indices, Mask
from kltool.values.reading import GRADES

THRESHOLDS: Final = (2, 3)  # KL of osteoarthritis, and of a joint space that is narrowed
KINDS: Final = len(GRADES)
CALIBRATION: Final = ("calibration_error", *(f"calibration_error_kl{kl}" for kl in THRESHOLDS))
BY_PROBABILITIES: Final = (*(f"auc_kl{kl}" for kl in THRESHOLDS), *CALIBRATION)

ONE_GRADE = "all grades are one and the same, so that agreement by chance is certain"
ONE_WIDTH = "all widths are one and the same"
ONE_KNEE = "one knee has no spread"
ALL_CLOSED = "all widths are 0"


def of_grades(judged: Indices, reference: Indices, sample: Sample) -> Family:
    """What the table of grades says. judged, reference: (n,)."""
    cells = np.eye(KINDS * KINDS)[reference * KINDS + judged]

    def figures(tables: Float64) -> ByName:
        each = kappa.sensitivities(tables)
        return {
            "kappa_quadratic": kappa.kappa(tables, 2),
            "kappa_linear": kappa.kappa(tables, 1),
            "accuracy": kappa.accuracy(tables),
            "balanced_accuracy": kappa.balanced_accuracy(tables),
            "mean_absolute_error": kappa.mean_absolute_error(tables),
            **{f"sensitivity_kl{kl}": each[..., kl] for kl in GRADES},
        }

    reasons = dict.fromkeys(("kappa_quadratic", "kappa_linear"), ONE_GRADE)
    reasons |= dict.fromkeys(("accuracy", "balanced_accuracy", "mean_absolute_error"), "no knee")
    reasons |= {f"sensitivity_kl{kl}": f"the reference has no knee of KL {kl}" for kl in GRADES}
    tables = sample.totals(cells)
    return Family(sample, lambda weights: figures((weights @ tables).reshape(-1, KINDS, KINDS)), reasons)


def of_expected(expected: Float64, reference: Indices, sample: Sample) -> Family:
    """How far the expected grade lies from the reference's. expected, reference: (n,)."""
    apart = np.abs(expected - reference)
    return _of_sums(
        np.stack([apart, np.ones_like(apart)], axis=1),
        lambda sums: {"mean_absolute_error_expected": sums[:, 0] / sums[:, 1]},
        {"mean_absolute_error_expected": "no knee"},
        sample,
    )


def of_probabilities(said: Float64, reference: Indices, sample: Sample) -> Family:
    """Discrimination and calibration. said: (n, 5), reference: (n,)."""
    at_least = {kl: said[:, kl:].sum(axis=1) for kl in THRESHOLDS}
    ranked = {kl: roc.Ranked.of(scores) for kl, scores in at_least.items()}
    sure, right = said.max(axis=1), said.argmax(axis=1) == reference
    top = sample.totals(calibration.gap_sums(sure, right))
    binary = {
        kl: sample.totals(calibration.gap_sums(np.clip(scores, 0.0, 1.0), reference >= kl))
        for kl, scores in at_least.items()
    }
    knees = sample.totals(np.ones((sample.knees, 1)))

    def of(weights: Float64) -> ByName:
        of_knees, count = weights[:, sample.people], (weights @ knees)[:, 0]
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

    reasons = {f"auc_kl{kl}": f"the reference has no knee below, or none from, KL {kl}" for kl in THRESHOLDS}
    reasons |= dict.fromkeys(CALIBRATION, "no knee")
    return Family(sample, of, reasons)


def of_differences(differences: Float64, sample: Sample) -> Family:
    """Bias and limits of agreement. differences: (n,), judged minus reference, mm."""

    def figures(sums: Float64) -> ByName:
        bias, sd, lower, upper = widths.bland_altman(sums)
        return {"bias_mm": bias, "sd_mm": sd, "limit_lower_mm": lower, "limit_upper_mm": upper}

    reasons = dict.fromkeys(("bias_mm", "sd_mm", "limit_lower_mm", "limit_upper_mm"), ONE_KNEE)
    return _of_sums(widths.difference_sums(differences), figures, reasons, sample)


def of_repeats(values: Float64, known: Mask, sample: Sample) -> Family:
    """The error of one measurement. values, known: (n, raters), mm, at least two known in every knee."""

    def figures(sums: Float64) -> ByName:
        deviation, detectable, variation = widths.repeatability(sums)
        return {
            "within_subject_sd_mm": deviation,
            "smallest_detectable_change_mm": detectable,
            "rms_cv_percent": variation,
        }

    reasons = dict.fromkeys(("within_subject_sd_mm", "smallest_detectable_change_mm"), "no knee")
    reasons["rms_cv_percent"] = ALL_CLOSED
    return _of_sums(widths.repeat_sums(values, known), figures, reasons, sample)


def of_complete(values: Float64, sample: Sample) -> Family:
    """Intraclass correlations. values: (n, raters), mm, all known."""

    def figures(sums: Float64) -> ByName:
        sampled, fixed = icc.correlations(sums)
        return {"icc_2_1": sampled, "icc_3_1": fixed}

    reason = ONE_WIDTH if len(values) > 1 else ONE_KNEE
    reasons = dict.fromkeys(("icc_2_1", "icc_3_1"), reason)
    return _of_sums(icc.rater_sums(values - np.median(values)), figures, reasons, sample)


def of_ordinal(grades: Indices, known: Mask, sample: Sample) -> Family:
    """Krippendorff's alpha. grades, known: (n, raters), at least two known in every knee."""
    return _of_sums(
        krippendorff.coincidences(grades, known, KINDS),
        lambda sums: {"alpha_ordinal": krippendorff.ordinal_alpha(sums.reshape(-1, KINDS, KINDS))},
        {"alpha_ordinal": ONE_GRADE},
        sample,
    )


def of_interval(values: Float64, known: Mask, sample: Sample) -> Family:
    """The same of widths."""
    return _of_sums(
        krippendorff.interval_sums(values - np.median(values[known]), known),
        lambda sums: {"alpha_interval": krippendorff.interval_alpha(sums)},
        {"alpha_interval": ONE_WIDTH},
        sample,
    )


def _of_sums(
    features: Float64, figures: Callable[[Float64], ByName], reasons: dict[str, str], sample: Sample
) -> Family:
    """A family whose sums are those of features, (n, f), over the drawn knees, (d, f)."""
    totals = sample.totals(features)
    return Family(sample, lambda weights: figures(weights @ totals), reasons)
