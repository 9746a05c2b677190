"""docs/results/quality.md: what the expected error and the quality predict, and how far grades widen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import spearmanr

from evaluation.markdown import MarkdownTable
from evaluation.quality.records import QualityFilm
from evaluation.statistics import bootstrap_95
from kltool.grading.widening import Widening
from kltool.jointspace.expected_error import ErrorEvidence, ExpectedErrorSettings
from kltool.training.calibrate.expected_error import ErrorOfMinimum, quality_of
from kltool.training.calibrate.widening import interval_coverage, set_coverage, set_size
from kltool.typing import Float64
from kltool.values.grade import GRADES
from kltool.values.measure import Compartment
from kltool.values.reading import Quality

POWERS: Final = ("typical_percent", "deviation_power", "width_power", "disagreement_power", "edge_power")
UNWIDENED: Final = Widening()


@dataclass(frozen=True, slots=True)
class Minimum:
    """One minimum of a film: evidence, absolute error in mm, tibial width in mm, quality of its film."""

    knee: str
    ordinary: bool
    compartment: Compartment
    evidence: ErrorEvidence
    error_mm: float
    tibia_mm: float
    quality: Quality


def errors_of(films: Sequence[QualityFilm]) -> list[ErrorOfMinimum]:
    """Every error of films whose truth is known."""
    return [
        ErrorOfMinimum(film.error_percent(compartment), evidence)
        for film in films
        for compartment, evidence in film.judged.minima.items()
    ]


def repeats(films: Sequence[QualityFilm]) -> list[QualityFilm]:
    """Spoiled crops, whose truth is what was read of the same crop as it is."""
    plain = {film.knee: film for film in films if film.ordinary}
    spoilt = [film for film in films if not film.ordinary and film.knee in plain]
    found = []
    for film in spoilt:
        before, judged = plain[film.knee].judged, film.judged
        shared = {one: evidence for one, evidence in judged.minima.items() if one in before.minima}
        true_mm = {one: before.minima[one].width * judged.tibia_mm / 100 for one in shared}
        known = type(judged)(judged.findings, judged.tibia_mm, shared)
        found.append(QualityFilm(film.knee, False, known, true_mm, film.grade))
    return found


def minima_of(films: Sequence[QualityFilm], law: ExpectedErrorSettings) -> list[Minimum]:
    return [
        Minimum(
            film.knee,
            film.ordinary,
            compartment,
            evidence,
            film.error_percent(compartment) / 100 * film.judged.tibia_mm,
            film.judged.tibia_mm,
            quality_of(film.judged, law),
        )
        for film in films
        for compartment, evidence in film.judged.minima.items()
    ]


def law_table(law: ExpectedErrorSettings) -> str:
    fitted = asdict(law)
    return str(MarkdownTable(("parameter", "value"), [(name, f"{fitted[name]:.3f}") for name in POWERS]))


def rank_table(minima: Sequence[Minimum], law: ExpectedErrorSettings) -> str:
    """Spearman's rank correlation with the absolute error, by what is ranked and on which minima."""
    parts: Mapping[str, Callable[[Minimum], bool]] = {
        "all": lambda one: True,
        "ordinary": lambda one: one.ordinary,
        "spoiled": lambda one: not one.ordinary,
        "medial": lambda one: one.compartment is Compartment.MEDIAL,
        "lateral": lambda one: one.compartment is Compartment.LATERAL,
    }
    rows = []
    for name, chosen in parts.items():
        part = [one for one in minima if chosen(one)]
        if part:
            rows.append((name, str(len(part)), *(_ranked(part, score) for score in _scores(law))))
    return str(MarkdownTable(("minima", "count", "expected error", "reported SD", "quality"), rows))


def _scores(law: ExpectedErrorSettings) -> tuple[Callable[[Minimum], float], ...]:
    return (
        lambda one: law.error_percent(one.evidence) * one.tibia_mm,
        lambda one: one.evidence.deviation * one.tibia_mm,
        lambda one: list(Quality).index(one.quality),
    )


def _ranked(minima: Sequence[Minimum], score: Callable[[Minimum], float]) -> str:
    """With the 95% interval of a bootstrap over knees."""
    scores, errors = np.array([score(one) for one in minima]), np.array([one.error_mm for one in minima])
    low, high = bootstrap_95(
        lambda at: _correlation(scores[at], errors[at]), np.array([one.knee for one in minima])
    )
    return f"{_correlation(scores, errors):.2f} ({low:.2f} to {high:.2f})"


def _correlation(scores: Float64, errors: Float64) -> float:
    return float(spearmanr(scores, errors)[0])


def error_table(minima: Sequence[Minimum], law: ExpectedErrorSettings) -> str:
    """Absolute errors by quality."""
    rows = []
    for quality in Quality:
        part = [one for one in minima if one.quality is quality]
        errors = np.array([one.error_mm for one in part])
        expected = np.mean([law.error_percent(one.evidence) / 100 * one.tibia_mm for one in part])
        low, median, high = np.percentile(errors, (50, 90, 95))
        rows.append(
            (
                str(quality),
                str(len(part)),
                *(f"{v:.2f}" for v in (low, errors.mean(), median, high, expected)),
            )
        )
    heads = ("quality", "minima", "median, mm", "mean, mm", "90th percentile", "95th percentile", "expected")
    return str(MarkdownTable(heads, rows))


def shares_table(splits: Mapping[str, Sequence[QualityFilm]], counts: Mapping[str, Sequence[int]]) -> str:
    """Quality of ordinary crops, each grade weighted by its frequency. counts: crops of each grade."""
    law = ExpectedErrorSettings()
    rows = []
    for split, films in splits.items():
        plain = [film for film in films if film.ordinary and film.grade is not None]
        shares = [_share(plain, counts[split], quality, law) for quality in Quality]
        rows.append((split, str(len(plain)), *(f"{100 * share:.0f}%" for share in shares)))
    return str(MarkdownTable(("split", "crops", *map(str, Quality)), rows))


def _share(
    films: Sequence[QualityFilm], counts: Sequence[int], quality: Quality, law: ExpectedErrorSettings
) -> float:
    by_grade = [[film for film in films if film.grade and film.grade.label == kl] for kl in GRADES]
    shares = [
        np.mean([quality_of(film.judged, law) is quality for film in of_grade]) for of_grade in by_grade
    ]
    return float(np.average(shares, weights=counts))


def coverage_table(
    splits: Mapping[str, Sequence[QualityFilm]], widenings: Mapping[Quality, Widening], thresholds: Float64
) -> str:
    """Of spoiled crops, by quality: coverage of sets and intervals, as calibrated and widened."""
    law = ExpectedErrorSettings()
    rows = []
    for split, films in splits.items():
        for quality in Quality:
            spoilt = [one for one in films if not one.ordinary and quality_of(one.judged, law) is quality]
            grades = [one.grade for one in spoilt if one.grade is not None]
            pairs = (UNWIDENED, widenings[quality])
            covered = [f"{100 * set_coverage(grades, thresholds, one):.1f}%" for one in pairs]
            sizes = [f"{set_size(grades, thresholds, one):.2f}" for one in pairs]
            within = [f"{100 * interval_coverage(grades, one):.1f}%" for one in pairs]
            rows.append((split, str(quality), str(len(grades)), *covered, *sizes, *within))
    heads = (
        *("split", "quality", "films", "set covers", "widened", "grades in a set", "widened"),
        *("interval covers", "widened"),
    )
    return str(MarkdownTable(heads, rows))


def count_crops(split: Path) -> list[int]:
    """Of each grade."""
    return [len(list((split / str(kl)).glob("*.png"))) for kl in GRADES]
