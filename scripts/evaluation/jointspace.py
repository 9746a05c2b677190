"""docs/results/jointspace.md: every section, its pictures and its errors knee by knee."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import annotation, masks, oai, plots, simulated, speed
from evaluation import simulated_knees as drawn
from evaluation.annotation import AnnotatedWidth
from evaluation.masks import MarginDistance
from evaluation.oai import ValKnee
from evaluation.page import Bar, Result, Section, Table, figure, page
from evaluation.simulated_knees import SimulatedKnee
from evaluation.speed import Times
from kltool.training.annotated import AnnotatedKnee, load_annotated
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import GRADES
from kltool.weights import Models, load_models

COVERAGE: Final = Bar(93.0, 97.0)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is read: drawn knees, `val` crops (all where None); jobs: processes, which change no figure.

    What nothing is read of has no section.
    """

    simulated: int = 500
    val: int | None = None
    jobs: int = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read. known: all annotated knees, of both splits."""

    models: Models
    times: list[Times]
    known: Sequence[AnnotatedKnee]
    annotated: Sequence[AnnotatedWidth | NotMeasured]
    masked: Sequence[MarginDistance | NotMeasured]
    drawn: Sequence[SimulatedKnee]
    val: Sequence[ValKnee]


def gather(data: Path, extent: Extent) -> Evidence:
    """Read everything; the times first, while nothing else runs. data: shared/data."""
    models = load_models()
    times = speed.time_stages(models)
    known = {split: load_annotated(data, split) for split in ("train", "val")}
    return Evidence(
        models,
        times,
        [*known["train"], *known["val"]],
        annotation.read_annotated(known["val"], models),
        masks.read_masked(data, {knee.name for knee in known["train"]}, models),
        drawn.read_drawn(extent.simulated, extent.jobs),
        oai.read_val(data, extent.val, extent.jobs),
    )


def write(evidence: Evidence, results: Path) -> Path:
    """The page in the folder `results`, what it shows in results/jointspace/; returns the page's path."""
    shown, written = results / "jointspace", results / "jointspace.md"
    shown.mkdir(parents=True, exist_ok=True)
    drawn.write_csv(evidence.drawn, shown / "simulated.csv")
    _draw(evidence, shown)
    written.write_text(page("The joint space on known knees", _opening(evidence.models), _sections(evidence)))
    return written


def _opening(models: Models) -> str:
    hashes = Table(("model", "sha256"), [(name, f"`{sha}`") for name, sha in models.hashes.items()])
    return f"Made by `python scripts/evaluate.py jointspace`.\n\n{hashes}\n\nEvery figure that has a bar:"


def _sections(evidence: Evidence) -> list[Section]:
    """Those for which anything was read."""
    sections = []
    if evidence.drawn:
        sections += [simulated.film_section(evidence.drawn), simulated.coarse_section(evidence.drawn)]
    sections += [annotation.annotation_section(evidence.annotated), masks.mask_section(evidence.masked)]
    if evidence.val:
        sections.append(oai.repeat_section(evidence.val))
    sections.append(_coverage_section(evidence))
    if evidence.val:
        sections += [oai.absence_section(evidence.val), oai.grade_section(evidence.val, evidence.known)]
    return [*sections, speed.speed_section(evidence.times)]


def _coverage_rows(evidence: Evidence) -> list[tuple[str, int, float]]:
    rows = simulated.coverage_rows(evidence.drawn) if evidence.drawn else []
    return rows + annotation.coverage_rows(evidence.annotated)


def _coverage_section(evidence: Evidence) -> Section:
    rows = _coverage_rows(evidence)
    text = (
        "Share of widths whose error is at most 1.96 of the standard deviation that their reading gives. On "
        "annotated knees the error is that after the offset, and the annotation's own "
        f"{annotation.ANNOTATION_SD_MM:.2f} mm are added in quadrature."
    )
    results = [Result(what, 100 * share, "%", COVERAGE, ".1f") for what, _, share in rows]
    counts = Table(("intervals", "widths", "share that hold the truth"), [_cells(row) for row in rows])
    picture = ("Share of 95% intervals that hold the truth", "jointspace/coverage.svg")
    return Section("Do the intervals hold?", text, results, (counts,), (picture,))


def _cells(row: tuple[str, int, float]) -> tuple[str, int, str]:
    what, count, share = row
    return what, count, f"{figure(100 * share, '.1f')}%"


def _draw(evidence: Evidence, folder: Path) -> None:
    _draw_annotated(evidence.annotated, folder)
    plots.shares(_coverage_rows(evidence), COVERAGE.least, COVERAGE.most, folder / "coverage.svg")
    if evidence.drawn:
        _draw_drawn(evidence.drawn, folder)
    if evidence.val:
        _draw_val(evidence.val, folder)


def _draw_annotated(knees: Sequence[AnnotatedWidth | NotMeasured], folder: Path) -> None:
    for compartment in Compartment:
        widths = annotation.of(knees, compartment)
        measured = np.array([width.measured for width in widths])
        annotated = np.array([width.annotated for width in widths])
        title = f"{compartment} minimum, {len(widths)} val knees"
        plots.bland_altman(measured, annotated, title, folder / f"annotation-{compartment}.svg")


def _draw_drawn(knees: Sequence[SimulatedKnee], folder: Path) -> None:
    for resolution in drawn.Resolution:
        for compartment in Compartment:
            pairs = drawn.comparisons(drawn.at(knees, resolution), f"{compartment} mJSW")
            true, found = np.array([(pair.true, pair.found) for pair in pairs]).reshape(-1, 2).T
            title = f"{compartment} minimum, {resolution}, {len(pairs)} drawn knees"
            plots.truth_and_measured(true, found, title, folder / f"simulated-{resolution}-{compartment}.svg")


def _draw_val(knees: Sequence[ValKnee], folder: Path) -> None:
    spreads = {str(compartment): oai.sds_mm(knees, compartment) for compartment in Compartment}
    bars = (oai.MEDIAN_SD.most, oai.P95_SD.most)
    plots.histogram(
        spreads, bars, "SD of a knee's minimum, mm of a 76 mm tibia", folder / "repeatability.svg"
    )
    medial = oai.minima(knees, (Compartment.MEDIAL,))
    groups = [oai.of_grade(medial, grade) for grade in GRADES]
    labels = ("Kellgren-Lawrence grade", "medial minimum, % of the tibial width")
    plots.boxes(groups, [str(grade) for grade in GRADES], labels, folder / "grades.svg")
