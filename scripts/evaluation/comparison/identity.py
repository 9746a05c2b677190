"""Whether two films are found to show one knee: `val` crops, and simulated knees at two visits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.comparison.knee_pairs import KneePair, PairKind, crop_pairs, features, simulated_pairs
from evaluation.criteria import Criterion, Result, formatted
from evaluation.markdown import MarkdownTable, Section
from evaluation.statistics import area_under_curve
from kltool.comparison.comparability import DIFFERENT_KNEE, UNCERTAIN_IDENTITY
from kltool.typing import Float64

FIRST_SEED: Final = 1_100_000  # docs/choices.md#identity-match
SIMULATED: Final = 120  # knees
AUC: Final = Criterion(least=0.99)
DISCRIMINATED: Final = (  # true pairs, and the false ones that they are to differ from
    (PairKind.PERTURBED, PairKind.PERSON),
    (PairKind.PERTURBED, PairKind.PERSON_MIRRORED),
    (PairKind.PERTURBED, PairKind.OTHER_SIDE),
    (PairKind.VISIT, PairKind.SIMULATED),
    (PairKind.VISIT_CROP, PairKind.SIMULATED_CROP),
)
HARDEST: Final = ((PairKind.VISIT, PairKind.OTHER_SIDE), (PairKind.VISIT_CROP, PairKind.OTHER_SIDE))


def gather(data: Path, knees: int | None, jobs: int) -> list[KneePair]:
    """Pairs of so many `val` crops, all where None, and of as many simulated knees, at most SIMULATED."""
    simulated = SIMULATED if knees is None else min(SIMULATED, knees)
    crops = crop_pairs(data / "oai_kl" / "val", knees, jobs)
    return crops + simulated_pairs(FIRST_SEED, simulated, jobs)


def section(pairs: Sequence[KneePair]) -> Section:
    """The section of docs/results/compare.md."""
    results = [
        Result(f"{true} or {false}: AUC", auc(pairs, true, false, _same(pairs)), "", AUC)
        for true, false in DISCRIMINATED
    ]
    text = (
        "How probable it is that two films show one knee, by the registered texture of femur and tibia and "
        "by their outlines. True pairs: each `val` crop and itself perturbed (as for the repeatability of "
        f"the joint space), once and once more; simulated knees (seeds from {FIRST_SEED}) at two visits, "
        "repositioned, half of them on another unit, with trabeculae fixed to their bones. False "
        "pairs: each `val` crop and another participant's knee of the same and of the other side; the two "
        "knees of a participant; and two simulated knees; all in right-knee orientation. AUC: the "
        "probability that a true pair is found more alike than a false one."
    )
    return Section("Identity: one knee or two", text, results, (discrimination(pairs), decisions(pairs)))


def discrimination(pairs: Sequence[KneePair]) -> MarkdownTable:
    """AUC of the probability, and of each part alone."""
    parts = [_same(pairs), *(features(pairs) * [1.0, 1.0, -1.0]).T]
    rows = [
        (true, false, *(formatted(auc(pairs, true, false, scores), ".4f") for scores in parts))
        for true, false in (*DISCRIMINATED, *HARDEST)
    ]
    columns = ("true", "false", "probability", "femur", "tibia", "outline")
    return MarkdownTable(columns, rows, "AUC of the probability and of each part alone:")


def decisions(pairs: Sequence[KneePair]) -> MarkdownTable:
    """What is decided of each kind of pair, and how often it is wrong."""
    rows = [_row(kind, [pair for pair in pairs if pair.kind is kind]) for kind in PairKind]
    columns = (
        "pair",
        "pairs",
        "femur",
        "tibia",
        "outline, %",
        "probability",
        "wrong",
        "rejected as another knee",
    )
    caption = (
        "Medians, and how often it is wrong: a true pair below a probability of "
        f"{UNCERTAIN_IDENTITY:g}, which makes a comparison cautious, a false one above it. Rejected as "
        f"another knee: below {DIFFERENT_KNEE:g}, which forbids one."
    )
    return MarkdownTable(columns, [row for row in rows if row], caption)


def auc(pairs: Sequence[KneePair], true: PairKind, false: PairKind, scores: Float64) -> float:
    """scores: (n,) of all pairs."""
    chosen = np.array([pair.kind in (true, false) for pair in pairs], bool)
    positive = np.array([pair.kind is true for pair in pairs], bool)
    return area_under_curve(scores[chosen], positive[chosen])


def _same(pairs: Sequence[KneePair]) -> Float64:
    return np.array([pair.identity.probability_same_knee for pair in pairs], float)


def _row(kind: PairKind, pairs: Sequence[KneePair]) -> tuple[str, ...]:
    if not pairs:
        return ()
    same, (femur, tibia, outline) = _same(pairs), np.median(features(pairs), axis=0)
    wrong = same < UNCERTAIN_IDENTITY if kind.true else same > UNCERTAIN_IDENTITY
    return (
        str(kind),
        str(len(pairs)),
        formatted(float(femur), ".2f"),
        formatted(float(tibia), ".2f"),
        formatted(100 * float(outline), ".2f"),
        formatted(float(np.median(same))),
        f"{100 * wrong.mean():.1f}%",
        f"{100 * (same < DIFFERENT_KNEE).mean():.1f}%",
    )
