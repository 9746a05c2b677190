"""Whether the grade improves as often as is said: pairs of knees whose grades a reader gave.

No knee here was graded twice by its reader. Two kinds of pairs stand for two visits: knees of different
people, whose readings err apart, and the two knees of one person, read on one film by one reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.graded import plainly, spread_out
from evaluation.page import Bar, Result, Section, Table, figure
from evaluation.plots import reliability
from evaluation.statistics import bootstrap_95
from kltool.comparison.grade import CORRELATION, grade_change
from kltool.training.certainty import calibration_error
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.change import GradeChange
from kltool.values.length import NotMeasured
from kltool.values.reading import Grade
from kltool.weights import Models

STRANGERS: Final = 4000  # pairs of knees of different people
SEED: Final = 6
CALIBRATED: Final = Bar(most=0.05)
TRIED: Final = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
STRANGE, SIBLINGS = "knees of different people", "both knees of one person"


@dataclass(frozen=True, slots=True)
class GradedKnee:
    """One knee: OAI name, the reader's grade, and what was read."""

    name: str
    label: int
    grade: Grade

    @property
    def person(self) -> str:
        return self.name[:-1]


Pair = tuple[GradedKnee, GradedKnee]


def read_grades(folder: Path, count: int | None, jobs: int) -> list[GradedKnee]:
    """The knees of a split that were graded, all or so many."""
    found = each(_graded, spread_out(folder, count), "grades", jobs)
    return [knee for knee in found if isinstance(knee, GradedKnee)]


def _graded(models: Models, path: Path) -> GradedKnee | NotMeasured:
    grade = plainly(models, path)
    if isinstance(grade, NotMeasured):
        return grade
    return GradedKnee(path.stem, int(path.parent.name), grade)


def pairs_of(knees: Sequence[GradedKnee]) -> Mapping[str, list[Pair]]:
    """Ordered pairs of both kinds."""
    random = np.random.default_rng(SEED)
    drawn = random.integers(0, len(knees), (STRANGERS, 2)).tolist()
    strange = [(knees[i], knees[j]) for i, j in drawn if knees[i].person != knees[j].person]
    people: dict[str, list[GradedKnee]] = {}
    for knee in knees:
        people.setdefault(knee.person, []).append(knee)
    both = [two for two in people.values() if len(two) == 2]
    return {STRANGE: strange, SIBLINGS: [pair for a, b in both for pair in ((a, b), (b, a))]}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of each pair, and what its grades are. said: P(improved), (n,); came: likewise.

    likely: log probability of the pair of grades that the reader gave, (n,).
    """

    said: Float64
    came: npt.NDArray[np.bool_]
    likely: Float64
    people: npt.NDArray[np.str_]

    @property
    def error(self) -> float:
        return calibration_error(self.said, self.came)

    @property
    def error_95(self) -> tuple[float, float]:
        return bootstrap_95(lambda drawn: calibration_error(self.said[drawn], self.came[drawn]), self.people)


def said_of(pairs: Sequence[Pair], correlation: float) -> Said:
    changes = [grade_change(one.grade, other.grade, correlation) for one, other in pairs]
    known = [change for change in changes if isinstance(change, GradeChange)]
    labels = [(one.label, other.label) for one, other in pairs]
    return Said(
        np.array([change.improved for change in known]),
        np.array([after < before for before, after in labels]),
        np.log([change.transition[b][a] for change, (b, a) in zip(known, labels, strict=True)]),
        np.array([one.person for one, _ in pairs]),
    )


def section(knees: Sequence[GradedKnee], pictures: Path) -> Section:
    """pictures: the folder of the page's pictures."""
    pairs = pairs_of(knees)
    shipped = {kind: said_of(of_kind, CORRELATION) for kind, of_kind in pairs.items()}
    reliability(
        {kind: (said.said, said.came) for kind, said in shipped.items()}, 10, pictures / "improved.svg"
    )
    rows = [
        (
            f"{correlation:.1f}",
            *(f"{said_of(of_kind, correlation).error:.3f}" for of_kind in pairs.values()),
            f"{said_of(pairs[SIBLINGS], correlation).likely.mean():.4f}",
        )
        for correlation in TRIED
    ]
    return Section(
        "A claimed change of grade",
        f"{len(knees)} knees of `val` with their readers' grades, as {len(pairs[STRANGE])} ordered pairs of "
        f"different people and {len(pairs[SIBLINGS])} of the two knees of one person. Said of each pair: the "
        f"probability that the second grade is lower, with the shipped correlation of {CORRELATION:g}; came "
        "true: whether the reader's is. No participant was read twice by the same reader here, so that "
        "neither kind is what two visits are: different people share no error, the knees of one person "
        "some of it. "
        "Of correlations tried, the likeliest for the knees of one person has the largest last column.",
        [Result(f"ECE of P(improved), {kind}", said.error, "", CALIBRATED) for kind, said in shipped.items()],
        [
            Table(
                ("pairs", "count", "said, mean", "came true", "ECE", "95% interval"),
                [
                    (
                        *(
                            kind,
                            len(said.said),
                            figure(float(said.said.mean())),
                            figure(float(said.came.mean())),
                        ),
                        *(figure(said.error), "{:.3f} to {:.3f}".format(*said.error_95)),
                    )
                    for kind, said in shipped.items()
                ],
            ),
            Table(
                ("correlation", *(f"ECE, {kind}" for kind in pairs), "mean log likelihood, one person"), rows
            ),
        ],
        [("How often a grade improved, by what was said", "compare/improved.svg")],
    )
