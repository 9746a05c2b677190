"""Train the landmark network: python scripts/train_landmarks.py ../shared/data DRAWN --out FOLDER.

DRAWN: knees drawn by scripts/simulate_joints.py.
"""

import argparse
from pathlib import Path

import torch

from kltool.training.annotated import load_annotated, without_masks
from kltool.training.joints import load_outline
from kltool.training.landmarks import Schedule, train

HELD_OUT = 100  # drawn knees to watch the training by


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with landmarks/ and oai_kl/")
    parser.add_argument("drawn", type=Path, help="folder of drawn knees")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument("--steps", type=int, default=Schedule().steps)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    drawn = [load_outline(path) for path in sorted(options.drawn.glob("*.npz"))]
    model = train(
        without_masks(load_annotated(options.data, "train"), options.data),
        drawn[HELD_OUT:],
        load_annotated(options.data, "val"),
        drawn[:HELD_OUT],
        Schedule(steps=options.steps, seed=options.seed),
    )
    torch.save(model.state_dict(), options.out / "landmarks.pt")


if __name__ == "__main__":
    main()
