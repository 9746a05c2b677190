"""docs/results/compare.md: changes that are called, claims that are believed, and what is exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import claims, plots
from evaluation import identity as likeness
from evaluation.claims import GradedKnee
from evaluation.exact import Exact, exact
from evaluation.knee_pairs import Pair
from evaluation.page import Bar, Result, Section, Table, counted, figure, page
from evaluation.power import Called, called_of, ratio_95, smallest_called
from evaluation.visits import KnownChange, read_visits
from kltool.comparison import REPOSITIONING_MM, compare
from kltool.comparison.error import estimate_repositioning
from kltool.intake import load
from kltool.reading import read
from kltool.report.text import claim_sentence
from kltool.values.change import GradeClaim, KneeChange, Verdict
from kltool.values.length import NORMAL_95, NotMeasured
from kltool.values.spacing import Calibration
from kltool.weights import Models, load_models

FIRST_SEED: Final = 1_200_000  # docs/choices.md#evaluation-seeds
REPEATS_FROM: Final = 900_000  # docs/choices.md#evaluation-seeds
REPEATS: Final = 100  # knees with a repeat film, as a site would take
FALSE, COVERED, AWAY, RATIO = Bar(most=5.0), Bar(93.0, 97.0), Bar(most=0.12), Bar(most=0.70)
LINKED, INDEPENDENT = "linked", "independent"
ALL: Final = Bar(least=100.0)
BIN_MM: Final = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was compared. repeats: unchanged knees, from which a site's own error is taken."""

    models: Models
    repeats: Sequence[KnownChange]
    changes: Sequence[KnownChange]
    grades: Sequence[GradedKnee]
    alike: Sequence[Pair]
    case: KneeChange
    exact: Sequence[Exact]


def gather(data: Path, samples: Path, visits: int, knees: int | None, jobs: int) -> Evidence:
    """data: shared/data. visits: drawn knees; knees: of `val`, all where None."""
    models = load_models()
    before, after = (read(load(samples / "case" / f"{name}.dcm"), models) for name in ("before", "after"))
    (case,) = compare(before, after, models)
    repeats = read_visits(range(REPEATS_FROM, REPEATS_FROM + REPEATS), "repeat films", jobs)
    return Evidence(
        models,
        [one for one in repeats if not one.changed],
        read_visits(range(FIRST_SEED, FIRST_SEED + visits), "visits", jobs),
        claims.read_grades(data / "oai_kl" / "val", knees, jobs),
        likeness.gather(data, knees, jobs),
        case,
        exact(samples, models),
    )


