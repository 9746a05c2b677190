"""Fit the errors of widths on drawn knees: python scripts/calibrate_widths.py [--count 400].

Writes docs/results/width-errors.md: the numbers of ErrorSettings (kltool/jointspace/error.py) and of the
rotation (kltool/jointspace/positioning.py).
"""

import argparse
from pathlib import Path

from evaluation.page import Table

from kltool.training.calibrate import FIRST_SEED, KINDS, covered, factors, fit_kind, fit_turns, gather

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "width-errors.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    errors, turns = gather(options.count, options.jobs)
    fits = {kind: fit_kind(errors, kind) for kind in KINDS}
    widening = factors(errors, fits)
    kinds = [(kind, f"{fit.floor:.5f}", f"{fit.gain:.2f}", str(fit.count)) for kind, fit in fits.items()]
    qualities = [
        (str(quality), f"{factor:.2f}", str(sum(error.quality is quality for error in errors)))
        for quality, factor in widening.items()
    ]
    slope, neutral, left = fit_turns(turns)
    parts = [
        "# Errors of widths",
        f"Made by `python scripts/calibrate_widths.py --count {options.count}`: knees drawn with seeds "
        f"{FIRST_SEED} to {FIRST_SEED + options.count - 1}, each on its film and on a coarse crop. "
        "Shares of the tibial width; variance = floor² + gain² · (variance of both margins), fitted on films "
        "that are not poor.",
        str(Table(("kind", "floor", "gain", "widths"), kinds)),
        "Factor by which the deviations of films of a quality have to grow:",
        str(Table(("quality", "factor", "widths"), qualities)),
        f"With both, {100 * covered(errors, fits, widening):.1f}% of the 95% intervals hold the truth.",
        f"Rotation of the leg = {slope:.0f} degrees · (offset of the spines - {neutral:.4f}), in tibial "
        f"widths; what is left has a standard deviation of {left:.1f} degrees ({len(turns)} legs).",
    ]
    PAGE.write_text("\n\n".join(parts) + "\n")
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
