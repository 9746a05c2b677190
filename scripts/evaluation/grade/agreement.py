"""Sections of docs/results/grade.md on agreement: with readers, of probabilities, of repeats, elsewhere."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.criteria import Criterion, Result
from evaluation.grade.plots import confused
from evaluation.grade.reading import GradedFilm
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.statistics import area_under_curve, bootstrap_95
from kltool.training.calibrate.grades import (
    CalibratedGrades,
    calibration_error,
    cross_fitted,
    errors_by_chance,
)
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.values.grade import GRADES, Grade
from kltool.values.length import NotMeasured

Labels = npt.NDArray[np.intp]
Statistic = Callable[[Labels, Labels], float]

KAPPA: Final = Criterion(least=0.84)
ACCURACY: Final = Criterion(least=0.71)
BALANCED: Final = Criterion(least=0.70)
MEAN_ABSOLUTE: Final = Criterion(most=0.34)
AUCS: Final = {2: Criterion(least=0.95), 3: Criterion(least=0.98)}
ECE: Final = Criterion(most=0.03)
COVERAGE: Final = Criterion(0.88, 0.92)
COVERAGE_EACH: Final = Criterion(least=0.85)
SIZE: Final = Criterion(most=1.9)
UNSTABLE: Final = Criterion(most=12.0)
EXPECTED_SD: Final = Criterion(most=0.12)
EXTERNAL: Final = Criterion(least=0.75)
CHANGED: Final = 0.10  # of its perturbed films give another grade: an unstable knee


def as_read(films: Sequence[GradedFilm]) -> CalibratedGrades:
    """With the calibration that is shipped."""
    read = [(film, film.found) for film in films if isinstance(film.found, Grade)]
    sets = np.zeros((len(read), len(GRADES)), np.bool_)
    for row, (_, found) in zip(sets, read, strict=True):
        row[list(found.prediction_set)] = True
    return CalibratedGrades(
        np.array([film.label for film, _ in read]),
        np.array([film.participant for film, _ in read]),
        np.array([found.probabilities for _, found in read]),
        sets,
        np.array([found.expected_interval for _, found in read]),
    )


def cross_calibrated(films: Sequence[GradedFilm]) -> CalibratedGrades:
    """With a calibration of each knee fitted on other participants', in place of that which is shipped."""
    shipped = as_read(films)
    return cross_fitted(np.log(np.maximum(shipped.probabilities, 1e-9)), shipped.labels, shipped.participants)


def agreement_section(found: CalibratedGrades, films: Sequence[GradedFilm]) -> Section:
    labels, grades, people = found.labels, found.grades, found.participants
    statistics: dict[str, tuple[Statistic, Criterion]] = {
        "quadratic weighted kappa": (quadratic_weighted_kappa, KAPPA),
        "accuracy": (_accuracy, ACCURACY),
        "balanced accuracy": (_balanced, BALANCED),
        "mean absolute error": (_mean_absolute, MEAN_ABSOLUTE),
    }
    results = [Result(name, of(labels, grades), "", wanted) for name, (of, wanted) in statistics.items()]
    intervals = []
    for name, (of, _) in statistics.items():
        low, high = bootstrap_95(partial(_resampled, of, labels, grades), people)
        intervals.append((name, f"{low:.3f} to {high:.3f}"))
    for kl, wanted in AUCS.items():
        score = found.probabilities[:, kl:].sum(axis=1)
        results.append(Result(f"AUC of KL ≥ {kl}", area_under_curve(score, labels >= kl), "", wanted))
    confusion = confused(labels, grades)
    table = MarkdownTable(
        ("reader", *(f"KL {kl}" for kl in GRADES)),
        [(f"**{kl}**", *confusion[kl]) for kl in GRADES],
        "Rows: the label; columns: the median grade.",
    )
    absent = [film.found.reason for film in films if isinstance(film.found, NotMeasured)]
    text = (
        f"{len(labels)} `val` crops, of participants none of whom was trained on, through the pipeline. The "
        "probabilities of each knee are calibrated on other participants' knees (ten folds), so that nothing "
        "here was fitted on the knee itself. The grade is the median."
    )
    bootstrap = MarkdownTable(("figure", "95% (bootstrap over participants)"), intervals)
    picture = ("Readers' grades and the grader's", "grade/confusion.svg")
    tables = (bootstrap, table, counted(absent))
    return Section("Agreement with the readers", text, results, tables, (picture,))


