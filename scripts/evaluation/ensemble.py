"""Several trained graders become one, in half precision and with one certainty; and what each is worth."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.page import Table
from evaluation.statistics import area_under_curve, bootstrap_95
from kltool.grading.prediction_set import median_grades
from kltool.training.agreement import quadratic_weighted_kappa
from kltool.training.certainty import Certainty, Judged, calibration_error, cross_fitted, fit
from kltool.training.graded import GradedKnee
from kltool.training.grader import logits_of
from kltool.training.networks.grader import Grader
from kltool.training.views import plain
from kltool.typing import Float64
from kltool.values.reading import GRADES

Labels = npt.NDArray[np.intp]

FOLDS = 10


@dataclass(frozen=True, slots=True)
class KnownKnees:
    """n knees that no grader was trained on. labels, people: (n,). widths: (n, 4), as in GradedKnee."""

    knees: Sequence[GradedKnee]
    labels: Labels
    people: npt.NDArray[np.str_]
    widths: Float64

    def logits(self, graders: Sequence[Grader]) -> Float64:
        return logits_of(graders, [plain(knee) for knee in self.knees])

    def judged(self, logits: Float64) -> Judged:
        """Each knee by the certainty of other people's."""
        return cross_fitted(logits, self.labels, self.people)


@dataclass(frozen=True, slots=True)
class Joined:
    """Graders whose logits are averaged. page: what each and all are worth, Markdown."""

    graders: Sequence[Grader]
    certainty: Certainty
    page: str


def known_knees(knees: Sequence[GradedKnee]) -> KnownKnees:
    return KnownKnees(
        knees,
        np.array([knee.grade for knee in knees]),
        np.array([knee.name[:-1] for knee in knees]),
        np.array([knee.widths for knee in knees], np.float64),
    )


def join(graders: Mapping[str, Grader], known: KnownKnees) -> Joined:
    """Round the weights, so that a file of half the size holds them exactly, and fit the certainty to it."""
    rounded = [_rounded(grader) for grader in graders.values()]
    alone = {name: known.logits([grader]) for name, grader in graders.items()}
    every = np.mean(list(alone.values()), axis=0)
    halved = known.logits(rounded)
    judged, judged_halved = known.judged(every), known.judged(halved)
    rows = [(name, *_figures(known.judged(logits))) for name, logits in alone.items()]
    rows += [("all", *_figures(judged)), ("all, in half precision", *_figures(judged_halved))]
    changed = int((judged.grades != judged_halved.grades).sum())
    sections = [
        f"## Graders, {len(known.labels)} `val` knees\n\nProbabilities of each knee calibrated on other "
        "people's; grades are medians; 95% intervals by bootstrap over participants.",
        str(Table(FIGURES, rows)),
        f"Half precision changes {changed} of {len(known.labels)} grades.",
        "## The rule of the grade",
        str(
            Table(("grade", *AGREEMENT), [(name, *_agreement(known, g)) for name, g in _rules(judged_halved)])
        ),
        "## The joint space's widths beside the logits\n\nLogistic regression, ten folds of people.",
        _widths_beside(halved, known),
    ]
    return Joined(rounded, fit(halved, known.labels), "\n\n".join(sections) + "\n")


def compared(logits: Mapping[str, Float64], known: KnownKnees) -> str:
    """Each against the first, Markdown; differences of the log loss with 95% intervals over participants."""
    judged = {name: known.judged(one) for name, one in logits.items()}
    losses = {name: _log_losses(one.probabilities, known.labels) for name, one in judged.items()}
    first = next(iter(losses.values()))
    rows = []
    for name, one in judged.items():
        away = losses[name] - first
        low, high = bootstrap_95(lambda drawn, away=away: float(away[drawn].mean()), known.people)  # type: ignore[misc]
        rows.append((name, *_figures(one)[:5], f"{away.mean():+.3f} ({low:+.3f} to {high:+.3f})"))
    return str(Table(("learned from", *FIGURES[1:6], "log loss against the first"), rows))


FIGURES = ("grader", "kappa", "accuracy", "log loss", "AUC of KL ≥ 2", "AUC of KL ≥ 3", "ECE", "sets", "size")
AGREEMENT = ("kappa", "accuracy", "balanced", "mean error")


def _figures(judged: Judged) -> tuple[str, ...]:
    labels, grades, sure = judged.labels, judged.grades, judged.probabilities
    kappa = bootstrap_95(lambda drawn: quadratic_weighted_kappa(labels[drawn], grades[drawn]), judged.people)
    right = bootstrap_95(lambda drawn: float((labels == grades)[drawn].mean()), judged.people)
    error = calibration_error(sure.max(axis=1), sure.argmax(axis=1) == labels)
    return (
        f"{quadratic_weighted_kappa(labels, grades):.3f} ({kappa[0]:.3f} to {kappa[1]:.3f})",
        f"{(labels == grades).mean():.3f} ({right[0]:.3f} to {right[1]:.3f})",
        f"{_log_loss(sure, labels):.3f}",
        *(f"{area_under_curve(sure[:, kl:].sum(axis=1), labels >= kl):.3f}" for kl in (2, 3)),
        f"{error:.3f}",
        f"{judged.held.mean():.3f}",
        f"{judged.likely.sum(axis=1).mean():.2f}",
    )


def _rules(judged: Judged) -> list[tuple[str, Labels]]:
    sure, grades = judged.probabilities, np.arange(len(GRADES))
    root = np.sqrt(np.abs(grades[:, None] - grades))
    return [
        ("median", judged.grades),
        ("most probable", sure.argmax(axis=1)),
        ("nearest to the expected grade", np.rint(sure @ grades).astype(np.intp)),
        ("least expected root of the distance", (sure @ root).argmin(axis=1)),
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
    """Whether widths tell what the logits do not; those that were not measured are taken for the median."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    middle = np.nanmedian(known.widths, axis=0)
    widths = np.where(np.isfinite(known.widths), known.widths, middle)
    narrower = np.minimum(widths[:, 0], widths[:, 2])[:, None]
    rows = []
    for name, inputs in (("logits", logits), ("logits and widths", np.hstack([logits, widths, narrower]))):
        law = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=2000))
        folds = GroupKFold(FOLDS)
        sure = cross_val_predict(
            law, inputs, known.labels, groups=known.people, cv=folds, method="predict_proba"
        )
        areas = [area_under_curve(sure[:, kl:].sum(axis=1), known.labels >= kl) for kl in (2, 3)]
        loss = f"{_log_loss(sure, known.labels):.3f}"
        rows.append((name, *_agreement(known, median_grades(sure)), loss, *(f"{area:.3f}" for area in areas)))
    return str(Table(("inputs", *AGREEMENT, "log loss", "AUC of KL ≥ 2", "AUC of KL ≥ 3"), rows))


def _log_loss(sure: Float64, labels: Labels) -> float:
    return float(_log_losses(sure, labels).mean())


def _log_losses(sure: Float64, labels: Labels) -> Float64:
    return np.asarray(-np.log(np.maximum(sure[np.arange(len(labels)), labels], 1e-12)))


def _rounded(grader: Grader) -> Grader:
    """Every weight the nearest number of half precision."""
    return copy.deepcopy(grader).half().float()
