"""Measure what kltool reads on knees with known answers.

python scripts/evaluate.py road         grades, widths, films of other sources: docs/results/road.md
python scripts/evaluate.py jointspace   the joint space against its bars: docs/results/jointspace.md
python scripts/evaluate.py grade        the grade against its bars: docs/results/grade.md
python scripts/evaluate.py localize     knees found and refused: docs/results/localize.md
python scripts/evaluate.py compare      changes between films: docs/results/compare.md

The last four need the extras 'simulate' and 'dev'.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from evaluation.page import Table
from evaluation.pipeline import GradeScore, count_outcomes, score_grades, score_repeats, score_widths

from kltool.intake import load
from kltool.reading import read
from kltool.training.annotated import load_annotated
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.radiograph import Side
from kltool.values.reading import GRADES
from kltool.weights import Models, load_models

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    page = options.run(options)
    print(page.read_text())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="road|jointspace|grade|localize|compare")
    road, space, grade, finding, change = (
        commands.add_parser(name) for name in ("road", "jointspace", "grade", "localize", "compare")
    )
    for command in (road, space, grade, finding, change):
        command.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
        command.add_argument("--out", type=Path, default=ROOT / "docs" / "results", help="folder of the page")
    road.set_defaults(run=_road)
    space.add_argument("--simulated", type=int, default=500, help="how many drawn knees")
    finding.add_argument("--films", type=int, default=2000, help="how many composite and drawn films")
    change.add_argument("--visits", type=int, default=1100, help="how many drawn knees at three visits")
    for command in (space, grade, finding, change):
        command.add_argument("--knees", type=int, help="val crops, spread over all; all where not given")
        command.add_argument("--jobs", type=int, default=2, help="processes; changes no figure but the times")
    space.set_defaults(run=_joint_space)
    grade.set_defaults(run=_grade)
    finding.set_defaults(run=_localize)
    change.set_defaults(run=_compare)
    return parser.parse_args()


def _joint_space(options: argparse.Namespace) -> Path:
    from evaluation.jointspace import Extent, gather, write  # late: needs the extra 'simulate'

    return write(gather(options.data, Extent(options.simulated, options.knees, options.jobs)), options.out)


def _grade(options: argparse.Namespace) -> Path:
    from evaluation.grade_evidence import gather  # late: needs the extra 'simulate'
    from evaluation.grades import write

    return write(gather(options.data, options.knees, options.jobs), options.out)


def _localize(options: argparse.Namespace) -> Path:
    from evaluation.localize import gather, write  # late: needs the extra 'simulate'

    boxes = ROOT / "tests" / "localize" / "strips.csv"
    return write(gather(options.data, boxes, options.films, options.knees, options.jobs), options.out)


def _compare(options: argparse.Namespace) -> Path:
    from evaluation.compare import gather, write  # late: needs the extra 'simulate'

    samples = ROOT / "sample_images"
    return write(gather(options.data, samples, options.visits, options.knees, options.jobs), options.out)


def _road(options: argparse.Namespace) -> Path:
    data, models, page = options.data, load_models(), options.out / "road.md"
    sections = [
        "# The road on known knees\n\nMade by `python scripts/evaluate.py road`.",
        _models(models),
        _grades(score_grades(data / "oai_kl" / "val", models)),
        _widths(data, models),
        _repeats(data, models),
        _samples(models),
        _films(data, models),
    ]
    page.write_text("\n\n".join(sections) + "\n")
    return Path(page)


def _models(models: Models) -> str:
    return str(Table(("model", "sha256"), [(name, f"`{sha256}`") for name, sha256 in models.hashes.items()]))


def _grades(score: GradeScore) -> str:
    low, high = score.kappa_95
    rows = [(f"**{label}**", *row) for label, row in enumerate(score.confusion)]
    return "\n".join(
        [
            "## KL grade, OAI `val`, never trained on",
            "",
            f"{score.read} of {score.images} images read. Quadratic weighted kappa {score.kappa:.3f} "
            f"(95% {low:.3f} to {high:.3f}, bootstrap over participants); accuracy {score.accuracy:.3f}; "
            f"balanced accuracy {score.balanced_accuracy:.3f}; mean absolute error "
            f"{score.mean_absolute_error:.3f}.",
            "",
            str(Table(("label \\ read", *GRADES), rows)),
        ]
    )


def _widths(data: Path, models: Models) -> str:
    rows = [
        (
            *(s.compartment, s.knees, s.not_measured, f"{s.offset_mm:+.2f}"),
            *(f"{s.mean_absolute_error_mm:.2f}", f"{s.p95_mm:.2f}", f"{s.correlation:.2f}"),
        )
        for s in score_widths(load_annotated(data, "val"), models)
    ]
    columns = ("compartment", "knees", "not measured", "offset, mm", "MAE, mm", "P95, mm", "r")
    return "\n".join(
        [
            "## Minimum joint space against the KNEEL annotation, `val` knees with fit score >= 2.5",
            "",
            "On 224 x 224 crops at about 0.46 mm a pixel. Errors are after one median offset, since the "
            "annotation lies on the plateau's rim.",
            "",
            str(Table(columns, rows)),
        ]
    )


def _repeats(data: Path, models: Models) -> str:
    knees = load_annotated(data, "val")[::2]
    rows = [
        (
            *(s.compartment, s.knees, f"{s.median_sd_percent:.3f}"),
            *(f"{s.rms_sd_percent:.3f}", f"{0.76 * s.rms_sd_percent:.2f}"),
        )
        for s in score_repeats(knees, models)
    ]
    columns = ("compartment", "knees", "median SD, % of tibial width", "RMS SD, %", "RMS SD, mm")
    return "\n".join(
        [
            "## Repeatability of the minimum, 20 perturbed films a knee",
            "",
            "Shift to 5%, turn to 3 degrees, scale to 5%, gamma, noise, JPEG. Millimetres at a 76 mm tibia.",
            "",
            str(Table(columns, rows)),
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
                    rows.append((name, f"{knee.side} {compartment}", f"{true:.2f}", f"{minimum.mm:.2f}"))
    return "\n".join(
        [
            "## Simulated samples against their truth",
            "",
            f"Bias {np.mean(errors):+.2f} mm, mean absolute error {np.abs(errors).mean():.2f} mm, "
            f"{len(errors)} minima.",
            "",
            str(Table(("film", "minimum", "true, mm", "measured, mm"), rows)),
        ]
    )


def _films(data: Path, models: Models) -> str:
    rows = []
    for name, side in (("external/single", Side.RIGHT), ("external/bilateral", None), ("refuse", Side.RIGHT)):
        outcomes = count_outcomes((data / name).iterdir(), models, side)
        given = f" with `--side {side}`" if side else ""
        rows += [(f"{name}{given}", outcome, count) for outcome, count in outcomes.most_common()]
    return f"## Films of other sources\n\n{Table(('films', 'outcome', 'count'), rows)}"


if __name__ == "__main__":
    main()
