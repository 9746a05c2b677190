"""docs/results/grade.md: the grade against readers, its calibration, its stability, other hospitals."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.grade.agreement import (
    agreement_section,
    calibration_section,
    cross_calibrated,
    external_section,
    stability_section,
)
from evaluation.grade.collect import GradeReadings
from evaluation.grade.plots import draw
from evaluation.grade.reading import BAND, STEPS, GradedFilm
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.out_of_distribution import GRADED, caught
from kltool.grading.view import VIEW
from kltool.typing import Float64
from kltool.values.length import NotMeasured

REFUSED: Final = Criterion(least=100.0)
FALSE: Final = Criterion(most=1.0)
RISING: Final = Criterion(least=95.0)
MILLISECONDS: Final = Criterion(most=120.0)
KNEES_A_SECOND: Final = Criterion(least=15.0)


def write(readings: GradeReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py grade", readings.models.hashes)
    val = cross_calibrated(readings.val)
    sections = [
        agreement_section(val, readings.val),
        calibration_section(val),
        stability_section(readings.val),
        external_section(readings.external),
        attribution_section(readings.val),
        worsening_section(readings.worsening),
        refusal_section(readings),
        speed_section(readings.seconds, readings.rate),
        Section(
            "Training",
            "Part of a view's resolution first, then all of it; the moving average of the weights, on `val`. "
            "Logs: `docs/results/grader-training-*.txt`.",
            pictures=(("Kappa with the readers after each epoch", "grade/learning.svg"),),
        ),
    ]
    draw(val, readings.external, results)
    written = results / "grade.md"
    written.write_text(page("The grade against reference readings", opening, sections))
    return written


def attribution_section(films: Sequence[GradedFilm]) -> Section:
    shares = np.array([film.in_band for film in films])
    graded_2 = np.array([film.label >= 2 for film in films])
    known = np.isfinite(shares)
    area = 4 * BAND[0] * BAND[1] * VIEW.tibia**2 / (VIEW.rows * VIEW.columns)
    text = (
        f"Share of the positive attribution that lies within {BAND[0]} tibial widths above and "
        f"below the joint and {BAND[1]} to either side, a band of {100 * area:.0f}% of the view: mean "
        f"{100 * shares[known].mean():.0f}% of all `val` knees, {100 * shares[known & graded_2].mean():.0f}% "
        "of those of KL 2 and more. " + _beside_bones(np.array([film.beside_bones for film in films]))
    )
    return Section("Attribution map", text)


def _beside_bones(shares: Float64) -> str:
    median, most = (f"{100 * share:.0f}%" for share in np.nanpercentile(shares, (50, 95)))
    return (
        f"Share that lies beside the bones, which pictures state and do not show: median {median}, 95th "
        f"percentile {most} of {np.isfinite(shares).sum()} knees whose grade some region raises."
    )


def worsening_section(series: Sequence[tuple[float, ...]]) -> Section:
    rises = np.concatenate([np.diff(steps) > 0 for steps in series])
    text = (
        f"{len(series)} simulated knees, each in {STEPS} steps from a medial space of 5 mm without "
        "osteophytes to one of 0.2 mm with large ones."
    )
    share = 100 * float(rises.mean())
    return Section(
        "Progression, simulated",
        text,
        [Result("steps that raise the expected grade", share, "%", RISING, ".1f")],
    )


def refusal_section(readings: GradeReadings) -> Section:
    known = [*readings.refused, *readings.out_of_distribution]
    share = 100 * float(np.mean([caught(outcome) for _, outcome in known]))
    false = 100 * float(np.mean([isinstance(film.found, NotMeasured) for film in readings.val]))
    text = (
        "Prostheses, lateral views and photographs of screens; photographs and textures of scikit-image in "
        "grey, as if they were radiographs. None of them was trained on. No chest or hand is among them: no "
        "package of the index was found to bring one."
    )
    rows = [
        (kind, len(found), *(sum(which(outcome) for outcome in found) for which in OUTCOMES.values()))
        for kind, found in readings.degraded.items()
    ]
    return Section(
        "Out of distribution: no natural frontal knee",
        text,
        [
            Result("refused or flagged as poor", share, "%", REFUSED, ".0f"),
            Result("`val` crops refused", false, "%", FALSE, ".1f"),
        ],
        (
            MarkdownTable(("picture", "outcome"), known),
            MarkdownTable(("`val` crops, degraded", "knees", *OUTCOMES), rows, "For information:"),
        ),
    )


OUTCOMES: Final[Mapping[str, Callable[[str], bool]]] = {
    "refused": lambda outcome: not outcome.startswith(GRADED),
    "poor": lambda outcome: outcome == f"{GRADED}poor",
    "usable": lambda outcome: outcome == f"{GRADED}usable",
    "good": lambda outcome: outcome == f"{GRADED}good",
}


def speed_section(seconds: float, rate: float) -> Section:
    text = (
        "`val` crops found and graded, models loaded: one on one core, mean of 20; many, two processes. It "
        "differs from run to run."
    )
    results = [
        Result("one knee", 1000 * seconds, "ms", MILLISECONDS, ".0f"),
        Result("batch", rate, "knees/s", KNEES_A_SECOND, ".0f"),
    ]
    return Section("Speed", text, results)
