"""Fit the expected error and the widening of grades: python scripts/calibrate_quality.py ../shared/data.

Writes docs/results/quality.md: the numbers of ExpectedErrorSettings (kltool/jointspace/expected_error.py) and
of WideningSettings (kltool/grading/widening.py), and what they predict on films that nothing was fitted on.
Every film that was read is kept in --folder, so that a stopped run continues. Needs the extra 'dev'.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from evaluation.quality.films import FITTED_FROM, JUDGED_FROM, read_graded, read_simulated
from evaluation.quality.page import (
    count_crops,
    coverage_table,
    error_table,
    errors_of,
    law_table,
    minima_of,
    rank_table,
    repeats,
    shares_table,
)
from evaluation.quality.records import QualityFilm

from kltool.grading.view import VIEW
from kltool.grading.widening import Widening
from kltool.jointspace import ExpectedErrorSettings
from kltool.reading import DEFAULT
from kltool.training.calibrate.expected_error import fit, quality_of
from kltool.training.calibrate.widening import fit_widening
from kltool.values.reading import Quality
from kltool.weights import load_models

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "quality.md"
FITTED, JUDGED = 400, 220  # simulated knees, three films each
FITTED_CROPS, JUDGED_CROPS = 130, 70  # crops of each grade, three films each


def main() -> None:
    options = _parse()
    known = read_simulated(FITTED_FROM, FITTED, options.folder / "simulated", options.jobs)
    judged = read_simulated(JUDGED_FROM, JUDGED, options.folder / "simulated", options.jobs)
    oai = options.data / "oai_kl"
    train = read_graded(oai / "train", FITTED_CROPS, options.folder / "train", options.jobs)
    val = read_graded(oai / "val", JUDGED_CROPS, options.folder / "val", options.jobs)
    law = DEFAULT.expected
    splits = {"train": train, "val": val}
    counts = {split: count_crops(oai / split) for split in splits}
    minima, repeated = minima_of(judged, law), minima_of(repeats(train), law)
    PAGE.write_text(
        "\n\n".join(
            [
                "# What the quality of a reading predicts",
                "Made by `python scripts/calibrate_quality.py ../shared/data`. Choices: "
                "[expected error](../choices.md#expected-error), [quality](../choices.md#quality), "
                "[widening](../choices.md#widening), [spoiled films](../choices.md#spoiled-films).",
                "## The expected error of a minimum",
                f"Fitted on {len(errors_of(known))} minima of {len(known)} films of {FITTED} simulated knees "
                f"(seeds from {FITTED_FROM}): of each knee the film or its coarse crop as it is, and both "
                "spoiled. Every other knee is badly posed. The fit of this run:",
                law_table(fit(errors_of(known))),
                f"Judged with the parameters of the release on {len(judged)} films of {JUDGED} other knees "
                f"(seeds from {JUDGED_FROM}): Spearman's rank correlation with the absolute error, 95% "
                "interval by bootstrap over knees.",
                rank_table(minima, law),
                f"Absolute errors by quality; {_ratios(minima)}.",
                error_table(minima, law),
                "## Repeats of real crops",
                "OAI crops of `train`, each spoiled twice; the error is the difference of the minimum from "
                "that of the crop as it is. It holds what the damage adds and not what both films share, so "
                "that it is smaller than expected. Nothing of the expected error was fitted on them.",
                rank_table(repeated, law),
                error_table(repeated, law),
                "## Quality of ordinary crops",
                "OAI crops as they are; each grade counts as often as it occurs in its split.",
                shares_table(splits, counts),
                "## Grades of doubtful films",
                "Spoiled OAI crops, as many of each grade. The widening is fitted on `train` (on which the "
                f"grader was trained) and judged on `val`. The fit of this run: {_fitted(train)}.",
                coverage_table(splits, {one: DEFAULT.widening.of(one) for one in Quality}, _thresholds()),
            ]
        )
        + "\n"
    )
    print(PAGE.read_text())


def _parse() -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with oai_kl/")
    parser.add_argument("--folder", type=Path, default=Path("quality-films"), help="where films are kept")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def _ratios(minima: Any) -> str:
    good, poor = (
        np.array([one.error_mm for one in minima if one.quality is quality])
        for quality in (Quality.GOOD, Quality.POOR)
    )
    median, mean = np.median(poor) / np.median(good), poor.mean() / good.mean()
    return f"poor films err {median:.1f} times as much as good ones by the median, {mean:.1f} by the mean"


def _fitted(films: list[QualityFilm]) -> str:
    """The widening by quality that spoiled films need."""
    law, thresholds = ExpectedErrorSettings(), _thresholds()
    found: dict[Quality, Widening] = {}
    for quality in (Quality.USABLE, Quality.POOR):
        spoilt = [one for one in films if not one.ordinary and quality_of(one.judged, law) is quality]
        found[quality] = fit_widening([one.grade for one in spoilt if one.grade is not None], thresholds)
    return "; ".join(f"{one}: odds {wide.odds:.2f}, reach {wide.reach:.2f}" for one, wide in found.items())


def _thresholds() -> Any:
    """Of the prediction set, which do not depend on the picture."""
    picture = np.zeros((1, 1, VIEW.rows, VIEW.columns), np.float32)
    return np.asarray(load_models().grader(picture)[1], np.float64).reshape(-1)


if __name__ == "__main__":
    main()
