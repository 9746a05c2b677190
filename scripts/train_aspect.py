"""Train the network that tells natural frontal knees, and their hand, from all else.

python scripts/train_aspect.py ../shared/data/oai_kl --drawn JOINTS --out FOLDER

JOINTS is a folder of scripts/simulate_joints.py.
"""

import argparse
from pathlib import Path

import torch

from kltool.training.graded import prepare
from kltool.training.joints import load_outline
from kltool.training.knee_class import Schedule, Shown, train


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with train/ and val/, each with 0/ to 4/")
    parser.add_argument("--drawn", type=Path, required=True, help="folder of drawn joints")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    known: list[Shown]
    known, held_out = (
        list(prepare(options.data / split, options.out / f"{split}.npz", jobs=2))
        for split in ("train", "val")
    )
    drawn = [load_outline(path) for path in sorted(options.drawn.glob("*.npz"))]
    model = train(known + drawn, held_out, Schedule(epochs=options.epochs, seed=options.seed))
    torch.save(model.state_dict(), options.out / "aspect.pt")


if __name__ == "__main__":
    main()
