"""docs/results/drift.md: whether films are like those that the grader learned from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.drift.films import DriftReadings, ScoredFilms
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.statistics import Interval, area_under_curve, bootstrap_95
from kltool.report.drift import SOURCE_MEAN

FALSE_ALARMS: Final = Criterion(most=5.0)
QUANTILES: Final = (0.05, 0.5, 0.95)
COLUMNS: Final = ("films", "knees", "not graded", "unlike", "AUC against `val` (95%)", "score: 5%, 50%, 95%")


def write(readings: DriftReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py drift", {"grader": readings.models.grader.entry.sha256})
    sections = [hospitals_section(readings), shifts_section(readings), batch_section(readings)]
    written = results / "drift.md"
    written.write_text(page("Films unlike those of the training", opening, sections))
    return written


def hospitals_section(readings: DriftReadings) -> Section:
    val = readings.val
    others = {
        "another hospital, single knees": readings.external,
        "full fields of a third hospital, testing share": readings.fields,
        "full fields of a third hospital, training share": readings.fields_for_training,
    }
    rows = [("`val`", *_numbers(val), "", _quantiles(val))]
    rows += [(name, *_numbers(films), _auc(films, val), _quantiles(films)) for name, films in others.items()]
    text = (
        "The share of knees whose out-of-distribution score is above 1. The limit was set by these knees of "
        "`val`, so that their share is a check of the whole reading and no independent figure; the kind of "
        "score was chosen by `val`, its simulated shifts and the training share of the full fields "
        "([comparison](ood-scores.md)), never by the other hospital. Intervals: bootstrap over participants, "
        "over films where participants are not known."
    )
    alarms = Result(
        "`val`: knees called unlike the training films", 100 * val.unlike, "%", FALSE_ALARMS, ".1f"
    )
    return Section("`val` and other hospitals", text, (alarms,), (MarkdownTable(COLUMNS, rows),))


def shifts_section(readings: DriftReadings) -> Section:
    rows = [
        (name, *_numbers(films), _auc(films, readings.val), _quantiles(films))
        for name, films in readings.shifts.items()
    ]
    text = (
        "Every other `val` crop after one change, found and graded as any film. The grader's view has a "
        "normalized contrast and follows the knee, so that a change that the view undoes is no alarm and "
        "should be none."
    )
    return Section("Simulated shifts", text, (), (MarkdownTable(COLUMNS, rows),))


def batch_section(readings: DriftReadings) -> Section:
    kinds = {
        "`val`": readings.val,
        "another hospital": readings.external,
        "full fields, testing share": readings.fields,
    }
    rows = [
        (name, f"{100 * films.unlike:.1f}%", f"{films.expected.mean():.2f}") for name, films in kinds.items()
    ]
    text = (
        "The two figures that the summary of a batch states. A mean grade alone may be that of the people: "
        f"{SOURCE_MEAN} is the mean grade of the training knees by the OAI's readers."
    )
    return Section("A batch", text, (), (MarkdownTable(("films", "unlike", "mean expected grade"), rows),))


def auc_with_interval(films: ScoredFilms, val: ScoredFilms) -> tuple[float, Interval]:
    """Of the score, these films against `val`; participants resampled."""
    scores = np.concatenate([val.scores, films.scores])
    positive = np.arange(len(scores)) >= len(val.scores)
    people = np.array([f"val {one}" for one in val.people] + [f"film {one}" for one in films.people])
    interval = bootstrap_95(lambda chosen: area_under_curve(scores[chosen], positive[chosen]), people)
    return area_under_curve(scores, positive), interval


def _auc(films: ScoredFilms, val: ScoredFilms) -> str:
    auc, (low, high) = auc_with_interval(films, val)
    return f"{auc:.3f} ({low:.3f} to {high:.3f})"


def _numbers(films: ScoredFilms) -> tuple[object, ...]:
    return len(films.scores), films.not_graded, f"{100 * films.unlike:.1f}%"


def _quantiles(films: ScoredFilms) -> str:
    values: Sequence[float] = np.quantile(films.scores, QUANTILES).tolist()
    return ", ".join(f"{value:.2f}" for value in values)
