"""Time what a user waits for.

python scripts/benchmark.py speed    one image: docs/results/speed.md
python scripts/benchmark.py batch    many: docs/results/batch.md
python scripts/benchmark.py ledger   what rows weigh and cost: docs/results/ledger.md

With the extras 'simulate' and 'dev', and the machine left alone.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from evaluation.markdown import MarkdownTable, machine

from kltool.intake import load
from kltool.reading import read
from kltool.simulate import Film, KneeScene, simulate_knee
from kltool.values.radiograph import Side
from kltool.weights import load_models

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "results" / "speed.md"
REPEATS = 9


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("speed", "batch", "ledger"))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args()
    if options.what == "batch":
        _batch(options.data)
    elif options.what == "ledger":
        _ledger()
    else:
        _speed()


def _batch(data: Path) -> None:
    from evaluation.batch.page import ImageCounts, measure_batch, write  # late: needs the extras

    print(write(measure_batch(data, ImageCounts()), ImageCounts(), OUT.parent).read_text())


def _ledger() -> None:
    from evaluation.batch.ledger import measure_ledger, write  # late: needs the extra 'dev'

    film = ROOT / "sample_images" / "knee_right_normal.dcm"
    print(write(measure_ledger(film), OUT.parent).read_text())


def _speed() -> None:
    models = load_models()
    scene, film = KneeScene(Side.RIGHT), replace(Film(), rows=512, columns=512)
    single, both = ROOT / "sample_images" / "knee_right_normal.dcm", ROOT / "sample_images" / "bilateral.dcm"
    rows = [
        _row("`kltool --help`, a new process", _help),
        _row("simulate one knee, 512 x 512, compiled", lambda: simulate_knee(scene, film)),
        _row("load and read a film of one knee, 620 x 560", lambda: read(load(single), models)),
        _row("load and read a film of both knees, 720 x 1340", lambda: read(load(both), models)),
    ]
    made = f"Made by `python scripts/benchmark.py speed` on {machine()}; {REPEATS} repeats after one."
    heading = f"# Speed\n\n{made}\n"
    table = MarkdownTable(("what", "fastest, s", "median, s", "slowest, s"), rows)
    OUT.write_text(f"{heading}\n{table}\n")
    print(OUT.read_text())


def _row(name: str, run: Callable[[], object]) -> tuple[str, ...]:
    run()
    seconds = sorted(_timed(run) for _ in range(REPEATS))
    return name, f"{seconds[0]:.2f}", f"{statistics.median(seconds):.2f}", f"{seconds[-1]:.2f}"


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _help() -> None:
    subprocess.run([sys.executable, "-m", "kltool", "--help"], check=True, capture_output=True)


if __name__ == "__main__":
    main()
