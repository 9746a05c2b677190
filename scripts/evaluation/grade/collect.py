"""Everything that docs/results/grade.md is made of, read once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.grade.reading import GradedFilm, grade_of_crop, read_crops, read_external, read_worsening
from evaluation.out_of_distribution import degraded, photographs_and_textures, refusals
from kltool.training.data.oai import crops
from kltool.training.parallel import each
from kltool.weights import Models, load_models

WORSENING: Final = 30  # simulated knees
DEGRADED: Final = 60  # knees
BATCHES: Final = (20, 320)  # knees


@dataclass(frozen=True, slots=True)
class GradeReadings:
    """Everything that was read."""

    models: Models
    val: Sequence[GradedFilm]
    external: Sequence[GradedFilm]
    worsening: Sequence[tuple[float, ...]]
    refused: Sequence[tuple[str, str]]
    out_of_distribution: Sequence[tuple[str, str]]
    degraded: Mapping[str, Sequence[str]]
    seconds: float  # of one knee on one core, found and graded
    rate: float  # knees a second, two processes


def gather(data: Path, knees: int | None, jobs: int) -> GradeReadings:
    """data: shared/data. knees: of `val`, all where None."""
    models = load_models()
    return GradeReadings(
        models,
        read_crops(data / "oai_kl" / "val", knees, jobs),
        read_external(data / "external", jobs),
        read_worsening(WORSENING, jobs),
        refusals(sorted((data / "refuse").iterdir()), models),
        photographs_and_textures(models),
        degraded(crops(data / "oai_kl" / "val", DEGRADED), jobs),
        _time(data, models),
        _rate(data),
    )


def _time(data: Path, models: Models) -> float:
    (path,) = crops(data / "oai_kl" / "val", 1)
    grade_of_crop(models, path)
    began = time.perf_counter()
    for _ in range(20):
        grade_of_crop(models, path)
    return (time.perf_counter() - began) / 20


def _rate(data: Path) -> float:
    """By the difference of a long and a short batch, so that the start of the processes does not count."""
    seconds = []
    for count in BATCHES:
        began = time.perf_counter()
        each(grade_of_crop, crops(data / "oai_kl" / "val", count), "throughput", jobs=2)
        seconds.append(time.perf_counter() - began)
    return (BATCHES[1] - BATCHES[0]) / (seconds[1] - seconds[0])
