"""Simulated ratings with known true agreement."""

import csv
from collections.abc import Mapping, Sequence
from math import erf
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kltool.agreement.ratings import PROBABILITIES, Column, Rater, Ratings
from kltool.tables.columns import KL
from kltool.typing import Float64

CUTS = (-0.7, -0.2, 0.5, 1.4)  # of severity, between grades


def column(values: npt.ArrayLike, known: npt.ArrayLike | None = None) -> Column:
    found = np.asarray(values, np.float64)
    there = np.ones(len(found), np.bool_) if known is None else np.asarray(known, np.bool_)
    return Column(found, there)


def ratings(
    *raters: Rater,
    participants: npt.ArrayLike | None = None,
    reference: str | None = None,
    repeated: bool = False,
) -> Ratings:
    """Ratings as from tables of these raters; without participants every knee counts as one."""
    count = len(next(iter(raters[0].columns.values())).known)
    ids = np.arange(count) if participants is None else np.unique(participants, return_inverse=True)[1]
    return Ratings(
        raters,
        reference or raters[-1].name,
        ids,
        count if participants is None else 0,
        ("subject", "visit", "side"),
        (),
        (),
        repeated,
    )


def graded(name: str, grades: npt.ArrayLike, probabilities: Float64 | None = None) -> Rater:
    columns = {KL: column(grades)}
    if probabilities is not None:
        columns[PROBABILITIES] = column(probabilities)
    return Rater(name, columns)


def measured(name: str, widths: npt.ArrayLike, sds: npt.ArrayLike | None = None) -> Rater:
    columns = {"medial_mjsw_mm": column(widths)}
    if sds is not None:
        columns["medial_mjsw_sd_mm"] = column(sds)
    return Rater(name, columns)


def grades_of(severity: Float64) -> npt.NDArray[np.intp]:
    return (severity[:, None] > np.array(CUTS)).sum(axis=1)


def probabilities_of(severity: Float64, spread: float) -> Float64:
    """(n, 5), by a calibrated grader whose error is normal with the standard deviation `spread`."""
    below = [[0.5 * (1 + erf((cut - one) / spread / 2**0.5)) for cut in CUTS] for one in severity]
    return np.diff(np.column_stack([np.zeros(len(severity)), below, np.ones(len(severity))]), axis=1)


def write_csv(file: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([headings, *rows])
    return file


def trial(folder: Path, participants: int = 60, seed: int = 4) -> Mapping[str, Path]:
    """Tables of both knees of each participant by "kltool", as a batch writes it, and by "reader".

    The reader's has another order and spelling. One film was refused, one knee has no grade, one no medial
    minimum; each with its reason.
    """
    random = np.random.default_rng(seed)
    knees = 2 * participants
    person = np.repeat(np.arange(participants), 2)
    severity = random.normal(0, 0.8, participants)[person] + random.normal(0, 0.7, knees)
    probabilities = probabilities_of(severity + random.normal(0, 0.4, knees), 0.4)
    given = grades_of(severity + random.normal(0, 0.2, knees))
    width = np.clip(4.4 - severity + random.normal(0, 0.3, knees), 0.2, None)
    sides = ["right", "left"] * participants
    subjects = [f"S{one:03}" for one in person]

    rows: list[list[object]] = []
    for knee in range(knees):
        start = [f"film{person[knee]}.dcm", "ok", "ok", subjects[knee], "V00", sides[knee]]
        grade: list[object] = [
            int((probabilities[knee].cumsum() < 0.5).sum()),
            *probabilities[knee].round(6),
            "",
        ]
        space: list[object] = [round(width[knee] - 0.15 + random.normal(0, 0.2), 4), 0.2, ""]
        if knee == 4:
            rows.append([*start[:1], "refused", "no_knee", *start[3:5], *[""] * 12])
            continue
        if knee == 7:
            grade = [*[""] * 6, "metal near the joint"]
        if knee == 8:
            space = ["", "", "the margin is too uncertain"]
        rows.append([*start, *grade, *space, given[knee]])
    headings = ["path", "status", "code", "subject", "visit", "side", "kl"]
    headings += [*(f"kl_p{kl}" for kl in range(5)), "kl_reason"]
    headings += ["medial_mjsw_mm", "medial_mjsw_sd_mm", "medial_mjsw_reason", "given_kl"]
    kltool = write_csv(folder / "kltool.csv", headings, rows)

    readers = [
        [subjects[knee], "V00", sides[knee][0].upper(), given[knee], round(width[knee], 2)]
        for knee in random.permutation(knees)
    ]
    reader = write_csv(folder / "reader A.csv", ["subject", "visit", "side", "kl", "medial_mjsw_mm"], readers)
    return {"kltool": kltool, "reader": reader}


def repeats(folder: Path, knees: int = 60, repositioning: float = 0.25, seed: int = 2) -> Path:
    """A table of every knee on two films. repositioning: standard deviation of one film's error, mm."""
    random = np.random.default_rng(seed)
    rows: list[list[object]] = []
    for knee in range(knees):
        true, sd = random.uniform(2, 6), random.uniform(0.1, 0.3)
        for film in ("b", "a"):
            width = true + random.normal(0, repositioning) + random.normal(0, sd)
            side = "right" if knee % 2 else "left"
            rows.append(
                [f"{film}/{knee}.dcm", f"S{knee // 2}", side, knee % 5, round(width, 4), round(sd, 4)]
            )
    headings = ["path", "subject", "side", "kl", "medial_mjsw_mm", "medial_mjsw_sd_mm"]
    return write_csv(folder / "repeats.csv", headings, rows)
