"""docs/results/batch.md: throughput, memory, kills and a cluster, against their acceptance criteria."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from evaluation.batch.films import list_crops, write_films
from evaluation.batch.runs import Run, hashes, images_of, run, run_on_cluster, run_with_kills
from evaluation.batch.stages import STAGES, Stages, time_stages
from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, machine, page
from evaluation.plots import curves
from kltool.training.data.oai import crops
from kltool.weights import load_models

JOBS: Final = (1, 2)
LONGEST_S: Final = 5.0  # before a kill
STAGED: Final = 63  # images whose stages are timed, three of them for warming up
EFFICIENT: Final = Criterion(least=0.85)
LEAST_WORK: Final = Criterion(most=1.5)
FLAT: Final = Criterion(most=5.0)
PEAK: Final = Criterion(most=1500.0)
LINEAR: Final = Criterion(most=1.2)
NONE: Final = Criterion(most=0)
ALL: Final = Criterion(least=1)


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """How many images of each kind. growing: of the runs that show how the cost grows."""

    crops: int = 2_000
    films: int = 300
    growing: Sequence[int] = (100, 300, 1_000, 3_000, 10_000)
    killed: int = 1_000
    kills: int = 20
    on_cluster: int = 200


@dataclass(frozen=True, slots=True)
class BatchMeasurements:
    """rates: by kind of image, then by jobs. growing: by number of images.

    kills: seconds before each. images_after_kills: in its tables, and in those of a run without.
    """

    rates: Mapping[str, Mapping[int, Run]]
    stages: Mapping[str, Stages]
    growing: Mapping[int, Run]
    kills: Sequence[float]
    images_after_kills: tuple[int, int]
    same_after_kills: bool
    same_on_cluster: bool


def measure_batch(data: Path, counts: ImageCounts) -> BatchMeasurements:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        films = write_films(work / "films", counts.films)
        stages = _stages(data, films)
        crops = list_crops(data, counts.crops, work / "crops.csv"), counts.crops
        sources = {"crops": crops, **{name: (place, counts.films) for name, place in films.items()}}
        rates = {name: _rates(*source, work / f"rate-{name}") for name, source in sources.items()}
        growing = {images: _grown(data, images, work) for images in counts.growing}
        killed = list_crops(data, counts.killed, work / "killed.csv")
        whole = run(killed, work / "whole", 2, counts.killed)
        waited = run_with_kills(killed, work / "killed", 2, counts.kills, LONGEST_S, seed=1)
        few = list_crops(data, counts.on_cluster, work / "few.csv")
        here = run(few, work / "here", 2, counts.on_cluster)
        there = run_on_cluster(few, work / "there", work, counts.on_cluster // 5)
        return BatchMeasurements(
            rates,
            stages,
            growing,
            waited,
            (images_of(work / "killed"), images_of(work / "whole")),
            hashes(work / "killed") == whole.tables,
            there == here.tables,
        )


def write(measured: BatchMeasurements, counts: ImageCounts, out: Path) -> Path:
    """The page docs/results/batch.md and its picture."""
    file = out / "batch.md"
    opening = (
        f"Made by `python scripts/benchmark.py batch` on {machine()}, in one run. Seconds are those of the "
        "whole command `kltool batch`, from its start to its tables. Times differ from run to run; ratios "
        "hardly do."
    )
    sections = (
        _throughput(measured.rates),
        _where_time_goes(measured.stages),
        _memory(measured),
        _growth(measured.growing, out),
        _survival(measured, counts),
    )
    file.write_text(page("The batch", opening, sections))
    return file


def _rates(source: Path, images: int, out: Path) -> dict[int, Run]:
    return {jobs: run(source, out.with_name(f"{out.name}-{jobs}"), jobs, images) for jobs in JOBS}


def _grown(data: Path, images: int, work: Path) -> Run:
    listed = list_crops(data, images, work / f"growing-{images}.csv")
    return run(listed, work / f"growing-{images}", 2, images)


def _stages(data: Path, films: Mapping[str, Path]) -> dict[str, Stages]:
    models = load_models()
    val = crops(data / "oai_kl" / "val")[:STAGED]
    sources = {"crops": val, **{name: sorted(place.iterdir())[:STAGED] for name, place in films.items()}}
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: time_stages(images, models, Path(folder) / f"{number}.sqlite")
            for number, (name, images) in enumerate(sources.items())
        }


def _throughput(rates: Mapping[str, Mapping[int, Run]]) -> Section:
    rows, results = [], []
    for name, runs in rates.items():
        one, two = runs[1], runs[2]
        efficiency = one.seconds / (2 * two.seconds)
        rows.append((name, one.images, f"{one.rate:.1f}", f"{two.rate:.1f}", f"{efficiency:.2f}"))
        results.append(Result(f"{name}: efficiency at 2 jobs", efficiency, "", EFFICIENT, ".2f"))
    text = (
        "Crops of the OAI, 224 x 224, and simulated films of 3,000 x 2,500 pixels of 16 bits, in three "
        "transfer syntaxes. Efficiency: the seconds of one job over twice those of two."
    )
    columns = ("images", "number", "images/s, 1 job", "images/s, 2 jobs", "efficiency")
    return Section("Throughput", text, results, (MarkdownTable(columns, rows),))


def _where_time_goes(stages: Mapping[str, Stages]) -> Section:
    rows = [
        (
            name,
            *(
                f"{of.stages[stage]:.1f} ({of.stages[stage] / sum(of.stages.values()):.0%})"
                for stage in STAGES
            ),
            f"{of.networks:.1f}",
            f"{of.task:.1f}",
            f"{of.over_least:.2f}",
        )
        for name, of in stages.items()
    ]
    results = [
        Result(f"{name}: over decoding and networks alone", of.over_least, "times", LEAST_WORK, ".2f")
        for name, of in stages.items()
    ]
    text = (
        "Milliseconds an image in one process, and their share. Networks: their forward passes, within "
        "localize, space and grade. Whole: an image as a batch reads it, from its file to the ledger. The "
        "last column is that over decode and networks."
    )
    columns = ("images", *STAGES, "networks", "whole", "ratio")
    return Section("Where the time goes", text, results, (MarkdownTable(columns, rows),))


def _memory(measured: BatchMeasurements) -> Section:
    most = max(measured.growing)
    largest = measured.growing[most]
    peaks = {name: max(run.peak_mb for run in runs.values()) for name, runs in measured.rates.items()}
    results = (
        Result(f"growth over {most:,} images", 100 * largest.growth, "%", FLAT, ".1f"),
        Result("peak of a process", max(peaks.values()), "MB", PEAK, ".0f"),
    )
    text = (
        "Resident memory of each process of a run, sampled every half second. Growth: of the process that "
        "grew most, from the second tenth of the run to the last."
    )
    rows = [(name, f"{peak:.0f}") for name, peak in peaks.items()]
    return Section("Memory", text, results, (MarkdownTable(("images", "peak of a process, MB"), rows),))


def _growth(growing: Mapping[int, Run], out: Path) -> Section:
    """The cost of a further image between neighbouring sizes; start-up is in none of them."""
    sizes = sorted(growing)
    picture = out / "batch" / "growth.svg"
    curves(
        {"2 jobs": [(images, growing[images].seconds) for images in sizes]}, ("images", "seconds"), picture
    )
    further = [
        1000 * (growing[more].seconds - growing[few].seconds) / (more - few) for few, more in pairwise(sizes)
    ]
    rows = [(f"{images:,}", f"{growing[images].seconds:.1f}") for images in sizes]
    steps = [
        (f"{few:,} to {more:,}", f"{cost:.1f}")
        for (few, more), cost in zip(pairwise(sizes), further, strict=True)
    ]
    text = "Seconds of runs of crops with two jobs, and the cost of each further image between two sizes."
    return Section(
        "Cost over size",
        text,
        (
            Result(
                "dearest further image over the cheapest", max(further) / min(further), "times", LINEAR, ".2f"
            ),
        ),
        (
            MarkdownTable(("images", "seconds"), rows),
            MarkdownTable(("from, to", "ms a further image"), steps),
        ),
        (("Seconds over images", f"batch/{picture.name}"),),
    )


def _survival(measured: BatchMeasurements, counts: ImageCounts) -> Section:
    found, whole = measured.images_after_kills
    results = (
        Result("kills on the way", len(measured.kills), "", Criterion(least=counts.kills), ".0f"),
        Result("images lost or read into the table twice", abs(found - whole), "", NONE, ".0f"),
        Result("tables after kills are the same bytes", measured.same_after_kills, "", ALL, ".0f"),
        Result("tables of a cluster with a killed worker, too", measured.same_on_cluster, "", ALL, ".0f"),
    )
    times = ", ".join(f"{seconds:.1f}" for seconds in measured.kills)
    text = (
        f"{counts.killed:,} crops; the run was killed (SIGKILL) after {times} s, each time started again by "
        "the same command, then left to its end. Its tables are compared with those of an undisturbed "
        f"run. Then {counts.on_cluster} crops on a Dask scheduler with two workers, processes of their "
        "own, one of which is killed on the way."
    )
    return Section("Kills", text, results)
