"""docs/results/compare.md: changes that are detected, claims of a change of grade, and invariants."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import plots
from evaluation.comparison import grade_change, identity
from evaluation.comparison.grade_change import ReadKnee
from evaluation.comparison.invariants import Invariant, invariants
from evaluation.comparison.knee_pairs import KneePair
from evaluation.comparison.power import MeasuredChanges, measured_changes, ratio_95, smallest_detected
from evaluation.comparison.visits import KnownChange, read_visits
from evaluation.criteria import Criterion, Result, formatted
from evaluation.markdown import MarkdownTable, Section, counted, made_by, page
from kltool.comparison import REPOSITIONING_MM, compare
from kltool.comparison.error import estimate_repositioning
from kltool.intake import load
from kltool.reading import read
from kltool.report.text import claim_sentence
from kltool.values.change import KneeChange, Verdict
from kltool.values.grade_change import GradeClaim
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.spacing import Calibration
from kltool.weights import Models, load_models

FIRST_SEED: Final = 1_200_000  # docs/choices.md#evaluation-seeds
REPEATS_FROM: Final = 900_000  # docs/choices.md#evaluation-seeds
REPEATS: Final = 100  # knees with a repeat film, as a site would take
FALSE: Final = Criterion(most=5.0)
COVERED: Final = Criterion(93.0, 97.0)
AWAY: Final = Criterion(most=0.12)
RATIO: Final = Criterion(most=0.70)
LINKED, INDEPENDENT = "linked", "independent"
ALL: Final = Criterion(least=100.0)
BIN_MM: Final = 0.1


@dataclass(frozen=True, slots=True)
class ComparisonReadings:
    """Everything that was compared. repeats: unchanged knees, from which a site's own error is taken."""

    models: Models
    repeats: Sequence[KnownChange]
    changes: Sequence[KnownChange]
    grades: Sequence[ReadKnee]
    pairs: Sequence[KneePair]
    case: KneeChange
    invariants: Sequence[Invariant]


def gather(data: Path, samples: Path, visits: int, knees: int | None, jobs: int) -> ComparisonReadings:
    """data: shared/data. visits: simulated knees; knees: of `val`, all where None."""
    models = load_models()
    before, after = (read(load(samples / "case" / f"{name}.dcm"), models) for name in ("before", "after"))
    (case,) = compare(before, after, models)
    repeats = read_visits(range(REPEATS_FROM, REPEATS_FROM + REPEATS), "repeat films", jobs)
    return ComparisonReadings(
        models,
        [one for one in repeats if not one.changed],
        read_visits(range(FIRST_SEED, FIRST_SEED + visits), "visits", jobs),
        grade_change.read_grades(data / "oai_kl" / "val", knees, jobs),
        identity.gather(data, knees, jobs),
        case,
        invariants(samples, models),
    )


