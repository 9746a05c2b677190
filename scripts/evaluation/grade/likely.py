"""How often the printed grade changes where a reading notes a second one as likely, and where it does not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.grade.agreement import CHANGED
from evaluation.grade.reading import grade_of_film
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.perturbations import perturbed
from evaluation.statistics import bootstrap_95
from kltool.intake import load
from kltool.training.data.oai import crops, grade_of, participant_of, seed_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import GRADES, LIKELY_MARGIN, Grade
from kltool.values.length import NotMeasured
from kltool.weights import Models

FILMS: Final = 10  # perturbed ones of each knee
SEED: Final = 5  # beside the crop's own, so that no other evaluation has the same films
PERCENTILES: Final = (50, 75, 90, 95)

Statistic = Callable[["RepeatedKnee"], float]


@dataclass(frozen=True, slots=True)
class RepeatedKnee:
    """A knee of `val` as it was read. label: the reader's grade. again: on its perturbed films, if read."""

    name: str
    label: int
    found: Grade
    again: tuple[Grade, ...]

    @property
    def participant(self) -> str:
        return participant_of(self.name)

    @property
    def noted(self) -> bool:
        """Whether a second grade is likely."""
        return len(self.found.likely_grades) > 1

    @property
    def changed(self) -> float:
        """Share of its perturbed films with another grade than its film."""
        return float(np.mean([one.grade != self.found.grade for one in self.again]))

    @property
    def unstable(self) -> bool:
        return self.changed > CHANGED


def read_repeatedly(folder: Path, count: int | None, jobs: int) -> list[RepeatedKnee | NotMeasured]:
    """`folder`/0 to 4/ID.png, all or so many spread evenly over their names, each also perturbed."""
    return each(_repeated, crops(folder, count), "val knees", jobs)


def _repeated(models: Models, path: Path) -> RepeatedKnee | NotMeasured:
    film = load(path, side=side_of(path))
    found = grade_of_film(film, models)
    random = np.random.default_rng((*seed_of(path), SEED))
    again = [grade_of_film(perturbed(film, random), models) for _ in range(FILMS)]
    if isinstance(found, NotMeasured):
        return found
    read = tuple(one for one in again if isinstance(one, Grade))
    if not read:
        return NotMeasured("no perturbed film was read")
    return RepeatedKnee(path.stem, grade_of(path), found, read)


def sections(read: Sequence[RepeatedKnee | NotMeasured]) -> list[Section]:
    """Of the page: the stability by the note, its accuracy, and how far a probability changes."""
    knees = [knee for knee in read if isinstance(knee, RepeatedKnee)]
    absent = [knee.reason for knee in read if isinstance(knee, NotMeasured)]
    return [stability_section(knees, absent), accuracy_section(knees), margin_section(knees)]


def stability_section(knees: Sequence[RepeatedKnee], absent: Sequence[str]) -> Section:
    rows = [
        (
            name,
            len(chosen),
            f"{100 * len(chosen) / len(knees):.0f}%",
            share(chosen, lambda knee: knee.unstable),
            share(chosen, lambda knee: knee.changed),
        )
        for name, chosen in _by_note(knees)
    ]
    unstable = [knee for knee in knees if knee.unstable]
    noted = share(unstable, lambda knee: knee.noted)
    text = (
        f"{len(knees)} `val` crops, each read on {FILMS} perturbed films (shift and growth of 5%, turn of 3 "
        "degrees, gamma, noise, JPEG). A knee is unstable where its printed grade, the median, changes on "
        f"more than {100 * CHANGED:.0f}% of these. Of {len(unstable)} unstable knees {noted} have the note; "
        f"where a grade with the note changes, it is the other of the two in {_within(knees)} of films. In "
        "brackets: 95%, bootstrap over participants."
    )
    columns = ("the reading", "knees", "share", "unstable", "perturbed films with another grade")
    tables = MarkdownTable(columns, rows), _other_rule(knees), counted(absent)
    return Section("Stability", text, (), tables)


def _other_rule(knees: Sequence[RepeatedKnee]) -> MarkdownTable:
    """A note where the median is near a border: as probable, within the margin, on both sides of it."""
    near = [knee for knee in knees if _near_a_border(knee.found)]
    unstable = [knee for knee in knees if knee.unstable]
    row = (
        len(near),
        share(near, lambda knee: knee.unstable),
        share([knee for knee in knees if not _near_a_border(knee.found)], lambda knee: knee.unstable),
        share(unstable, lambda knee: _near_a_border(knee.found)),
    )
    caption = (
        "For comparison, a note that reads nothing but the rule of the median: the probabilities of a grade "
        f"and all below it, and of all above it, differ by {LIKELY_MARGIN:g} at most."
    )
    columns = ("knees with it", "unstable with it", "unstable without it", "unstable knees that have it")
    return MarkdownTable(columns, [row], caption)


