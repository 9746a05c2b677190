"""Full fields as they are stored and as negatives: how clear their knees are, and which are found."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.localize.detection import CLOSE_TO_BOX
from evaluation.markdown import MarkdownTable, Section, made_by, page
from kltool.errors import Refusal
from kltool.intake import load
from kltool.intake.polarity import INVERTED, invert
from kltool.localize import find_knees
from kltool.localize.detect import DEFAULT
from kltool.localize.knees import CLEAR, clearness
from kltool.training.data.full_fields import is_for_training
from kltool.training.parallel import each
from kltool.values.knee import Knee
from kltool.values.radiograph import Radiograph
from kltool.weights import Models, load_models

AT_MOST_ONE, NONE = Criterion(most=1.0), Criterion(most=0.0)


@dataclass(frozen=True, slots=True)
class PolarityOutcome:
    """One film, whose bone is stored bright.

    stored, negative: the clearness of its knees either way, 0 to 1. misled: whether brightness alone inverts
    it. righted: whether the film, and its negative, end with bright bone. missed, false: knees.
    """

    name: str
    stored: float
    negative: float
    misled: bool
    righted: tuple[bool, bool]
    missed: int
    false: int


def read_fields(folder: Path, marks: Path, jobs: int) -> list[PolarityOutcome]:
    """marks: tests/localize/full_fields.csv."""
    middles: dict[Path, list[tuple[float, float]]] = {}
    with marks.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            ends = float(row["plateau_from_column"]), float(row["plateau_to_column"])
            middles.setdefault(folder / row["image"], []).append((float(row["joint_row"]), sum(ends) / 2))
    return each(_outcome, list(middles.items()), "polarity of full fields", jobs)


def _outcome(models: Models, item: tuple[Path, list[tuple[float, float]]]) -> PolarityOutcome:
    path, middles = item
    loaded = load(path)
    misled = INVERTED in loaded.notes
    stored = replace(loaded, image=invert(loaded.pixels), notes=()) if misled else loaded
    negative = replace(stored, image=invert(stored.pixels))
    film, knees = _found_on(loaded, models)
    of_negative, _ = _found_on(negative, models)
    near = [any(_is_at(knee, middle) for knee in knees) for middle in middles]
    return PolarityOutcome(
        path.name,
        clearness(stored, models, DEFAULT),
        clearness(negative, models, DEFAULT),
        misled,
        (_shows_bright_bone(film, stored), _shows_bright_bone(of_negative, stored)),
        near.count(False),
        sum(not any(_is_at(knee, middle) for middle in middles) for knee in knees),
    )


def _found_on(film: Radiograph, models: Models) -> tuple[Radiograph, tuple[Knee, ...]]:
    """The film as its knees are found, and these; as it is and none where it is refused."""
    try:
        found = find_knees(film, models)
    except Refusal:
        return film, ()
    return found.film, found.knees


def _shows_bright_bone(film: Radiograph, stored: Radiograph) -> bool:
    same = film.pixels.shape == stored.pixels.shape
    return same and bool(np.allclose(film.pixels, stored.pixels, atol=1e-3))


def _is_at(knee: Knee, middle: tuple[float, float]) -> bool:
    row, column = knee.placement.centre
    shown = knee.film.pixels.shape[1] - 1 - column if knee.placement.mirrored else column
    return float(np.hypot(row - middle[0], shown - middle[1])) < CLOSE_TO_BOX * knee.placement.tibial_width_px


def write(outcomes: Sequence[PolarityOutcome], results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py polarity", load_models().hashes)
    testing = [one for one in outcomes if not is_for_training(one.name)]
    unclear = [one for one in outcomes if one.stored < CLEAR]
    shares = (("testing", testing), ("training", [one for one in outcomes if one not in testing]))
    rows = [
        (
            *(share, len(own), sum(one.misled for one in own)),
            *(sum(one.righted[way] for one in own) for way in (0, 1)),
            *(f"{min(one.stored for one in own):.2f}", f"{max(one.negative for one in own):.2f}"),
            *(sum(one.missed for one in own), sum(one.false for one in own)),
        )
        for share, own in shares
    ]
    section = Section(
        "Full fields of a third hospital",
        "Every film is stored with bright bone. Its clearness: the highest score times probability of a "
        f"frontal knee; from {CLEAR:g} on no negative is looked at. Knees were marked by eye "
        f"(`tests/localize/full_fields.csv`); found: within {100 * CLOSE_TO_BOX:.0f}% of the tibial width. "
        f"{len(unclear)} of {len(outcomes)} films are less clear as stored.",
        (
            Result(
                "testing share, knees missed",
                float(sum(one.missed for one in testing)),
                "",
                AT_MOST_ONE,
                ".0f",
            ),
            Result("testing share, false knees", float(sum(one.false for one in testing)), "", NONE, ".0f"),
        ),
        (
            MarkdownTable(
                (
                    *("share", "films", "inverted by brightness", "end bright", "their negatives end bright"),
                    *("least clear", "clearest negative", "knees missed", "false knees"),
                ),
                rows,
            ),
            MarkdownTable(
                ("least clear films", "as stored", "as negative"),
                [
                    (one.name, f"{one.stored:.2f}", f"{one.negative:.2f}")
                    for one in sorted(outcomes, key=lambda one: one.stored)[:8]
                ],
            ),
        ),
    )
    written = results / "polarity.md"
    written.write_text(page("Polarity of whole films", opening, [section]))
    return written
