"""The pictures of docs/results/grade.md."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from evaluation import plots
from evaluation.grade.reading import GradedFilm
from kltool.report.plots.agreement import confusion_matrix_svg, predictions, reliability_diagram_svg
from kltool.training.calibrate.grades import CalibratedGrades
from kltool.values.grade import GRADES, Grade


def draw(val: CalibratedGrades, external: Sequence[GradedFilm], results: Path) -> None:
    """Into `results`/grade."""
    folder = results / "grade"
    names = ("grade read (median)", "grade of the readers")
    confusion = confusion_matrix_svg(confused(val.labels, val.grades), *names)
    plots.write(confusion, folder / "confusion.svg")
    reliability = reliability_diagram_svg(predictions(val.probabilities, val.labels), "predicted probability")
    plots.write(reliability, folder / "reliability.svg")
    found = [(film.label, film.found.expected) for film in external if isinstance(film.found, Grade)]
    groups = [np.array([expected for label, expected in found if label == kl]) for kl in GRADES]
    axes = ("grade of the first reader", "expected grade")
    plots.boxes(groups, [str(kl) for kl in GRADES], axes, folder / "external.svg")
    logs = {
        file.stem.removeprefix("grader-training-"): file for file in results.glob("grader-training-*.txt")
    }
    learned = {name: kappas(logs[name].read_text()) for name in sorted(logs)}
    plots.curves(learned, ("epoch", "quadratic weighted kappa of the median"), folder / "learning.svg")


def confused(labels: npt.NDArray[np.intp], grades: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """(5, 5) counts: rows the labels, columns the grades."""
    counts = np.zeros((len(GRADES), len(GRADES)), np.intp)
    np.add.at(counts, (labels, grades), 1)
    return counts


def kappas(log: str) -> list[tuple[int, float]]:
    """Epoch and kappa of the medians, of a log of the grader's training."""
    lines = re.findall(r"epoch (\d+)/.* val median: kappa ([\d.]+)", log)
    return [(int(epoch), float(kappa)) for epoch, kappa in lines]
