"""Train the finder: python scripts/train_finder.py ../shared/data --out FOLDER."""

import argparse
from pathlib import Path

import torch

from kltool.training.annotated import load_annotated
from kltool.training.finder import Schedule, train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with landmarks/ and oai_kl/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained weights")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    model = train(load_annotated(options.data, "train"), Schedule(seed=options.seed))
    torch.save(model.state_dict(), options.out / "finder.pt")


if __name__ == "__main__":
    main()
