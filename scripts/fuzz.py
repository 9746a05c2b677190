"""Read films damaged at random for a stated time: python scripts/fuzz.py --minutes 5.

Each is a mutation of a seed of tests/corpus, or of a sample film, and is read by a worker whose memory, time
and end are watched, as for docs/results/hostile.md. The exit code is 1 where an input ended a worker, took
longer than 10 s or more than 512 MB, or gave an error that kltool does not raise itself. Such inputs are
kept, named by seed and number, by which the same are made again.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from evaluation.hostile.mutants import mutant
from evaluation.hostile.mutations import Trial, found, tried_one
from evaluation.hostile.watched import Watched, watching

EVERY_S: Final = 10.0  # between two lines of progress


def main() -> None:
    options = _options()
    seed = int(time.time()) if options.seed is None else options.seed
    watched, missed, said = [], 0, time.monotonic()
    print(f"seed {seed}", flush=True)
    for trial in _trials(seed, time.monotonic() + 60 * options.minutes):
        watched.append(trial.watched)
        if trial.missed:
            missed += 1
            print(f"{trial}: {_kept(trial, seed, options.keep)}", flush=True)
        if time.monotonic() - said > EVERY_S:
            said = time.monotonic()
            print(f"{len(watched)} read, {missed} missed the bar", flush=True)
    print(_outcome(watched, missed))
    sys.exit(1 if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, help="another one each time where not given; it is printed")
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzzed"), help="folder of inputs that miss the bar"
    )
    return parser.parse_args()


def _trials(seed: int, end: float) -> Iterator[Trial]:
    """Until the end, in seconds of the monotonic clock."""
    with tempfile.TemporaryDirectory() as name, watching() as watcher:
        for number in count():
            if time.monotonic() > end:
                return
            yield tried_one(mutant(seed, number), number, Path(name), watcher)


def _kept(trial: Trial, seed: int, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{seed}-{trial.number}-{trial.made.seed}"
    path.write_bytes(trial.made.data)
    return path


def _outcome(watched: list[Watched], missed: int) -> str:
    return f"{len(watched)} inputs, {missed} missed the bar; {found(watched)}"


if __name__ == "__main__":
    main()
