"""Simulate knees for training: python scripts/simulate_joints.py FOLDER --count 6000."""

import argparse
from functools import partial
from pathlib import Path

from kltool.simulate.population import simulate_random
from kltool.training.data.simulated_joints import joint_of_film, save
from kltool.training.parallel import for_seeds


def simulate(seed: int, folder: Path) -> None:
    path = folder / f"{seed:07d}.npz"
    if not path.exists():
        save(*joint_of_film(simulate_random(seed)), path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first; evaluation uses 1000000 up")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seeds = range(options.first, options.first + options.count)
    for_seeds(partial(simulate, folder=options.folder), seeds, "simulating", options.jobs)


if __name__ == "__main__":
    main()
