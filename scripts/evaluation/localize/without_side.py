"""The same crops with their side and as if nothing stated it: grades, minima, the mean of orientations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section
from evaluation.statistics import bootstrap_95
from kltool.errors import Refusal
from kltool.grading.orientations import graded_orientations
from kltool.grading.prediction_set import median_grades
from kltool.intake import load
from kltool.localize import SideSettings
from kltool.reading import DEFAULT, read
from kltool.training.data.oai import participant_of, side_of
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import GRADES, Grade
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import PictureSide
from kltool.values.radiograph import Side, SideSource
from kltool.values.reading import KneeReading
from kltool.weights import Models

NEVER: Final = replace(DEFAULT, sides=SideSettings(least_probability=1.0))  # no side by the anatomy
KAPPA: Final = Criterion(least=0.99)
TIBIA_MM: Final = 76.0  # docs/choices.md#tibial-width
CERTAIN: Final = DEFAULT.sides.least_probability


@dataclass(frozen=True, slots=True)
class WithoutSide:
    """One crop. given, found: the probabilities of KL 0 to 4 with its side, and without.

    as_right_side, as_wrong_side: those in either orientation. probability: of its side, by the anatomy.
    minima: differences without minus with the side, per cent of the tibial width.
    """

    name: str
    given: Float64
    found: Float64
    as_right_side: Float64
    as_wrong_side: Float64
    probability: float
    minima: tuple[float, ...]


def read_without_side(paths: Sequence[Path], jobs: int) -> list[WithoutSide | NotMeasured]:
    return each(_read, paths, "crops without a side", jobs)


def _read(models: Models, path: Path) -> WithoutSide | NotMeasured:
    film = load(path, side=side_of(path))
    nothing_states_it = replace(film, side=None, side_source=SideSource.UNKNOWN)
    try:
        with_side, without = read(film, models), read(nothing_states_it, models, settings=NEVER)
    except Refusal as refusal:
        return NotMeasured(f"refused: {refusal.code}")
    if len(with_side.knees) != 1 or len(without.knees) != 1:
        return NotMeasured("not one knee")
    known, unknown = with_side.knees[0], without.knees[0]
    if unknown.side is not Side.UNKNOWN:
        return NotMeasured(f"side by {unknown.side_source}")
    own, other = _orientations(unknown.knee, side_of(path), models)
    return WithoutSide(
        path.stem,
        _probabilities(known),
        _probabilities(unknown),
        own,
        other,
        unknown.knee.side_probability if _shows(unknown.knee, side_of(path)) else _other(unknown.knee),
        tuple(_differences(known, unknown)),
    )


def _probabilities(knee: KneeReading) -> Float64:
    assert isinstance(knee.grade, Grade)
    return np.array(knee.grade.probabilities)


def _shows(knee: Knee, side: Side) -> bool:
    """Whether its anatomy is rather that of this side."""
    return knee.placement.mirrored is (side is Side.LEFT)


def _other(knee: Knee) -> float:
    return 1 - knee.side_probability


def _orientations(knee: Knee, side: Side, models: Models) -> tuple[Float64, Float64]:
    """The probabilities in the orientation of this side, and in the other."""
    first, second = (one.probabilities for one in graded_orientations(knee, models.grader))
    return (first, second) if _shows(knee, side) else (second, first)


def _differences(known: KneeReading, unknown: KneeReading) -> list[float]:
    """Of each half of the picture, where both have a minimum."""
    found = unknown.joint_space.minima
    pairs = [
        (known.joint_space.of(place.compartment(known.side is Side.LEFT)).minimum, found[place])
        for place in PictureSide
    ]
    return [
        other.percent - one.percent
        for one, other in pairs
        if isinstance(one, Width) and isinstance(other, Width)
    ]


def without_side_section(
    val: Sequence[WithoutSide | NotMeasured], train: Sequence[WithoutSide | NotMeasured]
) -> Section:
    read_knees = [one for one in val if isinstance(one, WithoutSide)]
    given, found = (
        np.array([one.given for one in read_knees]),
        np.array([one.found for one in read_knees]),
    )
    grades = median_grades(given), median_grades(found)
    low, high = bootstrap_95(
        lambda at: quadratic_weighted_kappa(grades[0][at], grades[1][at]),
        np.array([participant_of(one.name) for one in read_knees]),
    )
    away = np.abs((found - given) @ np.array(GRADES))
    differences = np.concatenate([one.minima for one in read_knees]) * TIBIA_MM / 100
    unsure = sum(max(one.probability, 1 - one.probability) < CERTAIN for one in read_knees)
    text = (
        f"{len(read_knees)} `val` crops, each read with its side and as if nothing stated it, not even the "
        f"anatomy (of these, {unsure} show a side with less than {CERTAIN} and would be read so; the others "
        "are weighted by what the anatomy shows all the same). "
        f"95% of kappa: {low:.4f} to {high:.4f}. {int((grades[0] != grades[1]).sum())} grades differ; the "
        f"expected grade differs by {away.mean():.4f} on average, {away.max():.3f} at most. "
        f"{len(differences)} minima of the picture's halves differ from those of the compartments by "
        f"{np.abs(differences).mean():.4f} mm on average, {np.abs(differences).max():.2f} mm at most, at a "
        f"tibia of {TIBIA_MM:.0f} mm. {len(val) - len(read_knees)} crops were not read twice."
    )
    kappa = quadratic_weighted_kappa(*grades)
    result = Result("kappa between the grade without a side and with it", kappa, "", KAPPA, ".4f")
    return Section("The grade without a side", text, (result,), (averages_table(train),))


def averages_table(train: Sequence[WithoutSide | NotMeasured]) -> MarkdownTable:
    """How the two orientations may be averaged, on knees of `train`."""
    knees = [one for one in train if isinstance(one, WithoutSide)]
    given = np.array([one.given for one in knees])
    rows = []
    for name, probabilities in _averages(knees).items():
        away = np.abs((probabilities - given) @ np.array(GRADES))
        kappa = quadratic_weighted_kappa(median_grades(given), median_grades(probabilities))
        rows.append((name, f"{kappa:.4f}", f"{away.mean():.4f}", f"{away.max():.3f}"))
    return MarkdownTable(
        ("averaged", "kappa with the grade of the side", "expected grade off by, mean", "most"),
        rows,
        f"How both orientations may be averaged, on {len(knees)} `train` crops:",
    )


def _averages(knees: Sequence[WithoutSide]) -> Mapping[str, Float64]:
    right, wrong = (
        np.array([one.as_right_side for one in knees]),
        np.array([one.as_wrong_side for one in knees]),
    )
    share = np.array([one.probability for one in knees])[:, None]
    return {
        "not: in the wrong orientation": wrong,
        "not: in the more probable orientation": np.where(share >= 0.5, right, wrong),
        "probabilities, equal weights": (right + wrong) / 2,
        "logarithms of the probabilities, equal weights": _geometric(right, wrong, 0.5 * np.ones_like(share)),
        "logarithms, by the probability of each side": _geometric(right, wrong, share),
        "probabilities, by the probability of each side (chosen)": share * right + (1 - share) * wrong,
    }


def _geometric(one: Float64, other: Float64, share: Float64) -> Float64:
    mean = np.exp(share * np.log(one) + (1 - share) * np.log(other))
    return np.asarray(mean / mean.sum(axis=1, keepdims=True))
