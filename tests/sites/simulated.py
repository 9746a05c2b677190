"""Knees of known severity, graded by a calibrated machine and by readers with cut points of their own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kltool.grading.severity import CUT_POINTS
from kltool.sites.cross_fit import SiteFilms
from kltool.typing import Float64, Indices
from tests.agreement.simulated import write_csv

SPREAD = 0.55  # of the machine's logistic error, grades
STRICT, LENIENT, NO_KL_1 = (0.9, 1.9, 2.9, 3.9), (0.1, 1.1, 2.1, 3.1), (1.0, 1.0, 2.5, 3.5)


def machine(count: int, random: np.random.Generator) -> tuple[Float64, Float64]:
    """True severities, (n,), and the machine's probabilities, (n, 5), which are right about them."""
    seen = random.uniform(-0.6, 4.6, count)
    severity = seen + SPREAD * random.logistic(size=count)
    below = 1 / (1 + np.exp((seen[:, None] - np.array(CUT_POINTS)) / SPREAD))
    edges = np.concatenate([np.zeros((count, 1)), below, np.ones((count, 1))], axis=1)
    return severity, np.diff(edges, axis=1)


def graded(severity: Float64, cut_points: Sequence[float]) -> Indices:
    return np.asarray((severity[:, None] > np.array(cut_points)).sum(axis=1), np.intp)


def site(
    count: int, cut_points: Sequence[float] = CUT_POINTS, seed: int = 1, knees_of_one: int = 1
) -> SiteFilms:
    severity, probabilities = machine(count, np.random.default_rng(seed))
    return SiteFilms(probabilities, graded(severity, cut_points), np.arange(count) // knees_of_one)


def site_table(file: Path, films: SiteFilms, model: str = "", subjects: bool = True) -> Path:
    """As a batch writes it whose manifest had kl."""
    headings = ["path", "status", "code", "subject", "side", "kl", *(f"kl_p{kl}" for kl in range(5))]
    rows = [
        [
            f"{number}.png",
            "ok",
            "ok",
            f"S{films.participants[number]}" if subjects else "",
            "right" if number % 2 else "left",
            int((films.probabilities[number].cumsum() < 0.5).sum()),
            *films.probabilities[number].round(6),
            model,
            films.grades[number],
        ]
        for number in range(len(films))
    ]
    return write_csv(file, [*headings, "model", "given_kl"], rows)
