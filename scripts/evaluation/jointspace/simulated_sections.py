"""Sections on simulated knees: on the film, on the coarse crop, and on the intervals."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result, formatted
from evaluation.jointspace.simulated_knees import (
    FIRST_SEED,
    LATERAL_MINIMUM,
    MEDIAL_MINIMUM,
    PRIMARY,
    Resolution,
    SimulatedKnee,
    at,
    comparisons,
    errors_of,
    location_names,
)
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.statistics import ErrorScore, Interval, coverage, error_score, thirds
from kltool.geometry.window import CROP_SIZE
from kltool.training.data.simulated import COARSE_MM, COARSE_SHIFT
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.values.reading import Quality

BIAS: Final = Criterion(-0.05, 0.05)
MEAN_ABSOLUTE: Final = Criterion(most=0.10)
P95: Final = Criterion(most=0.30)
COARSE_MEAN_ABSOLUTE: Final = Criterion(most=0.20)
SCORES: Final = ("mean error", "mean absolute", "95th percentile")
WIDTH_BANDS_MM: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 12.0)
CONDITIONS: Final = {
    "beam tilt, absolute, degrees": "tilt_deg",
    "rotation, absolute, degrees": "rotation_deg",
    "noise": "noise",
    "blur, mm": "blur_mm",
    "magnification": "magnification",
    "spacing, mm": "spacing_mm",
}


def film_section(knees: Sequence[SimulatedKnee]) -> Section:
    """Accuracy at the detector's resolution, with its criteria and what the error depends on."""
    on_film = at(knees, Resolution.FILM)
    spacings = np.array([knee.conditions["spacing_mm"] for knee in on_film])
    results = []
    for name in PRIMARY:
        score = error_score(errors_of(on_film, name))
        results += [
            Result(f"{name}, mean error", score.bias, "mm", BIAS, "+.3f"),
            Result(f"{name}, mean absolute error", score.mean_absolute, "mm", MEAN_ABSOLUTE),
            Result(f"{name}, 95th percentile of the absolute error", score.p95, "mm", P95),
        ]
    text = (
        f"{len(on_film)} knees simulated with seeds {FIRST_SEED} to {FIRST_SEED + len(on_film) - 1}, which "
        "no network was trained on. Each is one film with a known side, "
        f"{spacings.min():.2f} to {spacings.max():.2f} mm a pixel in the plane of the joint, read through "
        "the whole pipeline (found, placed, traced, measured). The truth follows from the surfaces, not from "
        "the picture. Errors knee by knee: [simulated.csv](jointspace/simulated.csv)."
    )
    tables = (_losses(on_film), _quantities(on_film), _budget(on_film))
    pictures = _pictures(Resolution.FILM)
    return Section("Simulation at the detector's resolution", text, results, tables, pictures)


def coarse_section(knees: Sequence[SimulatedKnee]) -> Section:
    """The same knees as an OAI crop shows them."""
    coarse = at(knees, Resolution.COARSE)
    results = [
        Result(
            f"{name}, mean absolute error",
            error_score(errors_of(coarse, name)).mean_absolute,
            "mm",
            COARSE_MEAN_ABSOLUTE,
        )
        for name in PRIMARY
    ]
    text = (
        f"The same {len(coarse)} knees at {COARSE_MM} mm a pixel in the plane of the joint: crops of "
        f"{CROP_SIZE} x {CROP_SIZE} pixels and 8 bits, blurred before they are sampled, the knee up to "
        f"{100 * COARSE_SHIFT:.0f}% of the side off the place it has in OAI crops on average, further "
        "where the crop would reach beyond the film."
    )
    tables, pictures = (_losses(coarse), _quantities(coarse)), _pictures(Resolution.COARSE)
    return Section("Simulation on crops as coarse as the OAI's", text, results, tables, pictures)


