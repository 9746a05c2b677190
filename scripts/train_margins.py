"""Train the margin network: python scripts/train_margins.py ../shared/data DRAWN --out FOLDER.

DRAWN: knees drawn by scripts/simulate_joints.py. Started again, it goes on from its last checkpoint.
"""

import argparse
from pathlib import Path

import torch
from rich.progress import track

from kltool.training.annotated import load_annotated, without_masks
from kltool.training.joints import joint_of_annotation, load
from kltool.training.margins import Schedule, train

HELD_OUT = 100  # drawn knees to watch the training by


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with landmarks/ and oai_kl/")
    parser.add_argument("drawn", type=Path, help="folder of drawn knees")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and weights")
    parser.add_argument("--steps", type=int, default=Schedule().steps)
    parser.add_argument("--annotated", type=float, default=Schedule().annotated_share, help="their share")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    drawn = [load(path) for path in track(sorted(options.drawn.glob("*.npz")), "loading")]
    annotated = without_masks(load_annotated(options.data, "train"), options.data)
    model = train(
        drawn[HELD_OUT:],
        [joint_of_annotation(knee) for knee in annotated],
        drawn[:HELD_OUT],
        Schedule(steps=options.steps, annotated_share=options.annotated, seed=options.seed),
        options.out,
    )
    torch.save(model.state_dict(), options.out / "margins.pt")


if __name__ == "__main__":
    main()
