"""Simulate knees at two visits for training: python scripts/simulate_visits.py FOLDER --count 1500.

Half of the knees change medially, by up to 1.5 mm either way.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from kltool.simulate.visits import simulate_visits
from kltool.training.data.simulated_joints import joint_of_film, save
from kltool.training.parallel import for_seeds

FIRST = 300_000  # seeds from 500000 upwards calibrate, from 1000000 upwards they score
LARGEST_MM = 1.5


def simulate(seed: int, folder: Path) -> None:
    if (folder / f"{seed:07d}_1.npz").exists():
        return
    random = np.random.default_rng((seed, 13))
    change = float(random.uniform(-LARGEST_MM, LARGEST_MM)) if random.random() < 0.5 else 0.0
    for visit, film in enumerate(simulate_visits(seed, [change])):
        save(*joint_of_film(film), folder / f"{seed:07d}_{visit}.npz")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seeds = range(FIRST, FIRST + options.count)
    for_seeds(partial(simulate, folder=options.folder), seeds, "simulating", options.jobs)


if __name__ == "__main__":
    main()
