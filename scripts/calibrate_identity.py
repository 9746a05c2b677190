"""Fit the identity match: python scripts/calibrate_identity.py ../shared/data [--count 300].

Writes docs/results/identity.md: the coefficients of kltool/comparison/identity/match.py. On `train` crops and
simulated knees; `val` is not used.
"""

import argparse
from pathlib import Path

from evaluation.comparison.fit_identity import FIRST_SEED, WEIGHTS, fit, rescored
from evaluation.comparison.identity import decisions, discrimination
from evaluation.comparison.knee_pairs import PairKind, crop_pairs, simulated_pairs
from evaluation.markdown import MarkdownTable, Section

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "identity.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/")
    parser.add_argument("--count", type=int, default=300, help="train crops, and simulated knees")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    crops = crop_pairs(options.data / "oai_kl" / "train", options.count, options.jobs)
    pairs = crops + simulated_pairs(FIRST_SEED, options.count, options.jobs)
    found = fit(pairs)
    opening = (
        f"Made by `python scripts/calibrate_identity.py ../shared/data --count {options.count}`: `train` "
        "crops spread over their names, and simulated knees of seeds "
        f"{FIRST_SEED} to {FIRST_SEED + options.count - 1}."
    )
    weights = MarkdownTable(("pair", "weight"), [(kind, WEIGHTS[kind]) for kind in PairKind])
    law = MarkdownTable(
        ("intercept", "femur", "tibia", "outline"),
        [(f"{found.start:.2f}", f"{found.femur:.1f}", f"{found.tibia:.1f}", f"{found.outline:.0f}")],
        "Log odds of one knee: the intercept, for a correlation of 1, for outlines a tibial width apart.",
    )
    known = rescored(pairs, found)
    fitted = "Logistic regression, each kind of pair with its weight."
    tables = discrimination(known), decisions(known)
    sections = [
        Section("Coefficients", fitted, (), (law, weights)),
        Section("Pairs", "Those that the coefficients were fitted on.", (), tables),
    ]
    PAGE.write_text("\n\n".join(["# Identity match", opening, *map(str, sections)]) + "\n")
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
