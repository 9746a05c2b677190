"""docs/results/full-fields.md: films as hospitals send them: knees missed, metal, joints cut off, growth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluation.criteria import Criterion, Result
from evaluation.full_fields import crops as spoiled
from evaluation.full_fields import films, margins, metal, second_hospital
from evaluation.full_fields.crops import CUTS, NOT_FOUND, READ, CutOutcome, is_growth_plate
from evaluation.full_fields.films import FieldOutcome
from evaluation.full_fields.margins import ALIKE_MM, MarkedMargin
from evaluation.full_fields.metal import MetalOutcome
from evaluation.full_fields.second_hospital import GradedFilm
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.out_of_distribution import GRADED, refusals
from kltool.training.data.oai import crops
from kltool.values.length import NotMeasured
from kltool.weights import load_models

NONE: Final = Criterion(most=0.0)
AT_MOST_ONE: Final = Criterion(most=1.0)
READ_SHARE: Final = Criterion(least=99.0)
GROSS_MM: Final = 1.0
METAL: Final = Criterion(most=1.0)
UNMEASURED: Final = Criterion(most=2.0)
TYPICAL_SD: Final = Criterion(most=0.15)
LARGEST_SD: Final = Criterion(most=0.5)
NAMED: Final = Criterion(least=90.0)
SHARES: Final = ("testing", "training")


@dataclass(frozen=True, slots=True)
class FieldReadings:
    """Everything that was found."""

    fields: Sequence[FieldOutcome]
    spreads: Sequence[float | NotMeasured]
    margins: Sequence[MarkedMargin]
    left_out: int
    hospital: Sequence[GradedFilm]
    refused: Sequence[tuple[str, str]]
    partial: Sequence[MetalOutcome]
    hardware: Sequence[MetalOutcome]
    real: Sequence[MetalOutcome]
    plain: Sequence[MetalOutcome]
    simulated: Sequence[MetalOutcome]
    cut: Sequence[CutOutcome]
    grown: Sequence[tuple[str, str]]


def gather(data: Path, tests: Path, count: int, knees: int | None, jobs: int) -> FieldReadings:
    """data: shared/data. tests: of the marks. count: of simulated films. knees: of `val`, all if None."""
    marked = films.marked_films(data / "full_field", tests / "localize" / "full_fields.csv")
    paths = crops(data / "oai_kl" / "val", knees)
    passes = (tests / "jointspace" / f"full_field_margins{name}.csv" for name in ("", "_second_pass"))
    marks, left_out = margins.margin_marks(*passes)
    return FieldReadings(
        films.read_films(marked, jobs),
        films.spreads([film for film in marked if not film.is_training], jobs),
        margins.compared(data / "full_field", marks, jobs),
        left_out,
        second_hospital.read_films(data / "external", jobs),
        refusals(sorted((data / "refuse").iterdir()), load_models()),
        metal.partial_replacements(paths, jobs),
        metal.hardware(paths, jobs),
        metal.real(data / "oai_kl" / "train", jobs),
        metal.plain(paths, jobs),
        metal.simulated(count, jobs),
        spoiled.cut_off(paths[::4], jobs),
        spoiled.grown(paths[::2], jobs),
    )


def write(readings: FieldReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py full-fields", load_models().hashes)
    sections = [
        field_section(readings.fields),
        compartment_section(readings.fields),
        margin_section(readings.margins, readings.left_out),
        spread_section(readings.spreads),
        hospital_section(readings.hospital),
        metal_section(readings),
        cut_section(readings.cut),
        growth_section(readings.grown),
    ]
    written = results / "full-fields.md"
    written.write_text(page("Films as hospitals send them", opening, sections))
    return written


def _of_share(fields: Sequence[FieldOutcome], share: str) -> list[FieldOutcome]:
    return [field for field in fields if field.film.is_training == (share == "training")]


def field_section(fields: Sequence[FieldOutcome]) -> Section:
    rows = []
    for share in SHARES:
        own = _of_share(fields, share)
        rows.append(
            (
                share,
                len(own),
                sum(len(field.film.centres) for field in own),
                sum(field.missed for field in own),
                sum(field.false for field in own),
                sum(field.is_silent for field in own),
                sum(not knee.side_is_right for field in own for knee in field.knees if knee.mark >= 0),
                sum(field.warned for field in own if not field.missed),
            )
        )
    testing = _of_share(fields, "testing")
    worst = [
        (field.film.path.name, share, field.refusal or "read", field.missed, field.false)
        for share in SHARES
        for field in _of_share(fields, share)
        if field.missed or field.false
    ]
    heads = (
        "share",
        "films",
        "knees",
        "missed",
        "false",
        "missed in silence",
        "another side",
        "warned in vain",
    )
    return Section(
        "Full fields of a third hospital",
        "Every knee was marked by looking (`tests/localize/full_fields.csv`); two fifths of the films, by a "
        "hash of their names, were learned from. Missed: where no reading lies within 15% of its "
        "plateau's width and none is refused by name; in silence, where nothing warns of another knee on a "
        "film that is read.",
        (
            Result("testing share, knees missed", _sum(f.missed for f in testing), "", AT_MOST_ONE, ".0f"),
            Result("testing share, false knees", _sum(f.false for f in testing), "", NONE, ".0f"),
            Result(
                "testing share, films with a knee missed in silence",
                _sum(f.is_silent for f in testing),
                "",
                NONE,
                ".0f",
            ),
        ),
        (
            MarkdownTable(heads, rows),
            MarkdownTable(
                ("film", "share", "outcome", "missed", "false"), worst or [("none", "", "", "", "")]
            ),
        ),
    )


def _sum(counts: object) -> float:
    return float(sum(counts))  # type: ignore[call-overload]


def compartment_section(fields: Sequence[FieldOutcome]) -> Section:
    """Of natural knees, that is of those without metal."""
    rows, shares = [], {}
    reasons: Counter[str] = Counter()
    for share in SHARES:
        natural = [
            knee
            for field in _of_share(fields, share)
            for knee in field.knees
            if knee.mark >= 0 and field.film.natural[knee.mark]
        ]
        lost = [reason for knee in natural for reason in knee.not_measured]
        shares[share] = 100 * len(lost) / max(2 * len(natural), 1)
        rows.append((share, len(natural), len(lost), f"{shares[share]:.1f}%", sum(k.metal for k in natural)))
        reasons.update(f"{share}: {reason}" for reason in lost)
    metal_seen = sum(int(row[4]) for row in rows)
    return Section(
        "Compartments of natural knees",
        "Minimum widths of both compartments of every knee that was read and has no metal.",
        (
            Result("testing share, not measured", shares["testing"], "%", UNMEASURED, ".1f"),
            Result("both shares, metal reported", float(metal_seen), "", NONE, ".0f"),
        ),
        (
            MarkdownTable(("share", "knees", "not measured", "of compartments", "metal reported"), rows),
            MarkdownTable(("reason", "compartments"), reasons.most_common() or [("none", 0)]),
        ),
    )


def margin_section(compared: Sequence[MarkedMargin], left_out: int) -> Section:
    rows = []
    for margin in ("femoral", "tibial"):
        own = [one for one in compared if one.mark.margin == margin]
        errors = np.array([one.error_mm for one in own if not isinstance(one.error_mm, NotMeasured)])
        away = np.abs(errors)
        rows.append(
            (
                *(margin, len(own), len(own) - len(errors)),
                *(f"{figure:+.2f}" for figure in (np.median(errors),)),
                *(f"{figure:.2f}" for figure in (np.median(away), np.percentile(away, 95))),
                int((away > GROSS_MM).sum()),
            )
        )
    gross = [
        (one.mark.image, one.mark.side, one.mark.half, one.mark.margin, f"{one.error_mm:+.1f}")
        for one in compared
        if not isinstance(one.error_mm, NotMeasured) and abs(one.error_mm) > GROSS_MM
    ]
    return Section(
        "Margins marked by eye",
        "30 knees of the testing share, three columns of each half of the joint, both margins, marked "
        "twice without sight of each other or of kltool (`tests/jointspace/full_field_margins.csv`). "
        f"{left_out} marks are left out: not seen, or the passes differ by over {ALIKE_MM:g} mm. Millimetres "
        "at a plateau of 76 mm; below the mark is positive.",
        (Result(f"margins off by more than {GROSS_MM:g} mm", float(len(gross)), "", NONE, ".0f"),),
        (
            MarkdownTable(("margin", "marks", "not found", "median", "median size", "95th", "gross"), rows),
            MarkdownTable(("film", "side", "half", "margin", "mm"), gross or [("none", "", "", "", "")]),
        ),
    )


def spread_section(spreads: Sequence[float | NotMeasured]) -> Section:
    sds = np.array([sd for sd in spreads if not isinstance(sd, NotMeasured)])
    return Section(
        "Repeatability on full fields",
        "Each film of the testing share 20 times: shifted, scaled, rotated, toned, noised, coded as JPEG, "
        f"every second one at half of its resolution. {len(sds)} of {len(spreads)} knees were measured on "
        "more than half of their films.",
        (
            Result("SD of medial mJSW within a knee, median", float(np.median(sds)), "%", TYPICAL_SD, ".2f"),
            Result("95th percentile", float(np.percentile(sds, 95)), "%", LARGEST_SD, ".2f"),
        ),
    )


def hospital_section(graded: Sequence[GradedFilm]) -> Section:
    rows = []
    for grade in sorted({film.grade for film in graded if film.grade is not None}):
        own = [film for film in graded if film.grade == grade]
        rows.append((f"KL {grade}", len(own), sum(film.outcome != READ for film in own)))
    whole = [film for film in graded if film.grade is None]
    rows.append(("strips, knees", len(whole), sum(film.outcome != READ for film in whole)))
    severe = [film for film in graded if film.grade == 4]
    not_read = [
        (film.name, "" if film.grade is None else film.grade, film.outcome)
        for film in graded
        if film.outcome != READ
    ]
    share = 100 * float(np.mean([film.outcome == READ for film in graded]))
    return Section(
        "Another hospital",
        "Films of single knees with the readers' grades, and strips of two knees; none was trained on.",
        (
            Result("knees read", share, "%", READ_SHARE, ".1f"),
            Result("KL 4 refused", _sum(film.outcome != READ for film in severe), "", NONE, ".0f"),
        ),
        (
            MarkdownTable(("grade", "knees", "not read"), rows),
            MarkdownTable(("film", "grade", "outcome"), not_read or [("none", "", "")]),
        ),
    )


def metal_section(readings: FieldReadings) -> Section:
    kinds = (
        ("partial replacements", readings.partial),
        ("plates, nails, screws, staples, wires", readings.hardware),
        ("`train` crops with real screws, plates, staples, a nail or a rod", readings.real),
        ("`val` crops without metal", readings.plain),
        ("simulated films without metal", readings.simulated),
    )
    rows = [_metal_row(name, outcomes) for name, outcomes in kinds]
    shown = [one for one in readings.partial if one.shown]
    natural = [one for one in (*readings.plain, *readings.simulated) if not one.refused]
    refused = [outcome for _, outcome in readings.refused]
    return Section(
        "Metal",
        "Partial replacements and hardware drawn over `val` crops, with seeds of their own; three in ten of "
        "the simulated films are burnt out. The crops with real metal, mostly beside the joint, were found "
        "by looking and not learned from. In the joint: metal that can be seen in a compartment or of a "
        "patellofemoral replacement.",
        (
            Result("of `refuse`, graded", _sum(one.startswith(GRADED) for one in refused), "", NONE, ".0f"),
            Result(
                f"of {len(shown)} partial replacements, graded",
                _sum(one.graded for one in shown),
                "",
                NONE,
                ".0f",
            ),
            Result(
                "of films without metal, metal reported",
                100 * float(np.mean([one.found for one in natural])),
                "%",
                METAL,
                ".2f",
            ),
        ),
        (
            MarkdownTable(
                ("films", "count", "refused", "metal in the joint", "of these graded", "metal reported"), rows
            ),
        ),
    )


def _metal_row(name: str, outcomes: Sequence[MetalOutcome]) -> tuple[object, ...]:
    shown = [one for one in outcomes if one.shown]
    return (
        name,
        len(outcomes),
        sum(one.refused for one in outcomes),
        len(shown),
        sum(one.graded for one in shown),
        sum(one.found for one in outcomes),
    )


def cut_section(outcomes: Sequence[CutOutcome]) -> Section:
    rows = []
    for edge, left in CUTS:
        own = [one.outcome for one in outcomes if (one.edge, one.left) == (edge, left)]
        codes = Counter(outcome for outcome in own if outcome not in (READ, NOT_FOUND))
        named = "; ".join(f"{code} {count}" for code, count in codes.most_common())
        rows.append((edge, f"{left:.2f}", len(own), own.count(READ), named))
    least = {"upper": 0.10, "lower": 0.0}
    gone = [one for one in outcomes if one.left <= least[one.edge] and one.outcome != NOT_FOUND]
    named_share = 100 * float(np.mean([one.outcome == "cut_off" for one in gone]))
    return Section(
        "Joints cut off",
        "`val` crops that end at a distance from the joint's centre, in tibial widths.",
        (
            Result("cut through the joint, read", _sum(one.outcome == READ for one in gone), "", NONE, ".0f"),
            Result("refused as `cut_off`", named_share, "%", NAMED, ".1f"),
        ),
        (MarkdownTable(("edge", "distance", "crops", "read", "refused"), rows),),
    )


def growth_section(outcomes: Sequence[tuple[str, str]]) -> Section:
    found = [pair for pair in outcomes if pair[0] != NOT_FOUND]
    drawn = 100 * float(np.mean([is_growth_plate(after) for _, after in found]))
    false = 100 * float(np.mean([is_growth_plate(before) for before, _ in found]))
    return Section(
        "Open growth plates",
        "Drawn over `val` crops, with seeds of their own. No film of a child is at hand: how real ones are "
        "told is not known.",
        (
            Result("drawn, refused as `growth_plate`", drawn, "%", NAMED, ".1f"),
            Result("knees of adults refused as one", false, "%", METAL, ".2f"),
        ),
    )
