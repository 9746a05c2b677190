"""Fit the certainty of the grader on `val`: python scripts/calibrate_grader.py ../shared/data/oai_kl FOLDER.

FOLDER: of scripts/train_grader.py. Writes FOLDER/certainty.json, with which the grader is exported, and
prints how well it does on knees whose owners were left out of the fit.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from kltool.learn.certainty import calibration_error, cross_fitted, fit
from kltool.learn.graded import prepare
from kltool.learn.grader import logits_of
from kltool.learn.views import plain
from kltool.networks.grader import Grader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with val/")
    parser.add_argument("folder", type=Path, help="folder of the trained grader")
    options = parser.parse_args()
    grader = Grader()
    grader.load_state_dict(torch.load(options.folder / "grader.pt", weights_only=True))
    knees = prepare(options.data / "val", options.folder / "val.npz", jobs=2)
    logits = logits_of(grader, [plain(knee) for knee in knees])
    labels = np.array([knee.grade for knee in knees])
    people = np.array([knee.name[:-1] for knee in knees])
    (options.folder / "certainty.json").write_text(json.dumps(asdict(fit(logits, labels)), indent=1) + "\n")
    probabilities, likely = cross_fitted(logits, labels, people)
    right = probabilities.argmax(1) == labels
    held = likely[np.arange(len(labels)), labels]
    print(f"{len(knees)} val knees, accuracy of the most probable grade {right.mean():.3f}")
    print(f"calibration error {calibration_error(probabilities.max(1), right):.3f}")
    print(f"sets hold {held.mean():.3f} of the labels, mean size {likely.sum(1).mean():.2f}")


if __name__ == "__main__":
    main()
