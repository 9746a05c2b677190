"""Labels of estimates and measures, and the format of their numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kltool.agreement.ratings import Join
from kltool.agreement.results import Estimate
from kltool.tables.columns import KL, width_words
from kltool.values.decimals import decimal, signed
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured


@dataclass(frozen=True, slots=True)
class Label:
    """digits: decimals. signed: whether a positive number is written with its sign."""

    words: str
    digits: int = 3
    unit: str = ""
    signed: bool = False


LABELS: Final[Mapping[str, Label]] = {
    "kappa_quadratic": Label("quadratic weighted kappa"),
    "kappa_linear": Label("linear weighted kappa"),
    "alpha_ordinal": Label("Krippendorff's alpha, ordinal"),
    "accuracy": Label("exact agreement (accuracy)"),
    "balanced_accuracy": Label("balanced accuracy"),
    **{f"sensitivity_kl{kl}": Label(f"sensitivity, KL {kl}") for kl in GRADES},
    "mean_absolute_error": Label("mean absolute error", 3, "grades"),
    "mean_absolute_error_expected": Label("mean absolute error, expected grade", 3, "grades"),
    "auc_kl2": Label("AUC, KL ≥ 2"),
    "auc_kl3": Label("AUC, KL ≥ 3"),
    "calibration_error": Label("ECE, most probable grade"),
    "calibration_error_kl2": Label("ECE, KL ≥ 2"),
    "calibration_error_kl3": Label("ECE, KL ≥ 3"),
    "bias_mm": Label("bias", 2, "mm", True),
    "sd_mm": Label("SD of the differences", 2, "mm"),
    "limit_lower_mm": Label("lower limit of agreement", 2, "mm", True),
    "limit_upper_mm": Label("upper limit of agreement", 2, "mm", True),
    "within_subject_sd_mm": Label("within-subject SD", 2, "mm"),
    "smallest_detectable_change_mm": Label("smallest detectable change", 2, "mm"),
    "rms_cv_percent": Label("RMS coefficient of variation", 1, "%"),
    "icc_2_1": Label("ICC(2,1)"),
    "icc_3_1": Label("ICC(3,1)"),
    "alpha_interval": Label("Krippendorff's alpha, interval"),
    "repositioning_mm": Label("repositioning error", 2, "mm"),
}
MAIN_ESTIMATES: Final = (
    *("kappa_quadratic", "accuracy", "auc_kl2", "calibration_error"),
    *("bias_mm", "limit_lower_mm", "limit_upper_mm", "within_subject_sd_mm", "icc_2_1"),
)


def value_of(estimate: Estimate, with_unit: bool = True) -> str:
    """The number; empty where it is missing."""
    if isinstance(estimate.value, NotMeasured):
        return ""
    label = LABELS[estimate.name]
    number = _number(estimate.value, label)
    return f"{number} {label.unit}" if with_unit and label.unit else number


def interval_of(estimate: Estimate) -> str:
    """ "0.86 to 0.92", without unit; empty where it is missing."""
    if isinstance(estimate.interval, NotMeasured):
        return ""
    return " to ".join(_number(end, LABELS[estimate.name]) for end in estimate.interval)


def reason_of(estimate: Estimate) -> str:
    """Why the number, or its interval, is missing; empty where both are there."""
    if isinstance(estimate.value, NotMeasured):
        return f"not measured: {estimate.value.reason}"
    return f"no interval: {estimate.interval.reason}" if isinstance(estimate.interval, NotMeasured) else ""


def quoted(estimate: Estimate) -> str:
    """ "0.894 (95% CI: 0.858 to 0.922)"; or why the number is missing."""
    if isinstance(estimate.value, NotMeasured):
        return f"not measured: {estimate.value.reason}"
    interval = f"95% CI: {interval_of(estimate)}" if interval_of(estimate) else "no interval"
    return f"{value_of(estimate)} ({interval})"


def measure_name(measure: str) -> str:
    """ "KL grade", "medial minimum", or the name of another column without its unit."""
    if measure == KL:
        return "KL grade"
    return width_words(measure) or measure.removesuffix("_mm").replace("_", " ")


def knees_of(estimate: Estimate) -> str:
    """ "193 knees of 100 participants"."""
    return f"{counted(estimate.knees, 'knee')} of {counted(estimate.participants, 'participant')}"


def name_of(estimate: Estimate) -> str:
    """ "bias, mm"."""
    label = LABELS[estimate.name]
    return f"{label.words}, {label.unit}" if label.unit else label.words


def count_of(estimate: Estimate) -> str:
    """ "193 / 100": knees and participants."""
    return f"{estimate.knees:,} / {estimate.participants:,}"


def counted(count: int, what: str) -> str:
    """ "1 knee", "2 knees"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def join_sentence(join: Join) -> str:
    """ "120 knees of readings.csv found in kxr_sq_bu00.txt, 4 not; 8,876 knees in kxr_sq_bu00.txt alone." """
    return (
        f"{counted(join.joined, 'knee')} of {join.first} found in {join.second}, {join.only_first:,} not; "
        f"{counted(join.only_second, 'knee')} in {join.second} alone."
    )


def _number(value: float, label: Label) -> str:
    return signed(value, label.digits) if label.signed else decimal(value, label.digits)
