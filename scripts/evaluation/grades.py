"""docs/results/grade.md: the grade against readers, its certainty, its stability, other hospitals."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation import graded
from evaluation.grade_evidence import Evidence
from evaluation.grade_pictures import confused, draw
from evaluation.graded import GradedFilm
from evaluation.out_of_distribution import GRADED, caught
from evaluation.page import Bar, Result, Section, Table, counted, page
from evaluation.statistics import area_under_curve, bootstrap_95
from kltool.grading.view import VIEW
from kltool.training.agreement import quadratic_weighted_kappa
from kltool.training.certainty import Judged, calibration_error, chance_errors, cross_fitted
from kltool.values.length import NotMeasured
from kltool.values.reading import GRADES, Grade

Labels = npt.NDArray[np.intp]
Figure = Callable[[Labels, Labels], float]

KAPPA, ACCURACY, BALANCED, MAE = Bar(least=0.84), Bar(least=0.71), Bar(least=0.70), Bar(most=0.34)
AUCS: Final = {2: Bar(least=0.95), 3: Bar(least=0.98)}
ECE, HELD, HELD_EACH, SIZE = Bar(most=0.03), Bar(0.88, 0.92), Bar(least=0.85), Bar(most=1.9)
UNSTABLE, EXPECTED_SD = Bar(most=12.0), Bar(most=0.12)
EXTERNAL, REFUSED, FALSE, RISING = Bar(least=0.75), Bar(least=100.0), Bar(most=1.0), Bar(least=95.0)
CHANGED: Final = 0.10  # of its perturbed films give another grade: an unstable knee


def write(evidence: Evidence, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    hashes = Table(("model", "sha256"), [(name, f"`{sha}`") for name, sha in evidence.models.hashes.items()])
    opening = f"Made by `python scripts/evaluate.py grade`.\n\n{hashes}\n\nEvery figure that has a bar:"
    judged = cross_judged(evidence.val)
    sections = [
        agreement_section(judged, evidence.val),
        certainty_section(judged),
        stability_section(evidence.val),
        external_section(evidence.external),
        explanation_section(evidence.val),
        worsening_section(evidence.worsening),
        refusal_section(evidence),
        speed_section(evidence.seconds, evidence.rate),
        Section(
            "How it learned",
            "Part of a view's resolution first, then all of it; the moving average of the weights, on `val`. "
            "Logs: `docs/results/grader-training-*.txt`.",
            pictures=(("Kappa with the readers after each epoch", "grade/learning.svg"),),
        ),
    ]
    draw(judged, evidence.external, results)
    written = results / "grade.md"
    written.write_text(page("The grade on known knees", opening, sections))
    return written


def as_read(films: Sequence[GradedFilm]) -> Judged:
    """As the shipped reader says it."""
    read = [(film, film.found) for film in films if isinstance(film.found, Grade)]
    likely = np.zeros((len(read), len(GRADES)), np.bool_)
    for row, (_, found) in zip(likely, read, strict=True):
        row[list(found.prediction_set)] = True
    return Judged(
        np.array([film.label for film, _ in read]),
        np.array([film.person for film, _ in read]),
        np.array([found.probabilities for _, found in read]),
        likely,
        np.array([found.expected_interval for _, found in read]),
    )


def cross_judged(films: Sequence[GradedFilm]) -> Judged:
    """With the certainty of each knee fitted on other people's, in place of that which is shipped."""
    shipped = as_read(films)
    return cross_fitted(np.log(np.maximum(shipped.probabilities, 1e-9)), shipped.labels, shipped.people)


