"""Whether it is seen that two films show one knee, or two: `val` crops, and drawn knees at two visits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.knee_pairs import Kind, Pair, crop_pairs, drawn_pairs, features
from evaluation.page import Bar, Result, Section, Table, figure
from evaluation.statistics import area_under_curve
from kltool.comparison.comparability import DIFFERENT_KNEE, UNCERTAIN_IDENTITY
from kltool.typing import Float64

FIRST_SEED: Final = 1_100_000  # docs/choices.md#identity-match
DRAWN: Final = 120  # knees
AUC: Final = Bar(least=0.99)
PROMISED: Final = (  # true pairs and the false ones they are told from
    (Kind.PERTURBED, Kind.PERSON),
    (Kind.PERTURBED, Kind.PERSON_MIRRORED),
    (Kind.PERTURBED, Kind.OTHER_SIDE),
    (Kind.VISIT, Kind.DRAWN),
    (Kind.VISIT_CROP, Kind.DRAWN_CROP),
)
HARDEST: Final = ((Kind.VISIT, Kind.OTHER_SIDE), (Kind.VISIT_CROP, Kind.OTHER_SIDE))


def gather(data: Path, knees: int | None, jobs: int) -> list[Pair]:
    """Pairs of so many `val` crops, all where None, and of as many drawn knees, at most DRAWN."""
    drawn = DRAWN if knees is None else min(DRAWN, knees)
    crops = crop_pairs(data / "oai_kl" / "val", knees, jobs)
    return crops + drawn_pairs(FIRST_SEED, drawn, jobs)


def section(pairs: Sequence[Pair]) -> Section:
    """The section of docs/results/compare.md."""
    results = [
        Result(f"{true} or {false}: AUC", auc(pairs, true, false, _same(pairs)), "", AUC)
        for true, false in PROMISED
    ]
    text = (
        "How probable it is that two films show one knee, by the texture of femur and tibia in register and "
        "by their outlines. True pairs: each `val` crop and itself perturbed (as for the repeatability of "
        f"the joint space), once and once more; drawn knees (seeds from {FIRST_SEED}) at two visits, stood "
        "anew and half of them on another unit, with trabeculae that stand in their bones. False pairs: each "
        "`val` crop and another participant's knee of the same and of the other side; the two knees of a "
        "participant; and two drawn knees; all turned to one hand. AUC: the probability that a true pair is "
        "found more alike than a false one."
    )
    return Section("Is it the same knee", text, results, (told_apart(pairs), said(pairs)))


def told_apart(pairs: Sequence[Pair]) -> Table:
    """AUC of the probability, and of each part alone."""
    parts = [_same(pairs), *(features(pairs) * [1.0, 1.0, -1.0]).T]
    rows = [
        (true, false, *(figure(auc(pairs, true, false, scores), ".4f") for scores in parts))
        for true, false in (*PROMISED, *HARDEST)
    ]
    columns = ("true", "false", "probability", "femur", "tibia", "outline")
    return Table(columns, rows, "AUC of the probability and of each part alone:")


def said(pairs: Sequence[Pair]) -> Table:
    """What is said of each kind of pair, and how often it is wrong."""
    rows = [_row(kind, [pair for pair in pairs if pair.kind is kind]) for kind in Kind]
    columns = ("pair", "pairs", "femur", "tibia", "outline, %", "probability", "wrong", "called another knee")
    caption = (
        "Medians, and how often it is wrong: a true pair below a probability of "
        f"{UNCERTAIN_IDENTITY:g}, which makes a comparison cautious, a false one above it. "
        "Called another knee: "
        f"below {DIFFERENT_KNEE:g}, which forbids one."
    )
    return Table(columns, [row for row in rows if row], caption)


def auc(pairs: Sequence[Pair], true: Kind, false: Kind, scores: Float64) -> float:
    """scores: (n,) of all pairs."""
    chosen = np.array([pair.kind in (true, false) for pair in pairs], bool)
    positive = np.array([pair.kind is true for pair in pairs], bool)
    return area_under_curve(scores[chosen], positive[chosen])


def _same(pairs: Sequence[Pair]) -> Float64:
    return np.array([pair.likeness.probability_same_knee for pair in pairs], float)


def _row(kind: Kind, pairs: Sequence[Pair]) -> tuple[str, ...]:
    if not pairs:
        return ()
    same, (femur, tibia, outline) = _same(pairs), np.median(features(pairs), axis=0)
    wrong = same < UNCERTAIN_IDENTITY if kind.true else same > UNCERTAIN_IDENTITY
    return (
        str(kind),
        str(len(pairs)),
        figure(float(femur), ".2f"),
        figure(float(tibia), ".2f"),
        figure(100 * float(outline), ".2f"),
        figure(float(np.median(same))),
        f"{100 * wrong.mean():.1f}%",
        f"{100 * (same < DIFFERENT_KNEE).mean():.1f}%",
    )