def _near_a_border(grade: Grade) -> bool:
    return any(abs(2 * grade.at_least(kl) - 1) <= LIKELY_MARGIN for kl in GRADES[1:])


def accuracy_section(knees: Sequence[RepeatedKnee]) -> Section:
    rows = [
        (
            name,
            len(chosen),
            share(chosen, lambda knee: knee.found.grade == knee.label),
            share(chosen, lambda knee: knee.label in knee.found.likely_grades),
            f"{np.mean([len(knee.found.likely_grades) for knee in chosen]):.2f}" if chosen else "-",
        )
        for name, chosen in _by_note(knees)
    ]
    columns = ("the reading", "knees", "grade is the reader's", "one of the likely grades is", "mean number")
    text = (
        "The same knees and their readers' grades. The shipped calibration was fitted on `val`, too; the "
        "note was not. Two grades are right more often than one by their number alone; the 90% prediction "
        "set is the answer that promises a coverage."
    )
    return Section("Accuracy", text, (), (MarkdownTable(columns, rows),))


def margin_section(knees: Sequence[RepeatedKnee]) -> Section:
    of_one = np.concatenate([_changes(knee, _probability) for knee in knees])
    of_two = np.concatenate([_changes(knee, _lead) for knee in knees])
    names = ("SD", *(f"{percent}th percentile" for percent in PERCENTILES))
    rows = [
        (name, f"{changes.std():.3f}", *(f"{x:.3f}" for x in np.percentile(np.abs(changes), PERCENTILES)))
        for name, changes in (
            ("the probability of the film's grade", of_one),
            ("its lead on the most probable of the other grades", of_two),
        )
    ]
    unlike = [knee for knee in knees if knee.found.grade != int(np.argmax(knee.found.probabilities))]
    further = [knee for knee in unlike if _lead(knee.found, knee.found) < -LIKELY_MARGIN]
    text = (
        "By how much a probability on a perturbed film differs from that on the film: SD, and percentiles of "
        f"its absolute value. The margin is {LIKELY_MARGIN:g}. The median is not the most probable grade in "
        f"{len(unlike)} knees, and less probable by more than the margin in {len(further)}, of which "
        f"{sum(knee.noted for knee in further)} have the note."
    )
    return Section("Changes of a probability", text, (), (MarkdownTable(("change of", *names), rows),))


def share(knees: Sequence[RepeatedKnee], of: Statistic) -> str:
    """The mean of a statistic with its 95% interval, per cent; a dash of no knees."""
    if not knees:
        return "-"
    values = np.array([float(of(knee)) for knee in knees])
    people = np.array([knee.participant for knee in knees])
    low, high = bootstrap_95(lambda indices: float(values[indices].mean()), people)
    return f"{100 * values.mean():.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _by_note(knees: Sequence[RepeatedKnee]) -> list[tuple[str, list[RepeatedKnee]]]:
    return [
        ("with the note: two likely grades", [knee for knee in knees if knee.noted]),
        ("without it", [knee for knee in knees if not knee.noted]),
        ("all", list(knees)),
    ]


def _within(knees: Sequence[RepeatedKnee]) -> str:
    """Share of the changed grades of noted knees that are the other likely grade."""
    changed = [
        one.grade in knee.found.likely_grades
        for knee in knees
        if knee.noted
        for one in knee.again
        if one.grade != knee.found.grade
    ]
    return f"{100 * np.mean(changed):.1f}%" if changed else "none"


def _changes(knee: RepeatedKnee, of: Callable[[Grade, Grade], float]) -> Float64:
    at_first = of(knee.found, knee.found)
    return np.array([of(one, knee.found) - at_first for one in knee.again])


def _probability(grade: Grade, first: Grade) -> float:
    """Of the grade of the film as it is."""
    return grade.probabilities[first.grade]


def _lead(grade: Grade, first: Grade) -> float:
    """How much more probable the film's grade is than the most probable of the others on that film."""
    others = [kl for kl in GRADES if kl != first.grade]
    rival = max(others, key=lambda kl: first.probabilities[kl])
    return grade.probabilities[first.grade] - grade.probabilities[rival]
