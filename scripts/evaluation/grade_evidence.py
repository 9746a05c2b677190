"""Everything that docs/results/grade.md is made of, read once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation import graded
from evaluation.graded import GradedFilm
from evaluation.out_of_distribution import photographs_and_textures, refusals, spoiled
from kltool.training.parallel import each
from kltool.weights import Models, load_models

WORSENING: Final = 30  # drawn knees
SPOILED: Final = 60  # knees
BATCHES: Final = (20, 320)  # knees


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read."""

    models: Models
    val: Sequence[GradedFilm]
    external: Sequence[GradedFilm]
    worsening: Sequence[tuple[float, ...]]
    refused: Sequence[tuple[str, str]]
    strangers: Sequence[tuple[str, str]]
    spoiled: Mapping[str, Sequence[str]]
    seconds: float  # of one knee on one core, found and graded
    rate: float  # knees a second, two processes


def gather(data: Path, knees: int | None, jobs: int) -> Evidence:
    """data: shared/data. knees: of `val`, all where None."""
    models = load_models()
    return Evidence(
        models,
        graded.read_crops(data / "oai_kl" / "val", knees, jobs),
        graded.read_external(data / "external", jobs),
        graded.read_worsening(WORSENING, jobs),
        refusals(sorted((data / "refuse").iterdir()), models),
        photographs_and_textures(models),
        spoiled(graded.spread_out(data / "oai_kl" / "val", SPOILED), jobs),
        _time(data, models),
        _rate(data),
    )


def _time(data: Path, models: Models) -> float:
    (path,) = graded.spread_out(data / "oai_kl" / "val", 1)
    graded.plainly(models, path)
    began = time.perf_counter()
    for _ in range(20):
        graded.plainly(models, path)
    return (time.perf_counter() - began) / 20


def _rate(data: Path) -> float:
    """By the difference of a long and a short batch, so that the start of the processes does not count."""
    seconds = []
    for count in BATCHES:
        began = time.perf_counter()
        each(graded.plainly, graded.spread_out(data / "oai_kl" / "val", count), "pace", jobs=2)
        seconds.append(time.perf_counter() - began)
    return (BATCHES[1] - BATCHES[0]) / (seconds[1] - seconds[0])
