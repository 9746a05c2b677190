"""Targets and losses of the grader, side by side.

python scripts/compare_losses.py ../shared/data/oai_kl --out FOLDER

Every network begins with the same ImageNet weights and sees the same views in the same order, at part of the
resolution; only its targets, or how its outputs become probabilities, differ. Writes
docs/results/grader-losses.md. Started again, it goes on from its last checkpoint.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from evaluation.grade.ensemble import compared, known_knees

from kltool.training.data.graded import prepare
from kltool.training.data.views import plain, scaled
from kltool.training.grader import Grading, Recipe, logits_of
from kltool.training.loop import fit
from kltool.training.onnx_weights import graders_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "grader-losses.md"
USUAL = Recipe()
RECIPES = {  # the first is what the others are compared with
    "a second reader's distribution": USUAL,
    "the label alone": replace(USUAL, labels="hard"),
    "a second reader's distribution, knees never mixed": replace(USUAL, mixed=0.0),
    "the same in continuation ratios (CORN)": replace(USUAL, head="continuation"),
    "the same in a cumulative link": replace(USUAL, head="cumulative"),
    "confusion as teachers have it": replace(USUAL, labels="confusion"),
    "distilled from a teacher": replace(USUAL, labels="distilled"),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with train/ and val/, each with 0/ to 4/")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and logs")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--share", type=float, default=0.6, help="of the view's resolution")
    parser.add_argument("--teachers", type=Path, default=Path("models/grader.onnx"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    knees, held_out = (
        prepare(options.data / split, options.out / f"{split}.npz", jobs=2) for split in ("train", "val")
    )
    views = [plain(knee, scaled(options.share)) for knee in held_out]
    teachers = graders_of(options.teachers)
    shares = (options.share,) * options.epochs
    logits = {}
    for number, (name, usual) in enumerate(RECIPES.items(), start=1):
        folder = options.out / str(number)
        folder.mkdir(exist_ok=True)
        recipe = replace(usual, shares=shares)
        task = Grading(knees, held_out, recipe, recipe.schedule(len(knees)), teachers=teachers)
        logits[name] = logits_of([fit(task, folder)], views)
    table = compared(logits, known_knees(held_out))
    PAGE.write_text(
        f"# Targets and losses of the grader\n\nMade by `python scripts/compare_losses.py`: {options.epochs} "
        f"epochs of EfficientNet-Lite0 from ImageNet weights at {options.share:g} of the view's resolution, "
        f"one run each.\n\n{table}"
    )
    print(table)


if __name__ == "__main__":
    main()
