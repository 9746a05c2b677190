"""Make an ensemble of trained graders and fit its calibration on `val`.

python scripts/calibrate_grader.py ../shared/data/oai_kl FOLDER [FOLDER ...] --out OUT

Each FOLDER is one of `python -m kltool.training grader`. Writes OUT/grader.pt, from which the grader is
exported, and docs/results/grader-ensemble.md: how well each alone and all together do on knees whose owners
were left out of the fit. Needs the extra 'dev'.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

import torch
from evaluation.grade.ensemble import ensemble, known_knees

from kltool.training.data.graded import prepare
from kltool.training.networks.grader import packed, restored

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "grader-ensemble.md"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with val/")
    parser.add_argument("folders", type=Path, nargs="+", help="folders of trained graders")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    known = known_knees(prepare(options.data / "val", options.out / "val.npz", jobs=2))
    states = {folder.name: torch.load(folder / "grader.pt", weights_only=True) for folder in options.folders}
    found = ensemble({name: restored(state) for name, state in states.items()}, known)
    PAGE.write_text(f"# Trained graders\n\nMade by `python scripts/calibrate_grader.py`.\n\n{found.page}")
    print(found.page)
    state = {
        "graders": [packed(grader) for grader in found.graders],
        "calibration": asdict(found.calibration),
    }
    torch.save(state, options.out / "grader.pt")


if __name__ == "__main__":
    main()