def write(readings: ComparisonReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    pictures = results / "compare"
    known = [one for one in readings.changes if one.linked]
    own = {
        method: estimate_repositioning(
            [
                one.measured.preferred if method == LINKED else one.measured.independent
                for one in readings.repeats
                if one.linked
            ]
        )
        for method in (LINKED, INDEPENDENT)
    }
    sections = [
        _detected(readings, known, own, pictures),
        _power(known, own, pictures),
        identity.section(readings.pairs),
        grade_change.section(readings.grades, pictures),
        _case(readings.case),
        _invariants(readings.invariants),
    ]
    models = {
        **readings.models.hashes,
        readings.models.linked.entry.identity: readings.models.linked.entry.sha256,
    }
    opening = made_by("python scripts/evaluate.py compare", models)
    file = results / "compare.md"
    file.write_text(page("Changes between films", opening, sections))
    return file


def _of(changes: Sequence[KnownChange], method: str, own: dict[str, float]) -> MeasuredChanges:
    return measured_changes(changes, method == LINKED, own[method])


def _detected(
    readings: ComparisonReadings, known: Sequence[KnownChange], own: dict[str, float], pictures: Path
) -> Section:
    still = [one for one in known if not one.changed]
    moved = [one for one in known if one.changed]
    unchanged, changed = _of(still, LINKED, own), _of(moved, LINKED, own)
    plots.truth_and_measured(
        changed.true, changed.measured, "linked change of the medial minimum", pictures / "linked.svg"
    )
    missing = [one.found.reason for one in readings.changes if isinstance(one.found, NotMeasured)]
    return Section(
        "Changes that are detected",
        f"{len({one.seed for one in readings.changes})} simulated knees of seeds {FIRST_SEED} and up, which "
        "no network and no constant was fitted on, each on a first film and on two later ones: one without "
        "any change, one with a medial change of up to 1.5 mm either way. At each visit the knee is "
        "repositioned (flexion, rotation, tilt of the beam, lean), on the same unit or, in half of the "
        "films, on another with its own detector, exposure and processing. Half of the knees state "
        "calibrated millimetres that err by 1%, half those at the detector, whose magnification differs. "
        "Detected: the 95% interval "
        f"excludes 0. Repositioning is the site's own, from {REPEATS} other knees with a repeat film: "
        f"{own[LINKED]:.3f} mm a film for linked changes, {own[INDEPENDENT]:.3f} mm for independent ones.",
        [
            Result(
                "unchanged pairs detected as changed",
                100 * float(unchanged.detected.mean()),
                "%",
                FALSE,
                ".1f",
            ),
            Result(
                "changed pairs, coverage of the 95% interval", 100 * changed.coverage, "%", COVERED, ".1f"
            ),
            Result("changed pairs, mean absolute error", float(np.abs(changed.errors).mean()), "mm", AWAY),
        ],
        [_by_films(known, own), _by_source(still, moved), counted(missing)],
        [("Linked and true change", "compare/linked.svg")],
    )


def _by_films(known: Sequence[KnownChange], own: dict[str, float]) -> MarkdownTable:
    """Both methods on each kind of films."""
    lengths = ("mean absolute error, mm", "median error, mm", "mean error, mm", "median standard error, mm")
    columns = ("films", "method", "pairs each", "unchanged detected", "coverage", *lengths)
    rows = [
        (name, method, *_row(which, method, own))
        for name, which in _strata(known)
        for method in (LINKED, INDEPENDENT)
    ]
    return MarkdownTable(columns, rows)


def _row(which: Sequence[KnownChange], method: str, own: dict[str, float]) -> tuple[object, ...]:
    unchanged = _of([one for one in which if not one.changed], method, own)
    changed = _of([one for one in which if one.changed], method, own)
    away = np.abs(changed.errors)
    return (
        len(unchanged.true),
        f"{100 * unchanged.detected.mean():.1f} %",
        f"{100 * changed.coverage:.1f} %",
        formatted(float(away.mean())),
        formatted(float(np.median(away))),
        formatted(float(changed.errors.mean()), "+.3f"),
        formatted(float(np.median(changed.standard_error))),
    )


def _by_source(still: Sequence[KnownChange], moved: Sequence[KnownChange]) -> MarkdownTable:
    columns = (
        "named source",
        "mm a film",
        "unchanged detected",
        "coverage",
        "median smallest detectable, mm",
    )
    rows = [(name, f"{mm:.2f}", *_with_source(still, moved, mm)) for name, mm in REPOSITIONING_MM.items()]
    caption = "With a named source of the repositioning error in place of the site's own, linked:"
    return MarkdownTable(columns, rows, caption)


def _strata(known: Sequence[KnownChange]) -> list[tuple[str, list[KnownChange]]]:
    calibrated = [one for one in known if one.tier is Calibration.GEOMETRY]
    detector = [one for one in known if one.tier is Calibration.DETECTOR]
    return [
        ("all", list(known)),
        ("calibrated, same unit", [one for one in calibrated if one.same_unit]),
        ("calibrated, another unit", [one for one in calibrated if not one.same_unit]),
        ("at the detector, same unit", [one for one in detector if one.same_unit]),
        ("at the detector, another unit", [one for one in detector if not one.same_unit]),
    ]


def _with_source(
    still: Sequence[KnownChange], moved: Sequence[KnownChange], mm: float
) -> tuple[str, str, str]:
    unchanged, changed = measured_changes(still, True, mm), measured_changes(moved, True, mm)
    smallest = NORMAL_95 * float(np.median(changed.standard_error))
    return (
        f"{100 * unchanged.detected.mean():.1f} %",
        f"{100 * changed.coverage:.1f} %",
        formatted(smallest, ".2f"),
    )


def _power(known: Sequence[KnownChange], own: dict[str, float], pictures: Path) -> Section:
    linked, independent = (_of(known, method, own) for method in (LINKED, INDEPENDENT))
    ratio = smallest_detected(linked) / smallest_detected(independent)
    rows = []
    for name, which in _strata(known):
        sizes = [smallest_detected(_of(which, method, own)) for method in (LINKED, INDEPENDENT)]
        rows.append((name, len(which), *(f"{mm:.2f}" for mm in sizes), f"{sizes[0] / sizes[1]:.2f}"))
    low, high = ratio_95(linked, independent)
    plots.curves(
        {method: _shares(_of(known, method, own)) for method in (LINKED, INDEPENDENT)},
        ("true change, mm either way", "share that is detected"),
        pictures / "power.svg",
    )
    return Section(
        "Power",
        "The smallest true change of which 80% are detected, by a cumulative normal curve over the size of "
        "the change; both methods on the same pairs, each with the repositioning error of its own repeat "
        f"films. The ratio's 95% interval (knees resampled with replacement) is {low:.2f} to {high:.2f}.",
        [
            Result(
                "smallest change detected in 80% of pairs, linked over independent", ratio, "", RATIO, ".2f"
            )
        ],
        [MarkdownTable(("films", "pairs", "linked, mm", "independent, mm", "ratio"), rows)],
        [("The share of changes that is detected, by their size", "compare/power.svg")],
    )


def _shares(pairs: MeasuredChanges) -> list[tuple[float, float]]:
    """The share detected in bins of 0.1 mm."""
    size = np.abs(pairs.true)
    bins = [(low, (size >= low) & (size < low + BIN_MM)) for low in np.arange(0.0, 1.5, BIN_MM)]
    return [
        (float(low + BIN_MM / 2), float(pairs.detected[in_bin].mean()))
        for low, in_bin in bins
        if in_bin.any()
    ]


def _case(case: KneeChange) -> Section:
    right = case.verdict is Verdict.IMPROVED
    claim = GradeClaim(3, 2)
    return Section(
        "The sample case",
        "Two films of one knee whose medial space is simulated 1.5 mm wider in the second. "
        f"The verdict: {case.sentence} The claim {claim_sentence(case.grade, claim)}.",
        [Result("the verdict is that of its truth, improved", 100.0 * right, "%", ALL, ".0f")],
    )


def _invariants(found: Sequence[Invariant]) -> Section:
    share = 100 * float(np.mean([one.holds for one in found]))
    rows = [(one.what, "yes" if one.holds else "**no**") for one in found]
    return Section(
        "Invariants",
        "Of the sample case, bit for bit.",
        [Result("behaviours found", share, "%", ALL, ".0f")],
        [MarkdownTable(("behaviour", "found"), rows)],
    )
