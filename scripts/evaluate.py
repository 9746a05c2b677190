"""Measure the whole road on knees with known answers: python scripts/evaluate.py ../shared/data.

Writes docs/results/road.md.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from kltool.intake import load
from kltool.learn.annotated import load_annotated
from kltool.learn.evaluate import GradeScore, count_outcomes, score_grades, score_repeats, score_widths
from kltool.read import read
from kltool.values.findings import Compartment, NotMeasured, Width
from kltool.values.image import Side
from kltool.weights import Models, load_models

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/, landmarks/, external/ and refuse/")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results" / "road.md")
    options = parser.parse_args()
    data, models = options.data, load_models()
    sections = [
        "# The road on known knees\n\nMade by `python scripts/evaluate.py ../shared/data`.",
        _models(models),
        _grades(score_grades(data / "oai_kl" / "val", models)),
        _widths(data, models),
        _repeats(data, models),
        _samples(models),
        _films(data, models),
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text("\n\n".join(sections) + "\n")
    print(options.out.read_text())


def _models(models: Models) -> str:
    rows = [f"| {name} | `{sha256}` |" for name, sha256 in models.hashes.items()]
    return "\n".join(["| model | sha256 |", "|---|---|", *rows])


def _grades(score: GradeScore) -> str:
    low, high = score.kappa_95
    rows = [
        f"| **{label}** | " + " | ".join(map(str, row)) + " |" for label, row in enumerate(score.confusion)
    ]
    return "\n".join(
        [
            "## KL grade, OAI `val`, never trained on",
            "",
            f"{score.read} of {score.images} images read. Quadratic weighted kappa {score.kappa:.3f} "
            f"(95% {low:.3f} to {high:.3f}, bootstrap over participants); accuracy {score.accuracy:.3f}; "
            f"balanced accuracy {score.balanced_accuracy:.3f}; mean absolute error "
            f"{score.mean_absolute_error:.3f}.",
            "",
            "| label \\ read | 0 | 1 | 2 | 3 | 4 |",
            "|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _widths(data: Path, models: Models) -> str:
    rows = [
        f"| {s.compartment} | {s.knees} | {s.not_measured} | {s.offset_mm:+.2f} | "
        f"{s.mean_absolute_error_mm:.2f} | {s.p95_mm:.2f} | {s.correlation:.2f} |"
        for s in score_widths(load_annotated(data, "val"), models)
    ]
    return "\n".join(
        [
            "## Minimum joint space against the KNEEL annotation, `val` knees with fit score >= 2.5",
            "",
            "On 224 x 224 crops at about 0.46 mm a pixel. Errors are after one median offset, since the "
            "annotation lies on the plateau's rim.",
            "",
            "| compartment | knees | not measured | offset, mm | MAE, mm | P95, mm | r |",
            "|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


def _repeats(data: Path, models: Models) -> str:
    knees = load_annotated(data, "val")[::2]
    rows = [
        f"| {s.compartment} | {s.knees} | {s.median_sd_percent:.3f} | {s.rms_sd_percent:.3f} | "
        f"{0.76 * s.rms_sd_percent:.2f} |"
        for s in score_repeats(knees, models)
    ]
    return "\n".join(
        [
            "## Repeatability of the minimum, 20 perturbed films a knee",
            "",
            "Shift to 4 pixels, turn to 3 degrees, scale to 5%, gamma, noise. Millimetres at a 76 mm tibia.",
            "",
            "| compartment | knees | median SD, % of tibial width | RMS SD, % | RMS SD, mm |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _samples(models: Models) -> str:
    rows, errors = [], []
    for file in sorted((ROOT / "sample_images").rglob("*.dcm")):
        truths = {
            knee["side"]: knee for knee in json.loads(file.with_suffix(".truth.json").read_text())["knees"]
        }
        for knee in read(load(file), models).knees:
            for compartment in Compartment:
                minimum = knee.joint_space.of(compartment).minimum
                true = truths[str(knee.side)][str(compartment)]["minimum_mm"]
                if isinstance(minimum, Width) and not isinstance(minimum.mm, NotMeasured):
                    errors.append(minimum.mm - true)
                    name = f"{file.parent.name}/{file.stem}" if file.parent.name == "case" else file.stem
                    rows.append(f"| {name} | {knee.side} {compartment} | {true:.2f} | {minimum.mm:.2f} |")
    return "\n".join(
        [
            "## Simulated samples against their truth",
            "",
            f"Bias {np.mean(errors):+.2f} mm, mean absolute error {np.abs(errors).mean():.2f} mm, "
            f"{len(errors)} minima.",
            "",
            "| film | minimum | true, mm | measured, mm |",
            "|---|---|---|---|",
            *rows,
        ]
    )


def _films(data: Path, models: Models) -> str:
    rows = []
    for name, side in (("external/single", Side.RIGHT), ("external/bilateral", None), ("refuse", Side.RIGHT)):
        outcomes = count_outcomes((data / name).iterdir(), models, side)
        given = f" with `--side {side}`" if side else ""
        rows += [f"| {name}{given} | {outcome} | {count} |" for outcome, count in outcomes.most_common()]
    return "\n".join(["## Films of other sources", "", "| films | outcome | count |", "|---|---|---|", *rows])


if __name__ == "__main__":
    main()
