"""Fit the error of linked changes: python scripts/calibrate_changes.py [--knees 300].

Writes docs/results/change-errors.md; its numbers go into kltool.comparison.ErrorModel.
"""

import argparse
from pathlib import Path

import numpy as np
from evaluation.comparison.fit_changes import ChangeErrorLaw, fit_changes, stated
from evaluation.comparison.visits import MARGINS, KnownChange, read_visits
from evaluation.markdown import MarkdownTable

from kltool.values.length import NORMAL_95

FIRST_SEED = 700_000  # docs/choices.md#visits
PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "change-errors.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--knees", type=int, default=300, help="simulated knees, each at three visits")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + options.knees)
    changes = [one for one in read_visits(seeds, "visits", options.jobs, MARGINS) if one.linked]
    PAGE.write_text(_page(fit_changes(changes), changes, options.knees))
    print(PAGE.read_text())


def _page(fit: ChangeErrorLaw, changes: list[KnownChange], knees: int) -> str:
    errors = np.array([one.measured.change - one.true_mm for one in changes])
    deviations = stated(fit, changes)
    rows = [
        (name, int(chosen.sum()), f"{100 * (np.abs(errors) <= NORMAL_95 * deviations)[chosen].mean():.1f} %")
        for name, chosen in (
            ("all", np.ones(len(errors), bool)),
            ("surest half", deviations <= np.median(deviations)),
            ("least sure half", deviations > np.median(deviations)),
            ("unchanged", np.array([not one.changed for one in changes])),
            ("changed", np.array([one.changed for one in changes])),
        )
    ]
    return (
        "\n\n".join(
            [
                "# The error of a linked change",
                f"Made by `python scripts/calibrate_changes.py --knees {knees}`: simulated knees of seeds "
                f"{FIRST_SEED} and up at three visits, which neither training nor scoring sees. "
                "`docs/choices.md#change-error` has the formula.",
                str(
                    MarkdownTable(
                        ("number", "value"),
                        [
                            ("linked_floor, tibial widths", f"{fit.linked_floor:.5f}"),
                            ("linked_gain", f"{fit.linked_gain:.3f}"),
                            ("per_imd", f"{fit.per_imd:.4f}"),
                            ("per_degree, mm", f"{fit.per_degree:.5f}"),
                        ],
                    )
                ),
                str(MarkdownTable(("changes", "count", "95% intervals that contain the true change"), rows)),
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