def agreement_section(judged: Judged, films: Sequence[GradedFilm]) -> Section:
    labels, grades, people = judged.labels, judged.grades, judged.people
    figures: dict[str, tuple[Figure, Bar]] = {
        "quadratic weighted kappa": (quadratic_weighted_kappa, KAPPA),
        "accuracy": (_accuracy, ACCURACY),
        "balanced accuracy": (_balanced, BALANCED),
        "mean absolute error": (_mean_absolute, MAE),
    }
    results = [Result(name, figure(labels, grades), "", bar) for name, (figure, bar) in figures.items()]
    intervals = []
    for name, (figure, _) in figures.items():
        low, high = bootstrap_95(partial(_drawn, figure, labels, grades), people)
        intervals.append((name, f"{low:.3f} to {high:.3f}"))
    for kl, bar in AUCS.items():
        score = judged.probabilities[:, kl:].sum(axis=1)
        results.append(Result(f"AUC of KL ≥ {kl}", area_under_curve(score, labels >= kl), "", bar))
    confusion = confused(labels, grades)
    table = Table(
        ("reader", *(f"KL {kl}" for kl in GRADES)),
        [(f"**{kl}**", *confusion[kl]) for kl in GRADES],
        "Rows: the label; columns: the median grade.",
    )
    absent = [film.found.reason for film in films if isinstance(film.found, NotMeasured)]
    text = (
        f"{len(labels)} `val` crops, of people none of whom was trained on, through the road. The "
        "probabilities of each knee are calibrated on other people's knees (ten folds), so that nothing here "
        "was fitted on the knee itself. The grade is the median."
    )
    bootstrap = Table(("figure", "95% (bootstrap over participants)"), intervals)
    picture = ("Readers' grades and the grader's", "grade/confusion.svg")
    tables = (bootstrap, table, counted(absent))
    return Section("Agreement with the readers", text, results, tables, (picture,))


