"""The figures behind docs/choices.md: python scripts/choices.py ../shared/data.

Writes docs/results/choices.md. Ranges are tried on annotated `train` knees; `val` is not used.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from evaluation.markdown import MarkdownTable

from kltool.geometry.window import CROP_SIZE
from kltool.intake import load
from kltool.jointspace import WidthSettings, measure_joint_space, trace_margins
from kltool.localize import find_knees
from kltool.localize.landmarks import refine_placement
from kltool.reading import DEFAULT
from kltool.training.data.annotated import RELIABLE_FIT, AnnotatedKnee, load_annotated
from kltool.training.detection import first_knee
from kltool.values.joint_space import TracedJoint
from kltool.values.knee import Knee
from kltool.values.length import Width
from kltool.values.measure import Compartment
from kltool.weights import Models, load_models

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "results" / "choices.md"
RANGES = {
    Compartment.MEDIAL: ((0.05, 0.32), (0.10, 0.32), (0.13, 0.32), (0.13, 0.26), (0.16, 0.32), (0.13, 0.36)),
    Compartment.LATERAL: ((0.70, 0.95), (0.70, 0.90), (0.68, 0.87), (0.70, 0.87), (0.74, 0.87), (0.64, 0.84)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/ and landmarks/")
    data, models = parser.parse_args().data, load_models()
    reliable = [knee for knee in load_annotated(data, "train") if knee.fit >= RELIABLE_FIT]
    found = [(knee, first_knee(knee.film, models)) for knee in reliable[::2]]
    located = [(knee, at) for knee, at in found if at is not None]
    sections = [
        "# The figures behind the choices\n\nMade by `python scripts/choices.py ../shared/data`.",
        _crops(reliable),
        _rounds(reliable[:60], models),
        _femoral_width(models),
        _ranges(located, models),
    ]
    OUT.write_text("\n\n".join(sections) + "\n")
    print(OUT.read_text())


def _crops(knees: list[AnnotatedKnee]) -> str:
    names = ("tibial width", "joint centre, row", "joint centre, column", "tibial width, mm")
    placed = [(knee.placement, knee.mm_per_px) for knee in knees]
    values = np.array([(at.tibial_width_px, *at.centre, at.tibial_width_px * mm) for at, mm in placed])
    rows = [(n, f"{v.mean():.1f}", f"{v.std():.1f}") for n, v in zip(names, values.T, strict=True)]
    head = f"## Crops: {len(knees)} reliably annotated `train` knees, pixels of {CROP_SIZE} (last row: mm)"
    return f"{head}\n\n{MarkdownTable(('', 'mean', 'SD'), rows)}"


def _rounds(knees: list[AnnotatedKnee], models: Models) -> str:
    moved = []
    for knee in knees:
        placement, second = refine_placement(knee.crop, knee.placement, models.landmarks)
        _, fourth = refine_placement(knee.crop, placement, models.landmarks)
        moved.append(np.abs(fourth.tibia - second.tibia).mean() / placement.tibial_width_px)
    return (
        "## Landmarks: two further rounds\n\n"
        f"Move the tibial points by {100 * np.mean(moved):.2f}% of the tibial width on average, "
        f"{100 * np.max(moved):.2f}% at most ({len(moved)} knees)."
    )


def _femoral_width(models: Models) -> str:
    ratios = []
    for file in sorted((ROOT / "sample_images").rglob("*.dcm")):
        truth = json.loads(file.with_suffix(".truth.json").read_text())["knees"]
        true = {knee["side"]: np.array(knee["x_axis"]) for knee in truth}
        for knee in find_knees(load(file), models).knees:
            ends = true[str(knee.side)]
            ratios.append(float(np.hypot(*(ends[1] - ends[0]))) / knee.placement.tibial_width_px)
    return (
        "## True femoral width over found tibial width, simulated samples\n\n"
        f"Mean {np.mean(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f} ({len(ratios)} knees)."
    )


def _ranges(located: list[tuple[AnnotatedKnee, Knee]], models: Models) -> str:
    traced = [(known, knee, trace_margins(knee, models.margins, DEFAULT.margins)) for known, knee in located]
    rows = [
        (compartment, f"{low:.2f} to {high:.2f}", *_error(traced, compartment, (low, high)))
        for compartment, tried in RANGES.items()
        for low, high in tried
    ]
    columns = ("minimum", "x", "knees", "offset, mm", "SD, mm", "r")
    return f"## Range of x of the minimum, `train` knees\n\n{MarkdownTable(columns, rows)}"


def _error(
    located: list[tuple[AnnotatedKnee, Knee, TracedJoint]],
    compartment: Compartment,
    span: tuple[float, float],
) -> tuple[str, ...]:
    widths = WidthSettings(**{f"{compartment}_range": span})
    pairs = []
    for known, knee, traced in located:
        minimum = measure_joint_space(knee, traced, widths).of(compartment).minimum
        if isinstance(minimum, Width):
            pairs.append((minimum.percent / 100 * known.tibia_mm, known.width_mm(compartment)))
    measured, annotated = np.array(pairs).T
    away = measured - annotated
    r = np.corrcoef(measured, annotated)[0, 1]
    return str(len(pairs)), f"{np.median(away):+.2f}", f"{away.std(ddof=1):.2f}", f"{r:.3f}"


if __name__ == "__main__":
    main()
