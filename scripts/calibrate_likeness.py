"""Fit what tells one knee from two: python scripts/calibrate_likeness.py ../shared/data [--count 300].

Writes docs/results/likeness.md: the odds of kltool/compare/likeness.py. On `train` crops and drawn knees;
`val` is not used.
"""

import argparse
from pathlib import Path

from evaluation.fit_identity import FIRST_SEED, WEIGHTS, fit, judged
from evaluation.identity import said, told_apart
from evaluation.knee_pairs import Kind, crop_pairs, drawn_pairs
from evaluation.page import Section, Table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "likeness.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with oai_kl/")
    parser.add_argument("--count", type=int, default=300, help="train crops, and drawn knees")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    crops = crop_pairs(options.data / "oai_kl" / "train", options.count, options.jobs)
    pairs = crops + drawn_pairs(FIRST_SEED, options.count, options.jobs)
    odds = fit(pairs)
    opening = (
        f"Made by `python scripts/calibrate_likeness.py ../shared/data --count {options.count}`: `train` "
        "crops spread over their names, and drawn knees of seeds "
        f"{FIRST_SEED} to {FIRST_SEED + options.count - 1}."
    )
    weights = Table(("pair", "weight"), [(kind, WEIGHTS[kind]) for kind in Kind])
    law = Table(
        ("start", "femur", "tibia", "outline"),
        [(f"{odds.intercept:.2f}", f"{odds.femur:.1f}", f"{odds.tibia:.1f}", f"{odds.outline:.0f}")],
        "Log odds of one knee: at the start, for a correlation of 1, for outlines a tibial width apart.",
    )
    known = judged(pairs, odds)
    sections = [
        Section("The odds", "Logistic regression, each kind of pair with its weight.", (), (law, weights)),
        Section("The pairs", "Those that the odds were fitted on.", (), (told_apart(known), said(known))),
    ]
    PAGE.write_text("\n\n".join(["# One knee or two", opening, *map(str, sections)]) + "\n")
    print(PAGE.read_text())


if __name__ == "__main__":
    main()
