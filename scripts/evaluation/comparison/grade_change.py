"""Whether the grade improves as often as predicted: pairs of knees whose grades a reader gave.

No knee here was graded twice by its reader. Two kinds of pairs stand for two visits: knees of different
people, whose readings err independently, and the two knees of one person, read on one film by one reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation import plots
from evaluation.criteria import Criterion, Result, formatted
from evaluation.grade.reading import grade_of_crop
from evaluation.markdown import MarkdownTable, Section
from evaluation.statistics import bootstrap_95
from kltool.comparison.grade import CORRELATION, grade_change
from kltool.report.plots.agreement import Predicted, reliability_diagram_svg
from kltool.training.calibrate.grades import calibration_error
from kltool.training.data.oai import crops, grade_of, participant_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import Grade
from kltool.values.grade_change import GradeChange
from kltool.values.length import NotMeasured
from kltool.weights import Models

UNRELATED: Final = 4000  # pairs of knees of different people
SEED: Final = 6
CALIBRATED: Final = Criterion(most=0.05)
TRIED: Final = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
DIFFERENT, SAME = "knees of different people", "both knees of one person"


@dataclass(frozen=True, slots=True)
class ReadKnee:
    """One knee: OAI name, the reader's grade, and what was read."""

    name: str
    label: int
    grade: Grade

    @property
    def participant(self) -> str:
        return participant_of(self.name)


GradePair = tuple[ReadKnee, ReadKnee]


def read_grades(folder: Path, count: int | None, jobs: int) -> list[ReadKnee]:
    """The knees of a split that were graded, all or so many."""
    found = each(_read, crops(folder, count), "grades", jobs)
    return [knee for knee in found if isinstance(knee, ReadKnee)]


def _read(models: Models, path: Path) -> ReadKnee | NotMeasured:
    grade = grade_of_crop(models, path)
    if isinstance(grade, NotMeasured):
        return grade
    return ReadKnee(path.stem, grade_of(path), grade)


def pairs_of(knees: Sequence[ReadKnee]) -> Mapping[str, list[GradePair]]:
    """Ordered pairs of both kinds."""
    random = np.random.default_rng(SEED)
    indices = random.integers(0, len(knees), (UNRELATED, 2)).tolist()
    different = [(knees[i], knees[j]) for i, j in indices if knees[i].participant != knees[j].participant]
    people: dict[str, list[ReadKnee]] = {}
    for knee in knees:
        people.setdefault(knee.participant, []).append(knee)
    both = [two for two in people.values() if len(two) == 2]
    return {DIFFERENT: different, SAME: [pair for a, b in both for pair in ((a, b), (b, a))]}


@dataclass(frozen=True, slots=True)
class Predictions:
    """Of n pairs. improved: P(improved). observed: whether the reader's grade is lower. All (n,).

    likelihoods: log probability of the pair of grades that the reader gave.
    """

    improved: Float64
    observed: npt.NDArray[np.bool_]
    likelihoods: Float64
    participants: npt.NDArray[np.str_]

    @property
    def error(self) -> float:
        return calibration_error(self.improved, self.observed)

    @property
    def error_95(self) -> tuple[float, float]:
        return bootstrap_95(
            lambda indices: calibration_error(self.improved[indices], self.observed[indices]),
            self.participants,
        )


def predictions_of(pairs: Sequence[GradePair], correlation: float) -> Predictions:
    changes = [grade_change(one.grade, other.grade, correlation) for one, other in pairs]
    known = [change for change in changes if isinstance(change, GradeChange)]
    labels = [(one.label, other.label) for one, other in pairs]
    return Predictions(
        np.array([change.improved for change in known]),
        np.array([after < before for before, after in labels]),
        np.log([change.transition[b][a] for change, (b, a) in zip(known, labels, strict=True)]),
        np.array([one.participant for one, _ in pairs]),
    )


def section(knees: Sequence[ReadKnee], pictures: Path) -> Section:
    """pictures: the folder of the page's pictures."""
    pairs = pairs_of(knees)
    shipped = {kind: predictions_of(of_kind, CORRELATION) for kind, of_kind in pairs.items()}
    diagram = [
        Predicted(kind, colour, found.improved, found.observed)
        for (kind, found), colour in zip(shipped.items(), (plots.INK, plots.RED), strict=True)
    ]
    plots.write(reliability_diagram_svg(diagram, "predicted probability"), pictures / "improved.svg")
    return Section(
        "A claimed change of grade",
        f"{len(knees)} knees of `val` with their readers' grades, as {len(pairs[DIFFERENT])} ordered "
        f"pairs of different people and {len(pairs[SAME])} of the two knees of one person. Predicted for "
        "each pair: the probability that the second grade is lower, with the shipped correlation of "
        f"{CORRELATION:g}; observed: whether the reader's is. No participant was read twice by the same "
        "reader here, so that neither kind is what two visits are: different people share no error, the "
        "knees of one person some of it. Of correlations tried, the most likely for the knees of one person "
        "has the largest last column.",
        [
            Result(f"ECE of P(improved), {kind}", found.error, "", CALIBRATED)
            for kind, found in shipped.items()
        ],
        [
            MarkdownTable(
                ("pairs", "count", "predicted, mean", "observed", "ECE", "95% interval"),
                [_row(kind, found) for kind, found in shipped.items()],
            ),
            _by_correlation(pairs),
        ],
        [("How often a grade improved, by the predicted probability", "compare/improved.svg")],
    )


def _row(kind: str, found: Predictions) -> tuple[object, ...]:
    low, high = found.error_95
    means = (formatted(float(values.mean())) for values in (found.improved, found.observed))
    return kind, len(found.improved), *means, formatted(found.error), f"{low:.3f} to {high:.3f}"


def _by_correlation(pairs: Mapping[str, list[GradePair]]) -> MarkdownTable:
    rows = []
    for correlation in TRIED:
        found = {kind: predictions_of(of_kind, correlation) for kind, of_kind in pairs.items()}
        errors = (f"{of_kind.error:.3f}" for of_kind in found.values())
        rows.append((f"{correlation:.1f}", *errors, f"{found[SAME].likelihoods.mean():.4f}"))
    columns = "correlation", *(f"ECE, {kind}" for kind in pairs), "mean log likelihood, one person"
    return MarkdownTable(columns, rows)
