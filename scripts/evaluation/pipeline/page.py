"""docs/results/pipeline.md: grades, widths and repeats through the whole pipeline, films of other sources."""

import json
from pathlib import Path

import numpy as np

from evaluation.markdown import MarkdownTable, Section, made_by
from evaluation.pipeline.scores import (
    count_outcomes,
    score_grades,
    score_repeats,
    score_widths,
)
from kltool.intake import load
from kltool.reading import read
from kltool.training.data.annotated import load_annotated
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.weights import Models, load_models

TIBIA_MM_PER_PERCENT = 0.76  # docs/choices.md#tibial-width


def write(data: Path, samples: Path, results: Path) -> Path:
    """The page in the folder `results`; returns its path. data: shared/data; samples: sample_images."""
    models, file = load_models(), results / "pipeline.md"
    sections = [
        _grades(data, models),
        _widths(data, models),
        _repeats(data, models),
        _samples(samples, models),
        _films(data, models),
    ]
    opening = made_by("python scripts/evaluate.py pipeline", models.hashes)
    title = "# The pipeline against reference values"
    file.write_text("\n\n".join([title, opening, *map(str, sections)]) + "\n")
    return file


def _grades(data: Path, models: Models) -> Section:
    score = score_grades(data / "oai_kl" / "val", models)
    low, high = score.kappa_95
    rows = [(f"**{label}**", *row) for label, row in enumerate(score.confusion)]
    return Section(
        "KL grade, OAI `val`, never trained on",
        f"{score.read} of {score.images} images read. Quadratic weighted kappa {score.kappa:.3f} "
        f"(95% {low:.3f} to {high:.3f}, bootstrap over participants); accuracy {score.accuracy:.3f}; "
        f"balanced accuracy {score.balanced_accuracy:.3f}; mean absolute error "
        f"{score.mean_absolute_error:.3f}.",
        tables=[MarkdownTable(("label \\ read", *GRADES), rows)],
    )


def _widths(data: Path, models: Models) -> Section:
    rows = [
        (
            *(s.compartment, s.knees, s.not_measured, f"{s.offset_mm:+.2f}"),
            *(f"{s.mean_absolute_error_mm:.2f}", f"{s.p95_mm:.2f}", f"{s.correlation:.2f}"),
        )
        for s in score_widths(load_annotated(data, "val"), models)
    ]
    columns = ("compartment", "knees", "not measured", "offset, mm", "MAE, mm", "P95, mm", "r")
    return Section(
        "Minimum joint space against the KNEEL annotation, `val` knees with fit score >= 2.5",
        "On 224 x 224 crops at about 0.46 mm a pixel. Errors are after one median offset, since the "
        "annotation lies on the plateau's rim.",
        tables=[MarkdownTable(columns, rows)],
    )


def _repeats(data: Path, models: Models) -> Section:
    rows = [
        (
            *(s.compartment, s.knees, f"{s.median_sd_percent:.3f}"),
            *(f"{s.rms_sd_percent:.3f}", f"{TIBIA_MM_PER_PERCENT * s.rms_sd_percent:.2f}"),
        )
        for s in score_repeats(load_annotated(data, "val")[::2], models)
    ]
    columns = ("compartment", "knees", "median SD, % of tibial width", "RMS SD, %", "RMS SD, mm")
    return Section(
        "Repeatability of the minimum, 20 perturbed films a knee",
        "Shift to 5%, turn to 3 degrees, scale to 5%, gamma, noise, JPEG. Millimetres at a 76 mm tibia.",
        tables=[MarkdownTable(columns, rows)],
    )


def _samples(samples: Path, models: Models) -> Section:
    rows, errors = [], []
    for file in sorted(samples.rglob("*.dcm")):
        name = f"{file.parent.name}/{file.stem}" if file.parent.name == "case" else file.stem
        for what, true, found in _minima(file, models):
            errors.append(found - true)
            rows.append((name, what, f"{true:.2f}", f"{found:.2f}"))
    return Section(
        "Simulated samples against their truth",
        f"Bias {np.mean(errors):+.2f} mm, mean absolute error {np.abs(errors).mean():.2f} mm, "
        f"{len(errors)} minima.",
        tables=[MarkdownTable(("film", "minimum", "true, mm", "measured, mm"), rows)],
    )


def _minima(file: Path, models: Models) -> list[tuple[str, float, float]]:
    """Side and compartment, true and measured millimetres, of each minimum that was measured on a film."""
    truths = {knee["side"]: knee for knee in json.loads(file.with_suffix(".truth.json").read_text())["knees"]}
    found = []
    for knee in read(load(file), models).knees:
        for compartment in Compartment:
            minimum = knee.joint_space.of(compartment).minimum
            if isinstance(minimum, Width) and not isinstance(minimum.mm, NotMeasured):
                true = truths[str(knee.side)][str(compartment)]["minimum_mm"]
                found.append((f"{knee.side} {compartment}", true, minimum.mm))
    return found


def _films(data: Path, models: Models) -> Section:
    rows = []
    for name, side in (("external/single", Side.RIGHT), ("external/bilateral", None), ("refuse", Side.RIGHT)):
        outcomes = count_outcomes((data / name).iterdir(), models, side)
        given = f" with `--side {side}`" if side else ""
        rows += [(f"{name}{given}", outcome, count) for outcome, count in outcomes.most_common()]
    return Section("Films of other sources", "", tables=[MarkdownTable(("films", "outcome", "count"), rows)])
