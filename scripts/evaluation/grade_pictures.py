"""The pictures of docs/results/grade.md."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation import plots
from evaluation.graded import GradedFilm
from kltool.training.certainty import Judged
from kltool.values.reading import GRADES, Grade

BINS = 15


def draw(judged: Judged, external: Sequence[GradedFilm], results: Path) -> None:
    """Into `results`/grade."""
    folder = results / "grade"
    labels, sure = judged.labels, judged.probabilities
    names = ("grade read (median)", "grade of the readers")
    plots.confusion(confused(labels, judged.grades), names, folder / "confusion.svg")
    kinds = {f"KL ≥ {kl}": (sure[:, kl:].sum(axis=1), labels >= kl) for kl in (2, 3)}
    kinds["most probable grade"] = (sure.max(axis=1), sure.argmax(axis=1) == labels)
    plots.reliability(kinds, BINS, folder / "reliability.svg")
    found = [(film.label, film.found.expected) for film in external if isinstance(film.found, Grade)]
    groups = [np.array([expected for label, expected in found if label == kl]) for kl in GRADES]
    axes = ("grade of the first reader", "expected grade")
    plots.boxes(groups, [str(kl) for kl in GRADES], axes, folder / "external.svg")
    logs = {
        file.stem.removeprefix("grader-training-"): file for file in results.glob("grader-training-*.txt")
    }
    learned = {name: kappas(logs[name].read_text()) for name in sorted(logs)}
    plots.curves(learned, ("epoch", "quadratic weighted kappa of the medians"), folder / "learning.svg")


def confused(labels: npt.NDArray[np.intp], grades: npt.NDArray[np.intp]) -> npt.NDArray[np.int_]:
    """(5, 5) counts: rows the labels, columns the grades."""
    counts = np.zeros((len(GRADES), len(GRADES)), int)
    np.add.at(counts, (labels, grades), 1)
    return counts


def kappas(log: str) -> list[tuple[int, float]]:
    """Epoch and kappa of the medians, of a log of the grader's training."""
    lines = re.findall(r"epoch (\d+)/.* val median: kappa ([\d.]+)", log)
    return [(int(epoch), float(kappa)) for epoch, kappa in lines]