def calibration_section(found: CalibratedGrades) -> Section:
    labels, probabilities = found.labels, found.probabilities
    best, covered = probabilities.argmax(axis=1), found.covered
    low, high = found.intervals.T
    inside = float(((low <= labels) & (labels <= high)).mean())
    each = [float(covered[labels == kl].mean()) for kl in GRADES]
    results = [
        Result("ECE, 15 bins", calibration_error(probabilities.max(axis=1), best == labels), "", ECE),
        Result("prediction sets: coverage of the label", float(covered.mean()), "", COVERAGE),
        Result("prediction sets: the same, least of the grades", min(each), "", COVERAGE_EACH),
        Result("prediction sets: mean size", float(found.sets.sum(axis=1).mean()), "", SIZE, ".2f"),
    ]
    binary = [
        (
            f"KL ≥ {kl}",
            f"{calibration_error(probabilities[:, kl:].sum(axis=1), labels >= kl):.3f}",
        )
        for kl in (2, 3)
    ]
    rows = [
        (f"KL {kl}", int((labels == kl).sum()), f"{share:.3f}")
        for kl, share in zip(GRADES, each, strict=True)
    ]
    by_chance = np.percentile(errors_by_chance(probabilities), (50, 97.5))
    text = (
        "Each knee calibrated on other participants'. ECE (expected calibration error): of the most probable "
        f"grade; by chance, if the probabilities were right, it would be {by_chance[0]:.3f} with as many "
        f"knees (97.5th percentile {by_chance[1]:.3f}). A set is likely "
        "to contain the label for knees like these; those of another hospital may differ, and nothing is "
        "promised of them. The 95% intervals of the expected grade contain the label in "
        f"{100 * inside:.1f}% of knees and are {(high - low).mean():.2f} grades wide on average."
    )
    return Section(
        "Calibration, prediction sets and intervals",
        text,
        results,
        (
            MarkdownTable(("grade", "knees", "coverage of its sets"), rows),
            MarkdownTable(("probability of", "ECE, 15 bins"), binary),
        ),
        (("Predicted probabilities and observed frequencies", "grade/reliability.svg"),),
    )


def stability_section(films: Sequence[GradedFilm]) -> Section:
    read = [(film, film.found) for film in films if isinstance(film.found, Grade) and film.grades]
    changed = [np.mean(np.array(film.grades) != found.grade) for film, found in read]
    spreads = [float(np.std(film.expected, ddof=1)) for film, _ in read if len(film.expected) > 1]
    unstable = 100 * float(np.mean([share > CHANGED for share in changed]))
    results = [
        Result(
            f"knees whose grade changes in more than {100 * CHANGED:.0f}%", unstable, "%", UNSTABLE, ".1f"
        ),
        Result("mean SD of the expected grade", float(np.mean(spreads)), "", EXPECTED_SD),
    ]
    text = (
        f"{len(read)} `val` crops, each read on 20 perturbed films (shift and growth of 5%, turn of 3 "
        "degrees, gamma, noise, JPEG), every other one mirrored and of the other side."
    )
    return Section("Stability", text, results)


def external_section(films: Sequence[GradedFilm]) -> Section:
    found = as_read(films)
    absent = [film.found.reason for film in films if isinstance(film.found, NotMeasured)]
    kappa = quadratic_weighted_kappa(found.labels, found.grades)
    low, high = bootstrap_95(
        lambda indices: quadratic_weighted_kappa(found.labels[indices], found.grades[indices]),
        np.arange(len(found.labels)).astype(str),
    )
    expected = found.probabilities @ np.arange(len(GRADES))
    rows = [
        (
            f"KL {kl}",
            int((found.labels == kl).sum()),
            f"{expected[found.labels == kl].mean():.2f}" if (found.labels == kl).any() else "-",
        )
        for kl in GRADES
    ]
    text = (
        f"{len(films)} films of another hospital and machine, against its first reader; nothing was trained "
        f"or fitted on them. Accuracy {_accuracy(found.labels, found.grades):.3f}; the sets contain the "
        f"label in {100 * found.covered.mean():.0f}%. 95% of kappa: {low:.3f} to {high:.3f}."
    )
    return Section(
        "Another hospital",
        text,
        [Result("quadratic weighted kappa", kappa, "", EXTERNAL)],
        (MarkdownTable(("reader", "films", "mean expected grade"), rows), counted(absent)),
        (("Expected grades by the reader's", "grade/external.svg"),),
    )


def _resampled(statistic: Statistic, labels: Labels, grades: Labels, chosen: Labels) -> float:
    return statistic(labels[chosen], grades[chosen])


def _accuracy(labels: Labels, grades: Labels) -> float:
    return float((labels == grades).mean())


def _balanced(labels: Labels, grades: Labels) -> float:
    return float(np.mean([(grades == labels)[labels == kl].mean() for kl in GRADES if (labels == kl).any()]))


def _mean_absolute(labels: Labels, grades: Labels) -> float:
    return float(np.abs(labels - grades).mean())
