"""docs/results/jointspace.md: every section, its pictures and its errors knee by knee."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import plots
from evaluation.criteria import Criterion, Result, formatted
from evaluation.jointspace import annotation, masks, simulated_knees, simulated_sections, speed, val_crops
from evaluation.jointspace.annotation import AnnotatedWidth
from evaluation.jointspace.masks import MarginDistance
from evaluation.jointspace.simulated_knees import Resolution, SimulatedKnee
from evaluation.jointspace.speed import Times
from evaluation.jointspace.val_crops import ValKnee
from evaluation.markdown import MarkdownTable, Section, made_by, page
from kltool.training.data.annotated import AnnotatedKnee, load_annotated
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Models, load_models

COVERAGE: Final = Criterion(93.0, 97.0)


@dataclass(frozen=True, slots=True)
class ReadCounts:
    """How much is read: simulated knees, and `val` crops, all where None.

    What nothing is read of has no section. jobs: processes, which change no figure.
    """

    simulated: int = 500
    val: int | None = None
    jobs: int = 2


@dataclass(frozen=True, slots=True)
class JointSpaceReadings:
    """Everything that was read. known: all annotated knees, of both splits."""

    models: Models
    times: list[Times]
    known: Sequence[AnnotatedKnee]
    annotated: Sequence[AnnotatedWidth | NotMeasured]
    masked: Sequence[MarginDistance | NotMeasured]
    simulated: Sequence[SimulatedKnee]
    val: Sequence[ValKnee]


def gather(data: Path, counts: ReadCounts) -> JointSpaceReadings:
    """Read everything; the times first, while nothing else runs. data: shared/data."""
    models = load_models()
    times = speed.time_stages(models)
    known = {split: load_annotated(data, split) for split in ("train", "val")}
    return JointSpaceReadings(
        models,
        times,
        [*known["train"], *known["val"]],
        annotation.read_annotated(known["val"], models),
        masks.read_masked(data, {knee.name for knee in known["train"]}, models),
        simulated_knees.read_simulated(counts.simulated, counts.jobs),
        val_crops.read_val(data, counts.val, counts.jobs),
    )


def write(readings: JointSpaceReadings, results: Path) -> Path:
    """The page in the folder `results`, what it shows in results/jointspace/; returns the page's path."""
    shown, written = results / "jointspace", results / "jointspace.md"
    shown.mkdir(parents=True, exist_ok=True)
    simulated_knees.write_csv(readings.simulated, shown / "simulated.csv")
    _draw(readings, shown)
    opening = made_by("python scripts/evaluate.py jointspace", readings.models.hashes)
    written.write_text(page("The joint space against reference values", opening, _sections(readings)))
    return written


def _sections(readings: JointSpaceReadings) -> list[Section]:
    """Those for which anything was read."""
    sections = []
    if readings.simulated:
        sections += [
            simulated_sections.film_section(readings.simulated),
            simulated_sections.coarse_section(readings.simulated),
        ]
    sections += [annotation.annotation_section(readings.annotated), masks.mask_section(readings.masked)]
    if readings.val:
        sections.append(val_crops.repeat_section(readings.val))
    sections.append(_coverage_section(readings))
    if readings.val:
        sections += [
            val_crops.absence_section(readings.val),
            val_crops.grade_section(readings.val, readings.known),
        ]
    return [*sections, speed.speed_section(readings.times)]


def _coverage_rows(readings: JointSpaceReadings) -> list[tuple[str, int, float]]:
    rows = simulated_sections.coverage_rows(readings.simulated) if readings.simulated else []
    return rows + annotation.coverage_rows(readings.annotated)


def _coverage_section(readings: JointSpaceReadings) -> Section:
    rows = _coverage_rows(readings)
    text = (
        "Share of widths whose error is at most 1.96 of the standard deviation that their reading gives. On "
        "annotated knees the error is that after the offset, and the annotation's own "
        f"{annotation.ANNOTATION_SD_MM:.2f} mm are added in quadrature."
    )
    results = [Result(what, 100 * share, "%", COVERAGE, ".1f") for what, _, share in rows]
    counts = MarkdownTable(
        ("intervals", "widths", "share that contain the truth"), [_cells(row) for row in rows]
    )
    picture = ("Share of 95% intervals that contain the truth", "jointspace/coverage.svg")
    return Section("Coverage of the intervals", text, results, (counts,), (picture,))


def _cells(row: tuple[str, int, float]) -> tuple[str, int, str]:
    what, count, share = row
    return what, count, f"{formatted(100 * share, '.1f')}%"


def _draw(readings: JointSpaceReadings, folder: Path) -> None:
    _draw_annotated(readings.annotated, folder)
    plots.shares(_coverage_rows(readings), COVERAGE.least, COVERAGE.most, folder / "coverage.svg")
    if readings.simulated:
        _draw_simulated(readings.simulated, folder)
    if readings.val:
        _draw_val(readings.val, folder)


def _draw_annotated(knees: Sequence[AnnotatedWidth | NotMeasured], folder: Path) -> None:
    for compartment in Compartment:
        widths = annotation.of(knees, compartment)
        measured = np.array([width.measured for width in widths])
        annotated = np.array([width.annotated for width in widths])
        title = f"{compartment} minimum, {len(widths)} val knees"
        plots.bland_altman(measured, annotated, title, folder / f"annotation-{compartment}.svg")


def _draw_simulated(knees: Sequence[SimulatedKnee], folder: Path) -> None:
    for resolution in Resolution:
        for compartment in Compartment:
            pairs = simulated_knees.comparisons(simulated_knees.at(knees, resolution), f"{compartment} mJSW")
            true, found = np.array([(pair.true, pair.found) for pair in pairs]).reshape(-1, 2).T
            title = f"{compartment} minimum, {resolution}, {len(pairs)} simulated knees"
            plots.truth_and_measured(true, found, title, folder / f"simulated-{resolution}-{compartment}.svg")


def _draw_val(knees: Sequence[ValKnee], folder: Path) -> None:
    spreads = {str(compartment): val_crops.sds_mm(knees, compartment) for compartment in Compartment}
    limits = (val_crops.MEDIAN_SD.most, val_crops.P95_SD.most)
    plots.histogram(
        spreads, limits, "SD of a knee's minimum, mm of a 76 mm tibia", folder / "repeatability.svg"
    )
    medial = val_crops.minima(knees, (Compartment.MEDIAL,))
    groups = [val_crops.of_grade(medial, grade) for grade in GRADES]
    labels = ("Kellgren-Lawrence grade", "medial minimum, % of the tibial width")
    plots.boxes(groups, [str(grade) for grade in GRADES], labels, folder / "grades.svg")
