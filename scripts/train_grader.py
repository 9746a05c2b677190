"""Train the KL grader: python scripts/train_grader.py ../shared/data/oai_kl --out FOLDER.

Started again, it goes on from its last checkpoint.
"""

import argparse
from pathlib import Path

from kltool.learn.graded import prepare
from kltool.learn.grader import Schedule, train
from kltool.networks.grader import IMAGENET


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with train/ and val/, each with 0/ to 4/")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and log")
    parser.add_argument("--backbone", choices=sorted(IMAGENET), default="lite0")
    parser.add_argument("--epochs", type=int, default=24, help="a quarter of them at 0.6 of the resolution")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    knees, held_out = (
        prepare(options.data / split, options.out / f"{split}.npz", jobs=2) for split in ("train", "val")
    )
    coarse = options.epochs // 4
    shares = (0.6,) * coarse + (1.0,) * (options.epochs - coarse)
    train(knees, held_out, options.out, Schedule(options.backbone, shares, seed=options.seed))


if __name__ == "__main__":
    main()