def coverage_rows(knees: Sequence[SimulatedKnee]) -> list[tuple[str, int, float]]:
    """What, how many intervals, which share of them holds the truth."""
    rows = []
    for resolution in Resolution:
        read = at(knees, resolution)
        fixed = [name for name in location_names(read) if name.startswith("JSW(")]
        for what, names in (
            (MEDIAL_MINIMUM, [MEDIAL_MINIMUM]),
            (LATERAL_MINIMUM, [LATERAL_MINIMUM]),
            ("JSW(x), all x", fixed),
        ):
            pairs = [c for name in names for c in comparisons(read, name)]
            share = coverage(np.array([c.error for c in pairs]), np.array([c.sd for c in pairs]))
            rows.append((f"simulation, {resolution}: {what}", len(pairs), share))
    return rows


def _pictures(resolution: Resolution) -> list[tuple[str, str]]:
    return [
        (f"Measured over true {compartment} minimum", f"jointspace/simulated-{resolution}-{compartment}.svg")
        for compartment in Compartment
    ]


def _losses(knees: Sequence[SimulatedKnee]) -> MarkdownTable:
    """Why knees were not read, and why of those that were one of PRIMARY was not measured."""
    unread = [knee.refused for knee in knees if knee.refused]
    values = [(name, knee.values.get(name)) for knee in knees for name in PRIMARY]
    return counted(unread + [f"{n}: {v.reason}" for n, v in values if isinstance(v, NotMeasured)])


def _quantities(knees: Sequence[SimulatedKnee]) -> MarkdownTable:
    rows = []
    for name in location_names(knees):
        absent = sum(isinstance(knee.values.get(name), NotMeasured) for knee in knees)
        rows.append((*_score_row((name,), error_score(errors_of(knees, name))), absent))
    return MarkdownTable(
        (*("quantity, mm unless stated", "knees"), *SCORES, "not measured"),
        rows,
        "All quantities; those without a criterion are for information:",
    )


def _budget(knees: Sequence[SimulatedKnee]) -> MarkdownTable:
    rows = []
    for title, condition in CONDITIONS.items():
        values = np.array([knee.conditions[condition] for knee in knees])
        for span in thirds(values):
            rows.append(_budget_row(title, _range(span), _within(knees, condition, condition, span)))
    for span in pairwise(WIDTH_BANDS_MM):
        within = _within(knees, "true_medial_mm", "true_lateral_mm", span)
        rows.append(_budget_row("true mJSW of that compartment, mm", _range(span), within))
    for quality in Quality:
        of_quality = [knee for knee in knees if knee.quality == quality]
        rows.append(_budget_row("quality", str(quality), (of_quality, of_quality)))
    scores = [f"{compartment} {part}" for compartment in Compartment for part in ("knees", *SCORES)]
    return MarkdownTable(
        ("", "range", *scores), rows, "What the error of mJSW depends on, by thirds, bands and quality, mm:"
    )


def _within(
    knees: Sequence[SimulatedKnee], medial: str, lateral: str, span: Interval
) -> tuple[list[SimulatedKnee], list[SimulatedKnee]]:
    """The knees whose condition lies in a span (both ends), for the medial and the lateral minimum."""
    low, high = span
    return (
        [knee for knee in knees if low <= knee.conditions[medial] <= high],
        [knee for knee in knees if low <= knee.conditions[lateral] <= high],
    )


def _budget_row(
    title: str, span: str, within: tuple[Sequence[SimulatedKnee], Sequence[SimulatedKnee]]
) -> tuple[str, ...]:
    cells = [title, span]
    for name, knees in zip((MEDIAL_MINIMUM, LATERAL_MINIMUM), within, strict=True):
        cells += _score_row((), error_score(errors_of(knees, name)))
    return tuple(cells)


def _range(span: Interval) -> str:
    return f"{span[0]:.3g} to {span[1]:.3g}"


def _score_row(head: tuple[str, ...], score: ErrorScore) -> tuple[str, ...]:
    return (
        *head,
        str(score.count),
        formatted(score.bias, "+.3f"),
        formatted(score.mean_absolute),
        formatted(score.p95),
    )
