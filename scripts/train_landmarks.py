"""Train the landmark network: python scripts/train_landmarks.py ../shared/data --out FOLDER."""

import argparse
from pathlib import Path

import torch

from kltool.learn.annotated import load_annotated
from kltool.learn.landmarks import Schedule, train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with landmarks/ and oai_kl/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = train(
        load_annotated(options.data, "train"),
        load_annotated(options.data, "val"),
        Schedule(seed=options.seed),
    )
    torch.save(model.state_dict(), options.out / "landmarks.pt")


if __name__ == "__main__":
    main()
