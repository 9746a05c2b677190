"""Graded films, read once: those of another hospital, and `val` with readers that are simulated."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.grade.reading import grade_of_crop, read_external
from kltool.grading.severity import CUT_POINTS
from kltool.sites import Grader, installed_grader
from kltool.sites.cross_fit import SiteFilms
from kltool.training.data.oai import crops, grade_of, participant_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import GRADES, Grade
from kltool.values.normal import normal_cdf, normal_quantile

CORRELATION: Final = 0.6  # of two readers' severities within a grade; docs/choices.md#site-readers
OAI, STRICT, LENIENT, NO_KL_1, WIDE = "as the OAI's", "strict", "lenient", "never KL 1", "wide KL 2"
READERS: Final = {
    OAI: CUT_POINTS,
    STRICT: (0.9, 1.9, 2.9, 3.9),
    LENIENT: (0.1, 1.1, 2.1, 3.1),
    NO_KL_1: (1.0, 1.0, 2.5, 3.5),
    WIDE: (0.5, 1.2, 2.9, 3.5),
}


@dataclass(frozen=True, slots=True)
class SiteReadings:
    """Everything that was read. val: by the OAI's reader. external: by the first reader."""

    grader: Grader
    val: SiteFilms
    external: SiteFilms


def gather(data: Path, knees: int | None, jobs: int) -> SiteReadings:
    """data: shared/data. knees: of `val`, all where None."""
    paths = crops(data / "oai_kl" / "val", knees)
    val = each(grade_of_crop, paths, "val knees", jobs)
    external = read_external(data / "external", jobs)
    return SiteReadings(
        installed_grader(),
        _films(val, [grade_of(path) for path in paths], [participant_of(path.stem) for path in paths]),
        _films(
            [film.found for film in external],
            [film.label for film in external],
            [film.name for film in external],
        ),
    )


def _films(found: Sequence[object], grades: Sequence[int], people: Sequence[str]) -> SiteFilms:
    """Those that were graded."""
    read = [
        (grade.probabilities, label, person)
        for grade, label, person in zip(found, grades, people, strict=True)
        if isinstance(grade, Grade)
    ]
    probabilities, labels, names = zip(*read, strict=True)
    return SiteFilms(
        np.array(probabilities),
        np.array(labels, np.intp),
        np.unique(np.array(names), return_inverse=True)[1],
    )


def graded_by(films: SiteFilms, reader: str, correlation: float, seed: int) -> SiteFilms:
    """The same films by a simulated reader.

    The OAI's grade and, within it, a severity are known to the reader: uniform, and as correlated with the
    order of the expected grades as two readers' severities are. correlation: 0, the film says nothing of it,
    to 1.
    """
    severity = _severity(films, correlation, np.random.default_rng(seed))
    grades = (severity[:, None] > np.array(READERS[reader])).sum(axis=1)
    return SiteFilms(films.probabilities, np.asarray(grades, np.intp), films.participants)


def _severity(films: SiteFilms, correlation: float, random: np.random.Generator) -> Float64:
    expected = films.probabilities @ np.array(GRADES)
    severity = np.zeros(len(films))
    for kl in GRADES:
        own = np.flatnonzero(films.grades == kl)
        ranks = (np.argsort(np.argsort(expected[own])) + 0.5) / max(len(own), 1)
        noise = random.standard_normal(len(own))
        mixed = correlation * normal_quantile(ranks) + np.sqrt(1 - correlation**2) * noise
        severity[own] = kl - 0.5 + normal_cdf(mixed)
    return severity
