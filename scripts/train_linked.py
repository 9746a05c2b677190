"""Train the linked margin network: python scripts/train_linked.py ../shared/data VISITS --out FOLDER.

VISITS: knees drawn by scripts/simulate_visits.py. It goes on from models/margins.onnx; started again, from
its last checkpoint.
"""

import argparse
from pathlib import Path

import torch
from rich.progress import track

from kltool.training.annotated import load_annotated, without_masks
from kltool.training.joints import joint_of_annotation, load
from kltool.training.linked import Schedule, traced, train
from kltool.training.shipped import margins_of
from kltool.weights import load_models

HELD_OUT = 100  # knees to watch the training by
MARGINS = Path(__file__).resolve().parents[1] / "models" / "margins.onnx"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with landmarks/ and oai_kl/")
    parser.add_argument("visits", type=Path, help="folder of knees drawn at two visits")
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and weights")
    parser.add_argument("--steps", type=int, default=Schedule().steps)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    later = sorted(options.visits.glob("*_1.npz"))
    visits = [
        (load(path.with_name(path.name.replace("_1.", "_0."))), load(path))
        for path in track(later, "loading")
    ]
    network = load_models().margins
    annotated = [
        traced(joint_of_annotation(knee), network)
        for knee in without_masks(load_annotated(options.data, "train"), options.data)
    ]
    model = train(
        margins_of(MARGINS, films=2),
        visits[HELD_OUT:],
        annotated,
        visits[:HELD_OUT],
        Schedule(steps=options.steps, seed=options.seed),
        options.out,
    )
    torch.save(model.state_dict(), options.out / "linked.pt")


if __name__ == "__main__":
    main()
