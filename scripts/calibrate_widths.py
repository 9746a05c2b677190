"""Fit the errors of widths on simulated knees: python scripts/calibrate_widths.py [--count 400].

Writes docs/results/width-errors.md: the numbers of ErrorSettings (kltool/jointspace/error.py) and of the
rotation (kltool/jointspace/positioning.py).
"""

import argparse
from pathlib import Path

from evaluation.markdown import MarkdownTable

from kltool.training.calibrate.widths import (
    FIRST_SEED,
    KINDS,
    coverage,
    fit_kind,
    fit_rotation,
    inflation_factors,
    measure_errors,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "width-errors.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    errors, rotations = measure_errors(options.count, options.jobs)
    laws = {kind: fit_kind(errors, kind) for kind in KINDS}
    factors = inflation_factors(errors, laws)
    kinds = [(kind, f"{law.floor:.5f}", f"{law.gain:.2f}", str(law.count)) for kind, law in laws.items()]
    qualities = [
        (str(quality), f"{factor:.2f}", str(sum(error.quality is quality for error in errors)))
        for quality, factor in factors.items()
    ]
    slope, neutral, residual = fit_rotation(rotations)
    parts = [
        "# Errors of widths",
        f"Made by `python scripts/calibrate_widths.py --count {options.count}`: knees simulated with seeds "
        f"{FIRST_SEED} to {FIRST_SEED + options.count - 1}, each on its film and on a coarse crop. "
        "Shares of the tibial width; variance = floor² + gain² · (variance of both margins), fitted on films "
        "that are not poor.",
        str(MarkdownTable(("kind", "floor", "gain", "widths"), kinds)),
        "Factor by which the deviations of films of a quality have to grow:",
        str(MarkdownTable(("quality", "factor", "widths"), qualities)),
        f"With both, {100 * coverage(errors, laws, factors):.1f}% of the 95% intervals contain the truth.",
        f"Rotation of the leg = {slope:.0f} degrees · (offset of the spines - {neutral:.4f}), in tibial "
        f"widths; the residual standard deviation is {residual:.1f} degrees ({len(rotations)} legs).",
    ]
    PAGE.write_text("\n\n".join(parts) + "\n")
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
