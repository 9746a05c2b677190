"""Several trained graders become an ensemble, in half precision and calibrated; and how each performs."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evaluation.markdown import MarkdownTable
from evaluation.statistics import area_under_curve, bootstrap_95
from kltool.grading.prediction_set import median_grades
from kltool.training.calibrate.grades import (
    CalibratedGrades,
    GradeCalibration,
    calibration_error,
    cross_fitted,
    fit,
)
from kltool.training.data.graded import GradedKnee
from kltool.training.data.oai import participant_of
from kltool.training.data.views import plain
from kltool.training.grader import logits_of
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.training.networks.grader import Grader
from kltool.typing import Float64
from kltool.values.grade import GRADES

Labels = npt.NDArray[np.intp]

FOLDS = 10


@dataclass(frozen=True, slots=True)
class KnownKnees:
    """n knees that no grader was trained on. labels, participants: (n,). widths: (n, 4), as in GradedKnee."""

    knees: Sequence[GradedKnee]
    labels: Labels
    participants: npt.NDArray[np.str_]
    widths: Float64

    def logits(self, graders: Sequence[Grader]) -> Float64:
        return logits_of(graders, [plain(knee) for knee in self.knees])

    def calibrated(self, logits: Float64) -> CalibratedGrades:
        """Each knee by a calibration fitted on other participants'."""
        return cross_fitted(logits, self.labels, self.participants)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Graders whose logits are averaged. page: how each and all perform, Markdown."""

    graders: Sequence[Grader]
    calibration: GradeCalibration
    page: str


def known_knees(knees: Sequence[GradedKnee]) -> KnownKnees:
    return KnownKnees(
        knees,
        np.array([knee.grade for knee in knees]),
        np.array([participant_of(knee.name) for knee in knees]),
        np.array([knee.widths for knee in knees], np.float64),
    )


def ensemble(graders: Mapping[str, Grader], known: KnownKnees) -> Ensemble:
    """With rounded weights, so that a file of half the size holds them exactly, and calibrated."""
    rounded = [_rounded(grader) for grader in graders.values()]
    alone = {name: known.logits([grader]) for name, grader in graders.items()}
    every = np.mean(list(alone.values()), axis=0)
    halved = known.logits(rounded)
    full, half = known.calibrated(every), known.calibrated(halved)
    rows = [(name, *_figures(known.calibrated(logits))) for name, logits in alone.items()]
    rows += [("all", *_figures(full)), ("all, in half precision", *_figures(half))]
    changed = int((full.grades != half.grades).sum())
    sections = [
        f"## Graders, {len(known.labels)} `val` knees\n\nProbabilities of each knee calibrated on other "
        "participants'; grades are medians; 95% intervals by bootstrap over participants.",
        str(MarkdownTable(FIGURES, rows)),
        f"Half precision changes {changed} of {len(known.labels)} grades.",
        "## From probabilities to one grade",
        str(
            MarkdownTable(("grade", *AGREEMENT), [(name, *_agreement(known, g)) for name, g in _rules(half)])
        ),
        "## The joint space's widths beside the logits\n\nLogistic regression, ten folds of participants.",
        _widths_beside(halved, known),
    ]
    return Ensemble(rounded, fit(halved, known.labels), "\n\n".join(sections) + "\n")


def compared(logits: Mapping[str, Float64], known: KnownKnees) -> str:
    """Each against the first, Markdown; differences of the log loss with 95% intervals over participants."""
    calibrated = {name: known.calibrated(one) for name, one in logits.items()}
    losses = {name: _log_losses(one.probabilities, known.labels) for name, one in calibrated.items()}
    first = next(iter(losses.values()))
    rows = []
    for name, one in calibrated.items():
        away = losses[name] - first
        low, high = bootstrap_95(lambda indices, away=away: float(away[indices].mean()), known.participants)  # type: ignore[misc]
        rows.append((name, *_figures(one)[:5], f"{away.mean():+.3f} ({low:+.3f} to {high:+.3f})"))
    return str(MarkdownTable(("target", *FIGURES[1:6], "log loss against the first"), rows))


FIGURES = (
    "grader",
    "kappa",
    "accuracy",
    "log loss",
    "AUC of KL ≥ 2",
    "AUC of KL ≥ 3",
    "ECE",
    "set coverage",
    "set size",
)
AGREEMENT = ("kappa", "accuracy", "balanced accuracy", "mean absolute error")


def _figures(found: CalibratedGrades) -> tuple[str, ...]:
    labels, grades, probabilities, people = (
        found.labels,
        found.grades,
        found.probabilities,
        found.participants,
    )
    kappa = bootstrap_95(lambda indices: quadratic_weighted_kappa(labels[indices], grades[indices]), people)
    right = bootstrap_95(lambda indices: float((labels == grades)[indices].mean()), people)
    error = calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)
    return (
        f"{quadratic_weighted_kappa(labels, grades):.3f} ({kappa[0]:.3f} to {kappa[1]:.3f})",
        f"{(labels == grades).mean():.3f} ({right[0]:.3f} to {right[1]:.3f})",
        f"{_log_loss(probabilities, labels):.3f}",
        *(f"{area_under_curve(probabilities[:, kl:].sum(axis=1), labels >= kl):.3f}" for kl in (2, 3)),
        f"{error:.3f}",
        f"{found.covered.mean():.3f}",
        f"{found.sets.sum(axis=1).mean():.2f}",
    )


def _rules(found: CalibratedGrades) -> list[tuple[str, Labels]]:
    probabilities, grades = found.probabilities, np.arange(len(GRADES))
    root = np.sqrt(np.abs(grades[:, None] - grades))
    return [
        ("median", found.grades),
        ("most probable", probabilities.argmax(axis=1)),
        ("nearest to the expected grade", np.rint(probabilities @ grades).astype(np.intp)),
        ("least expected root of the distance", (probabilities @ root).argmin(axis=1)),
    ]


def _agreement(known: KnownKnees, grades: Labels) -> tuple[str, ...]:
    labels = known.labels
    right = labels == grades
    return (
        f"{quadratic_weighted_kappa(labels, grades):.3f}",
        f"{right.mean():.3f}",
        f"{np.mean([right[labels == kl].mean() for kl in GRADES]):.3f}",
        f"{np.abs(labels - grades).mean():.3f}",
    )


def _widths_beside(logits: Float64, known: KnownKnees) -> str:
    """Whether widths add to the logits; those that were not measured are taken for the median."""
    middle = np.nanmedian(known.widths, axis=0)
    widths = np.where(np.isfinite(known.widths), known.widths, middle)
    narrower = np.minimum(widths[:, 0], widths[:, 2])[:, None]
    rows = []
    for name, inputs in (("logits", logits), ("logits and widths", np.hstack([logits, widths, narrower]))):
        law = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
        folds = GroupKFold(FOLDS)
        probabilities = cross_val_predict(
            law, inputs, known.labels, groups=known.participants, cv=folds, method="predict_proba"
        )
        areas = [area_under_curve(probabilities[:, kl:].sum(axis=1), known.labels >= kl) for kl in (2, 3)]
        loss = f"{_log_loss(probabilities, known.labels):.3f}"
        rows.append(
            (name, *_agreement(known, median_grades(probabilities)), loss, *(f"{area:.3f}" for area in areas))
        )
    return str(MarkdownTable(("inputs", *AGREEMENT, "log loss", "AUC of KL ≥ 2", "AUC of KL ≥ 3"), rows))


def _log_loss(probabilities: Float64, labels: Labels) -> float:
    return float(_log_losses(probabilities, labels).mean())


def _log_losses(probabilities: Float64, labels: Labels) -> Float64:
    return np.asarray(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)))


def _rounded(grader: Grader) -> Grader:
    """Every weight the nearest number of half precision."""
    return copy.deepcopy(grader).half().float()
