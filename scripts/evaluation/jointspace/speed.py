"""How long one knee takes on a film of 2,000 x 2,000 pixels, the models loaded."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, machine
from evaluation.reading import without_grader
from kltool.localize import find_knees
from kltool.reading import DEFAULT, provenance, read, read_knee
from kltool.simulate import Film, KneeScene, simulate_knee
from kltool.values.radiograph import Radiograph, SideSource
from kltool.values.spacing import Calibration, Spacing
from kltool.weights import Models

SIDE_PX: Final = 2000
PITCH_MM: Final = 0.1
REPEATS: Final = 15
LIMIT: Final = Criterion(most=150.0)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one stage, fastest, median and slowest of REPEATS after one that does not count."""

    stage: str
    fastest: float
    median: float
    slowest: float


def time_stages(models: Models) -> list[Times]:
    """The stages of one simulated film. Run it while nothing else of the evaluation runs."""
    film = _film()
    (knee,) = find_knees(film, models).knees
    ungraded = without_grader(models)
    made = provenance(models, DEFAULT, film)
    return [
        _times(
            "the joint space of a knee found: trace, measure, judge",
            lambda: read_knee(knee, ungraded, DEFAULT, made),
        ),
        _times("the whole reading of the film", lambda: read(film, models)),
    ]


def speed_section(times: list[Times]) -> Section:
    text = (
        f"One simulated knee on a film of {SIDE_PX} x {SIDE_PX} pixels, models loaded, on {machine()}; "
        f"{REPEATS} repeats after one. These figures alone differ from run to run."
    )
    results = (Result(f"{times[0].stage}, median", times[0].median, "ms", LIMIT, ".0f"),)
    rows = [(t.stage, f"{t.fastest:.0f}", f"{t.median:.0f}", f"{t.slowest:.0f}") for t in times]
    return Section(
        "Speed", text, results, (MarkdownTable(("stage", "fastest, ms", "median, ms", "slowest, ms"), rows),)
    )


def _film() -> Radiograph:
    simulated = simulate_knee(KneeScene(), Film(rows=SIDE_PX, columns=SIDE_PX, spacing_mm=PITCH_MM))
    (truth,) = simulated.truth
    spacing = Spacing(truth.spacing_mm, truth.spacing_mm, Calibration.GEOMETRY)
    return Radiograph("simulated", simulated.pixels.astype(np.float32), spacing, truth.side, SideSource.TAG)


def _times(stage: str, work: Callable[[], object]) -> Times:
    work()
    seconds = [_seconds(work) for _ in range(REPEATS)]
    return Times(stage, *(1000 * float(np.percentile(seconds, share)) for share in (0, 50, 100)))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
