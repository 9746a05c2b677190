"""Train the KL grader: python scripts/train_grader.py ../shared/data/oai_kl --out FOLDER.

Started again, it goes on from its last checkpoint.
"""

import argparse
from pathlib import Path

import torch

from kltool.training.graded import prepare
from kltool.training.grader import Schedule, train
from kltool.training.networks.backbone import IMAGENET
from kltool.training.networks.grader import Grader, restored
from kltool.training.shipped import graders_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with train/ and val/, each with 0/ to 4/")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and log")
    parser.add_argument("--backbone", choices=sorted(IMAGENET), default="lite0")
    parser.add_argument("--epochs", type=int, default=24, help="how many epochs")
    parser.add_argument("--coarse", type=int, help="how many of them at 0.6 of the resolution; a quarter")
    parser.add_argument("--begin", type=Path, help="grader.onnx to begin with, in place of ImageNet weights")
    parser.add_argument("--member", type=int, default=0, help="which of its graders")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="grader.pt or grader.onnx files")
    parser.add_argument("--rate", type=float, default=6e-4, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    knees, held_out = (
        prepare(options.data / split, options.out / f"{split}.npz", jobs=2) for split in ("train", "val")
    )
    coarse = options.epochs // 4 if options.coarse is None else options.coarse
    shares = (0.6,) * coarse + (1.0,) * (options.epochs - coarse)
    begin = graders_of(options.begin)[options.member] if options.begin else None
    kind = begin.kind if begin else options.backbone
    teachers = [grader for file in options.teachers for grader in _graders_in(file)]
    labels = "taught" if teachers else "readers"
    schedule = Schedule(kind, shares, learning_rate=options.rate, labels=labels, seed=options.seed)
    train(knees, held_out, options.out, schedule, begin, teachers)


def _graders_in(file: Path) -> list[Grader]:
    if file.suffix == ".onnx":
        return graders_of(file)
    return [restored(torch.load(file, weights_only=True))]


if __name__ == "__main__":
    main()