def write(evidence: Evidence, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    pictures = results / "compare"
    known = [one for one in evidence.changes if one.linked]
    own = {
        method: estimate_repositioning(
            [
                one.measured.preferred if method == LINKED else one.measured.independent
                for one in evidence.repeats
                if one.linked
            ]
        )
        for method in (LINKED, INDEPENDENT)
    }
    sections = [
        _called(evidence, known, own, pictures),
        _power(known, own, pictures),
        likeness.section(evidence.alike),
        claims.section(evidence.grades, pictures),
        _case(evidence.case),
        _exact(evidence.exact),
    ]
    models = {
        **evidence.models.hashes,
        evidence.models.linked.entry.identity: evidence.models.linked.entry.sha256,
    }
    opening = "Made by `python scripts/evaluate.py compare`.\n\n" + str(
        Table(("model", "sha256"), [(name, f"`{sha256}`") for name, sha256 in models.items()])
    )
    file = results / "compare.md"
    file.write_text(page("A change that can be believed", opening, sections))
    return file


def _of(changes: Sequence[KnownChange], method: str, own: dict[str, float]) -> Called:
    return called_of(changes, method == LINKED, own[method])


def _called(
    evidence: Evidence, known: Sequence[KnownChange], own: dict[str, float], pictures: Path
) -> Section:
    still = [one for one in known if not one.changed]
    moved = [one for one in known if one.changed]
    unchanged, changed = _of(still, LINKED, own), _of(moved, LINKED, own)
    plots.truth_and_measured(
        changed.true, changed.found, "linked change of the medial minimum", pictures / "linked.svg"
    )
    missing = [one.found.reason for one in evidence.changes if isinstance(one.found, NotMeasured)]
    return Section(
        "Changes that are called",
        f"{len({one.seed for one in evidence.changes})} drawn knees of seeds {FIRST_SEED} and up, which no "
        "network and no constant was fitted on, each on a first film and on two later ones: one without any "
        "change, one with a medial change of up to 1.5 mm either way. At each visit the knee stands anew "
        "(flexion, rotation, tilt of the beam, lean), on the same unit or, in half of the films, on another "
        "with its own detector, exposure and processing. Half of the knees state calibrated millimetres that "
        "err by 1%, half those at the detector, whose magnification differs. Called: the 95% interval leaves "
        f"out 0. Repositioning is the site's own, from {REPEATS} other knees with a repeat film: "
        f"{own[LINKED]:.3f} mm a film for linked changes, {own[INDEPENDENT]:.3f} mm for independent ones.",
        [
            Result("unchanged pairs called changed", 100 * float(unchanged.called.mean()), "%", FALSE, ".1f"),
            Result("changed pairs, coverage of the 95% interval", 100 * changed.covered, "%", COVERED, ".1f"),
            Result("changed pairs, mean absolute error", float(np.abs(changed.off).mean()), "mm", AWAY),
        ],
        [_by_films(known, own), _by_source(still, moved), counted(missing)],
        [("Linked and true change", "compare/linked.svg")],
    )


def _by_films(known: Sequence[KnownChange], own: dict[str, float]) -> Table:
    """Both methods on each kind of films."""
    lengths = ("mean absolute error, mm", "median error, mm", "mean error, mm", "median standard error, mm")
    columns = ("films", "method", "pairs each", "unchanged called", "coverage", *lengths)
    rows = [
        (name, method, *_row(which, method, own))
        for name, which in _strata(known)
        for method in (LINKED, INDEPENDENT)
    ]
    return Table(columns, rows)


def _row(which: Sequence[KnownChange], method: str, own: dict[str, float]) -> tuple[object, ...]:
    unchanged = _of([one for one in which if not one.changed], method, own)
    changed = _of([one for one in which if one.changed], method, own)
    away = np.abs(changed.off)
    return (
        len(unchanged.true),
        f"{100 * unchanged.called.mean():.1f} %",
        f"{100 * changed.covered:.1f} %",
        figure(float(away.mean())),
        figure(float(np.median(away))),
        figure(float(changed.off.mean()), "+.3f"),
        figure(float(np.median(changed.error))),
    )


def _by_source(still: Sequence[KnownChange], moved: Sequence[KnownChange]) -> Table:
    columns = ("named source", "mm a film", "unchanged called", "coverage", "median smallest detectable, mm")
    rows = [(name, f"{mm:.2f}", *_with_source(still, moved, mm)) for name, mm in REPOSITIONING_MM.items()]
    caption = "With a named source of the repositioning error in place of the site's own, linked:"
    return Table(columns, rows, caption)


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
    unchanged, changed = called_of(still, True, mm), called_of(moved, True, mm)
    smallest = NORMAL_95 * float(np.median(changed.error))
    return f"{100 * unchanged.called.mean():.1f} %", f"{100 * changed.covered:.1f} %", figure(smallest, ".2f")


def _power(known: Sequence[KnownChange], own: dict[str, float], pictures: Path) -> Section:
    linked, independent = (_of(known, method, own) for method in (LINKED, INDEPENDENT))
    ratio = smallest_called(linked) / smallest_called(independent)
    rows = []
    for name, which in _strata(known):
        sizes = [smallest_called(_of(which, method, own)) for method in (LINKED, INDEPENDENT)]
        rows.append((name, len(which), *(f"{mm:.2f}" for mm in sizes), f"{sizes[0] / sizes[1]:.2f}"))
    low, high = ratio_95(linked, independent)
    plots.curves(
        {method: _shares(_of(known, method, own)) for method in (LINKED, INDEPENDENT)},
        ("true change, mm either way", "share that is called"),
        pictures / "power.svg",
    )
    return Section(
        "Power",
        "The smallest true change of which 80% are called, by a normal law over the size of the change; "
        "both methods on the same pairs, each with the repositioning error of its own repeat films. The "
        f"ratio's 95% interval (knees drawn with replacement) is {low:.2f} to {high:.2f}.",
        [Result("smallest change called in 80% of pairs, linked over independent", ratio, "", RATIO, ".2f")],
        [Table(("films", "pairs", "linked, mm", "independent, mm", "ratio"), rows)],
        [("The share of changes that is called, by their size", "compare/power.svg")],
    )


def _shares(pairs: Called) -> list[tuple[float, float]]:
    """The share called in bins of 0.1 mm."""
    size = np.abs(pairs.true)
    bins = [(low, (size >= low) & (size < low + BIN_MM)) for low in np.arange(0.0, 1.5, BIN_MM)]
    return [(float(low + BIN_MM / 2), float(pairs.called[held].mean())) for low, held in bins if held.any()]


def _case(case: KneeChange) -> Section:
    right = case.verdict is Verdict.IMPROVED
    claim = GradeClaim(3, 2)
    return Section(
        "The sample case",
        "Two films of one knee whose medial space is drawn 1.5 mm wider in the second. "
        f"The verdict: {case.sentence} The claim {claim_sentence(case.grade, claim)}.",
        [Result("the verdict is that of its truth, improved", 100.0 * right, "%", ALL, ".0f")],
    )


def _exact(found: Sequence[Exact]) -> Section:
    share = 100 * float(np.mean([one.held for one in found]))
    rows = [(one.what, "yes" if one.held else "**no**") for one in found]
    return Section(
        "What is exact",
        "Done with the sample case, bit for bit.",
        [Result("behaviours found", share, "%", ALL, ".0f")],
        [Table(("behaviour", "found"), rows)],
    )