def certainty_section(judged: Judged) -> Section:
    labels, sure = judged.labels, judged.probabilities
    best, held = sure.argmax(axis=1), judged.held
    low, high = judged.intervals.T
    inside = float(((low <= labels) & (labels <= high)).mean())
    each = [float(held[labels == kl].mean()) for kl in GRADES]
    results = [
        Result("ECE, 15 bins", calibration_error(sure.max(axis=1), best == labels), "", ECE),
        Result("sets: share that hold the label", float(held.mean()), "", HELD),
        Result("sets: the same, least of the grades", min(each), "", HELD_EACH),
        Result("sets: mean size", float(judged.likely.sum(axis=1).mean()), "", SIZE, ".2f"),
    ]
    binary = [
        (
            f"KL ≥ {kl}",
            f"{calibration_error(sure[:, kl:].sum(axis=1), labels >= kl):.3f}",
        )
        for kl in (2, 3)
    ]
    rows = [
        (f"KL {kl}", int((labels == kl).sum()), f"{share:.3f}")
        for kl, share in zip(GRADES, each, strict=True)
    ]
    by_chance = np.percentile(chance_errors(sure), (50, 97.5))
    text = (
        "Certainty of each knee fitted on other people's. ECE: of the most probable grade; by chance, if "
        f"the probabilities were right, it would be {by_chance[0]:.3f} with as many knees (97.5th percentile "
        f"{by_chance[1]:.3f}). A set is likely "
        "to hold the label for knees like these; those of another hospital may be unlike, and nothing is "
        f"promised of them. The 95% intervals of the expected grade hold the label in {100 * inside:.1f}% of "
        f"knees and are {(high - low).mean():.2f} grades wide on average."
    )
    return Section(
        "Certainty",
        text,
        results,
        (
            Table(("grade", "knees", "share of sets that hold it"), rows),
            Table(("probability of", "ECE, 15 bins"), binary),
        ),
        (("Probabilities said and what came true", "grade/reliability.svg"),),
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
    judged = as_read(films)
    absent = [film.found.reason for film in films if isinstance(film.found, NotMeasured)]
    kappa = quadratic_weighted_kappa(judged.labels, judged.grades)
    low, high = bootstrap_95(
        lambda drawn: quadratic_weighted_kappa(judged.labels[drawn], judged.grades[drawn]),
        np.arange(len(judged.labels)).astype(str),
    )
    expected = judged.probabilities @ np.arange(len(GRADES))
    held = judged.held
    rows = [
        (
            f"KL {kl}",
            int((judged.labels == kl).sum()),
            f"{expected[judged.labels == kl].mean():.2f}" if (judged.labels == kl).any() else "-",
        )
        for kl in GRADES
    ]
    text = (
        f"{len(films)} films of another hospital and machine, against its first reader; nothing was trained "
        f"or fitted on them. Accuracy {_accuracy(judged.labels, judged.grades):.3f}; the sets hold the label "
        f"in {100 * held.mean():.0f}%. 95% of kappa: {low:.3f} to {high:.3f}."
    )
    return Section(
        "Another hospital",
        text,
        [Result("quadratic weighted kappa", kappa, "", EXTERNAL)],
        (Table(("reader", "films", "mean expected grade"), rows), counted(absent)),
        (("Expected grades by the reader's", "grade/external.svg"),),
    )


def explanation_section(films: Sequence[GradedFilm]) -> Section:
    shares = np.array([film.in_band for film in films])
    graded_2 = np.array([film.label >= 2 for film in films])
    known = np.isfinite(shares)
    area = 4 * graded.BAND[0] * graded.BAND[1] * VIEW.tibia**2 / (VIEW.rows * VIEW.columns)
    text = (
        f"Share of what raises the expected grade that lies within {graded.BAND[0]} tibial widths above and "
        f"below the joint and {graded.BAND[1]} to either side, a band of {100 * area:.0f}% of the view: mean "
        f"{100 * shares[known].mean():.0f}% of all `val` knees, {100 * shares[known & graded_2].mean():.0f}% "
        "of those of KL 2 and more."
    )
    return Section("Where the grade comes from", text)


def worsening_section(series: Sequence[tuple[float, ...]]) -> Section:
    rises = np.concatenate([np.diff(steps) > 0 for steps in series])
    text = (
        f"{len(series)} drawn knees, each in {graded.STEPS} steps from a medial space of 5 mm without "
        "osteophytes to one of 0.2 mm with large ones."
    )
    share = 100 * float(rises.mean())
    return Section(
        "Worsening knees", text, [Result("steps that raise the expected grade", share, "%", RISING, ".1f")]
    )


def refusal_section(evidence: Evidence) -> Section:
    known = [*evidence.refused, *evidence.strangers]
    share = 100 * float(np.mean([caught(fate) for _, fate in known]))
    false = 100 * float(np.mean([isinstance(film.found, NotMeasured) for film in evidence.val]))
    text = (
        "Prostheses, lateral views and photographs of screens; photographs and textures of scikit-image in "
        "grey, as if they were radiographs. None of them was trained on. No chest or hand is among them: no "
        "package of the index was found to bring one."
    )
    rows = [
        (kind, len(fates), *(sum(which(fate) for fate in fates) for which in FATES.values()))
        for kind, fates in evidence.spoiled.items()
    ]
    return Section(
        "What is no natural frontal knee",
        text,
        [
            Result("refused or flagged as poor", share, "%", REFUSED, ".0f"),
            Result("`val` crops refused", false, "%", FALSE, ".1f"),
        ],
        (
            Table(("picture", "fate"), known),
            Table(("`val` crops, spoiled", "knees", *FATES), rows, "For information:"),
        ),
    )


FATES: Final[Mapping[str, Callable[[str], bool]]] = {
    "refused": lambda fate: not fate.startswith(GRADED),
    "poor": lambda fate: fate == f"{GRADED}poor",
    "usable": lambda fate: fate == f"{GRADED}usable",
    "good": lambda fate: fate == f"{GRADED}good",
}


def speed_section(seconds: float, rate: float) -> Section:
    text = (
        "`val` crops found and graded, models loaded: one on one core, mean of 20; many, two processes. It "
        "differs from run to run."
    )
    results = [
        Result("one knee", 1000 * seconds, "ms", Bar(most=120.0), ".0f"),
        Result("batch", rate, "knees/s", Bar(least=15.0), ".0f"),
    ]
    return Section("Speed", text, results)


def _drawn(figure: Figure, labels: Labels, grades: Labels, chosen: Labels) -> float:
    return figure(labels[chosen], grades[chosen])


def _accuracy(labels: Labels, grades: Labels) -> float:
    return float((labels == grades).mean())


def _balanced(labels: Labels, grades: Labels) -> float:
    return float(np.mean([(grades == labels)[labels == kl].mean() for kl in GRADES if (labels == kl).any()]))


def _mean_absolute(labels: Labels, grades: Labels) -> float:
    return float(np.abs(labels - grades).mean())
