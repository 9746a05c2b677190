"""Draw knees for training: python scripts/simulate_joints.py FOLDER --count 6000."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from rich.progress import track

from kltool.simulate.population import simulate_random
from kltool.training.joints import joint_of_film, save


def draw(seed: int, folder: Path) -> None:
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
    with ProcessPoolExecutor(options.jobs) as pool:
        done = pool.map(partial(draw, folder=options.folder), seeds, chunksize=8)
        for _ in track(done, "drawing", total=options.count):
            pass


if __name__ == "__main__":
    main()
