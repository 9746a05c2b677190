"""Measure what kltool reads on knees with known answers.

python scripts/evaluate.py pipeline     grades, widths, films of other sources: docs/results/pipeline.md
python scripts/evaluate.py jointspace   the joint space against its criteria: docs/results/jointspace.md
python scripts/evaluate.py grade        the grade against its criteria: docs/results/grade.md
python scripts/evaluate.py localize     knees found and refused: docs/results/localize.md
python scripts/evaluate.py polarity     whole films and their negatives: docs/results/polarity.md
python scripts/evaluate.py letters      letters on films: docs/results/letters.md
python scripts/evaluate.py compare      changes between films: docs/results/compare.md
python scripts/evaluate.py spheres      spacings from calibration spheres: docs/results/spheres.md
python scripts/evaluate.py full-fields  films as hospitals send them: docs/results/full-fields.md
python scripts/evaluate.py faults       faults that users found, tried again: docs/results/faults.md
python scripts/evaluate.py hostile      input made to harm: docs/results/hostile.md
python scripts/evaluate.py site         the grade calibrated for a site: docs/results/site.md
python scripts/evaluate.py drift        films unlike those of the training: docs/results/drift.md

All but the first need the extras 'simulate' and 'dev'.
"""

import argparse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_images"


def main() -> None:
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    print(options.run(options).read_text())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(
        required=True,
        metavar="pipeline|jointspace|grade|localize|polarity|letters|compare|spheres|full-fields|faults|hostile|site|drift",
    )
    runs = {
        "pipeline": _pipeline,
        "jointspace": _joint_space,
        "grade": _grade,
        "localize": _localize,
        "polarity": _polarity,
        "letters": _letters,
        "compare": _compare,
        "spheres": _spheres,
        "full-fields": _full_fields,
        "faults": _faults,
        "hostile": _hostile,
        "site": _site,
        "drift": _drift,
    }
    parsers = {name: commands.add_parser(name) for name in runs}
    for name, command in parsers.items():
        command.set_defaults(run=runs[name])
        command.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
        command.add_argument("--out", type=Path, default=ROOT / "docs" / "results", help="folder of the page")
        if name not in ("pipeline", "letters", "faults", "hostile"):
            command.add_argument("--knees", type=int, help="val crops, spread over all; all where not given")
            command.add_argument("--jobs", type=int, default=2, help="processes; changes no figure but times")
    parsers["jointspace"].add_argument("--simulated", type=int, default=500, help="how many simulated knees")
    films = "how many composite and simulated films"
    parsers["localize"].add_argument("--films", type=int, default=2000, help=films)
    balls = "how many films with a ball, simulated and of crops each"
    parsers["spheres"].add_argument("--films", type=int, default=200, help=balls)
    parsers["full-fields"].add_argument("--simulated", type=int, default=500, help="how many simulated films")
    visits = "how many simulated knees at three visits"
    parsers["compare"].add_argument("--visits", type=int, default=1100, help=visits)
    return parser.parse_args()


# Imports are late since all but the first need extras.


def _pipeline(options: argparse.Namespace) -> Path:
    from evaluation.pipeline.page import write

    return write(options.data, SAMPLES, options.out)


def _joint_space(options: argparse.Namespace) -> Path:
    from evaluation.jointspace.page import ReadCounts, gather, write

    return write(
        gather(options.data, ReadCounts(options.simulated, options.knees, options.jobs)), options.out
    )


def _grade(options: argparse.Namespace) -> Path:
    from evaluation.grade.collect import gather
    from evaluation.grade.page import write

    return write(gather(options.data, options.knees, options.jobs), options.out)


def _localize(options: argparse.Namespace) -> Path:
    from evaluation.localize.page import gather, write

    boxes = ROOT / "tests" / "localize" / "strips.csv"
    return write(gather(options.data, boxes, options.films, options.knees, options.jobs), options.out)


def _polarity(options: argparse.Namespace) -> Path:
    from evaluation.localize.polarity import read_fields, write

    marks = ROOT / "tests" / "localize" / "full_fields.csv"
    return write(read_fields(options.data / "full_field", marks, options.jobs), options.out)


def _letters(options: argparse.Namespace) -> Path:
    from evaluation.letters.page import gather, write

    return write(gather(options.data, ROOT / "tests" / "localize" / "full_fields.csv"), options.out)


def _compare(options: argparse.Namespace) -> Path:
    from evaluation.comparison.page import gather, write

    return write(gather(options.data, SAMPLES, options.visits, options.knees, options.jobs), options.out)


def _spheres(options: argparse.Namespace) -> Path:
    from evaluation.spheres.page import gather, write

    counts = options.films, options.knees or 200
    return write(
        gather(options.data, ROOT / "tests" / "localize", SAMPLES, counts, options.jobs), options.out
    )


def _full_fields(options: argparse.Namespace) -> Path:
    from evaluation.full_fields.page import gather, write

    return write(
        gather(options.data, ROOT / "tests", options.simulated, options.knees, options.jobs), options.out
    )


def _faults(options: argparse.Namespace) -> Path:
    from evaluation.faults.page import write

    return write(options.data.parent / "cases", options.out)


def _hostile(options: argparse.Namespace) -> Path:
    from evaluation.hostile.page import write

    return write(options.out)


def _site(options: argparse.Namespace) -> Path:
    from evaluation.site.films import gather
    from evaluation.site.page import write

    return write(gather(options.data, options.knees, options.jobs), options.out)


def _drift(options: argparse.Namespace) -> Path:
    from evaluation.drift.films import gather
    from evaluation.drift.page import write

    return write(gather(options.data, options.knees, options.jobs), options.out)


if __name__ == "__main__":
    main()
