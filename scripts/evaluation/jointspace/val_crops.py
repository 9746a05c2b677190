"""Every `val` crop read as it is and again perturbed: repeatability, what is not measured, and the grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from evaluation.criteria import Criterion, Result, formatted
from evaluation.markdown import MarkdownTable, Section, counted
from evaluation.perturbations import GROWTH, REPEATS, SHIFT, TURN_DEG, repeated_widths, spread
from evaluation.reading import read_one, without_grader
from evaluation.statistics import area_under_curve, bootstrap_95
from kltool.intake import load
from kltool.training.data.annotated import AnnotatedKnee
from kltool.training.data.oai import crops, grade_of, participant_of, seed_of, side_of
from kltool.training.parallel import each
from kltool.typing import Float64
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Models

TIBIA_MM: Final = 76.0  # docs/choices.md#perturbations
MM_PER_PERCENT: Final = TIBIA_MM / 100
MEDIAN_SD: Final = Criterion(most=0.10)
P95_SD: Final = Criterion(most=0.30)
NOT_MEASURED: Final = Criterion(most=2.0)
AUC: Final = Criterion(least=0.92)
SEVERE: Final = 3  # the lowest KL that narrowing has to show


@dataclass(frozen=True, slots=True)
class ValKnee:
    """One `val` crop. minima: per cent of the tibial width, on the crop as it is.

    sds: of the minimum over perturbed crops, per cent of the tibial width. repeats: how many of these
    gave a minimum.
    """

    participant: str
    grade: int
    minima: Mapping[Compartment, float | NotMeasured]
    sds: Mapping[Compartment, float | NotMeasured]
    repeats: Mapping[Compartment, int]


def read_val(data: Path, count: int | None, jobs: int) -> list[ValKnee]:
    """All `val` crops, or so many of them spread evenly over their names."""
    return each(_read_crop, crops(data / "oai_kl" / "val", count), "val knees", jobs)


def _read_crop(models: Models, path: Path) -> ValKnee:
    """Perturbations are seeded by the crop's own name, so that they do not depend on the others."""
    ungraded, film = without_grader(models), load(path, side=side_of(path))
    reading = read_one(film, ungraded)
    minima: dict[Compartment, float | NotMeasured] = {}
    for compartment in Compartment:
        if isinstance(reading, NotMeasured):
            minima[compartment] = reading
            continue
        minimum = reading.joint_space.of(compartment).minimum
        minima[compartment] = minimum if isinstance(minimum, NotMeasured) else minimum.percent
    widths = repeated_widths(film, ungraded, seed_of(path))
    return ValKnee(
        participant_of(path.stem),
        grade_of(path),
        minima,
        {compartment: spread(found) for compartment, found in widths.items()},
        {compartment: len(found) for compartment, found in widths.items()},
    )


def sds_mm(knees: Sequence[ValKnee], compartment: Compartment) -> Float64:
    """Standard deviation of each knee's minimum, mm at a tibia of 76 mm, (n,)."""
    found = (knee.sds[compartment] for knee in knees)
    return np.array([sd * MM_PER_PERCENT for sd in found if not isinstance(sd, NotMeasured)])


def repeat_section(knees: Sequence[ValKnee]) -> Section:
    medial = sds_mm(knees, Compartment.MEDIAL)
    results = (
        Result("medial mJSW, median SD of a knee", _percentile(medial, 50), "mm", MEDIAN_SD),
        Result("medial mJSW, 95th percentile of the SDs", _percentile(medial, 95), "mm", P95_SD),
    )
    text = (
        f"{len(knees)} `val` crops, each perturbed {REPEATS} times: shifted by up to {100 * SHIFT:.0f}% of "
        f"the crop, scaled by up to {100 * GROWTH:.0f}%, rotated by up to {TURN_DEG:.0f} degrees, with "
        "another gamma, noise, and JPEG; and found, placed, traced and measured again. The SD of a knee's "
        "minimum in per cent of the tibial width is given in millimetres of a tibia of "
        f"{TIBIA_MM:.0f} mm. A knee counts where more than half of its films gave a minimum."
    )
    rows = [_repeat_row(knees, compartment) for compartment in Compartment]
    columns = (
        *("compartment", "knees", "median SD, mm", "RMS SD, mm", "95th percentile, mm", "largest, mm"),
        "films without a minimum",
    )
    picture = ("SD of each knee's minimum over perturbed films", "jointspace/repeatability.svg")
    return Section("Repeatability", text, results, (MarkdownTable(columns, rows),), (picture,))


def _repeat_row(knees: Sequence[ValKnee], compartment: Compartment) -> tuple[str, ...]:
    sds = sds_mm(knees, compartment)
    films = REPEATS * len(knees)
    lost = films - sum(knee.repeats[compartment] for knee in knees)
    return (
        str(compartment),
        str(len(sds)),
        formatted(_percentile(sds, 50)),
        formatted(float(np.sqrt((sds**2).mean())) if len(sds) else float("nan")),
        formatted(_percentile(sds, 95)),
        formatted(_percentile(sds, 100)),
        f"{lost} ({100 * lost / films:.1f}%)",
    )


def absence_section(knees: Sequence[ValKnee]) -> Section:
    """How many knees lack a minimum, and why."""
    absent = [[m for m in knee.minima.values() if isinstance(m, NotMeasured)] for knee in knees]
    share = 100 * float(np.mean([bool(reasons) for reasons in absent]))
    reasons = [
        f"{compartment}: {minimum.reason}"
        for knee in knees
        for compartment, minimum in knee.minima.items()
        if isinstance(minimum, NotMeasured)
    ]
    results = (Result("knees without medial or lateral mJSW", share, "%", NOT_MEASURED, ".1f"),)
    text = f"{len(knees)} `val` crops as they are."
    return Section("What is not measured", text, results, (counted(reasons),))


def grade_section(knees: Sequence[ValKnee], annotated: Sequence[AnnotatedKnee]) -> Section:
    """Whether the medial space is narrower the higher the grade, and separates KL 3 and 4 from the rest."""
    medial = minima(knees, (Compartment.MEDIAL,))
    both = minima(knees, tuple(Compartment))
    median_grades = [_percentile(of_grade(medial, grade), 50) for grade in GRADES]
    falls = float(np.min(-np.diff(median_grades[1:])))
    results = (
        Result(
            "smallest fall of the median from one grade to the next, KL 1 to 4",
            falls,
            "%",
            Criterion(least=0.0),
        ),
        Result("AUC of a narrow medial mJSW for KL 3 and 4", _auc(medial)[0], "", AUC),
    )
    text = (
        "Minimum joint space in per cent of the tibial width on `val` crops, by their Kellgren-Lawrence "
        "label; knees without a minimum are left out. AUC: the probability that a knee of KL 3 or 4 is "
        "narrower than one of KL 0 to 2. A medial width cannot show the grade of knees that are "
        "narrow laterally; the last two rows are the same figures of the annotators' own widths, on all "
        "knees that KNEEL annotates: as far as a manual width gets."
    )
    grades = MarkdownTable(
        ("KL", "knees", "median medial mJSW, %", "quartiles, %", f"median, mm of {TIBIA_MM:.0f} mm"),
        [_grade_row(grade, of_grade(medial, grade)) for grade in GRADES],
    )
    curves = MarkdownTable(
        ("narrowness of", "knees", "AUC for KL 3 and 4", "95% (bootstrap over participants)"),
        [
            _auc_row("the medial compartment", medial),
            _auc_row("the narrower compartment", both),
            _auc_row(
                "the medial compartment, annotators", annotated_minima(annotated, (Compartment.MEDIAL,))
            ),
            _auc_row("the narrower compartment, annotators", annotated_minima(annotated, tuple(Compartment))),
        ],
    )
    picture = ("Medial mJSW by KL", "jointspace/grades.svg")
    return Section("By Kellgren-Lawrence grade", text, results, (grades, curves), (picture,))


@dataclass(frozen=True, slots=True)
class Narrowest:
    """Of knees that have it: (n,) minimum in per cent of the tibial width, KL label, participant."""

    percent: Float64
    grade: npt.NDArray[np.int_]
    participant: npt.NDArray[np.str_]


def minima(knees: Sequence[ValKnee], compartments: Sequence[Compartment]) -> Narrowest:
    """The smallest minimum of these compartments; knees that lack one of them are left out."""
    rows = []
    for knee in knees:
        found = [knee.minima[compartment] for compartment in compartments]
        measured = [width for width in found if not isinstance(width, NotMeasured)]
        if len(measured) == len(found):
            rows.append((min(measured), knee.grade, knee.participant))
    percent, grade, participant = ([row[k] for row in rows] for k in range(3))
    return Narrowest(np.array(percent, float), np.array(grade, int), np.array(participant, str))


def annotated_minima(knees: Sequence[AnnotatedKnee], compartments: Sequence[Compartment]) -> Narrowest:
    """The same of the annotators' widths."""
    return Narrowest(
        np.array([100 * min(knee.width_mm(c) for c in compartments) / knee.tibia_mm for knee in knees]),
        np.array([knee.grade for knee in knees]),
        np.array([participant_of(knee.name) for knee in knees]),
    )


def of_grade(narrowest: Narrowest, grade: int) -> Float64:
    return np.asarray(narrowest.percent[narrowest.grade == grade])


def _auc(narrowest: Narrowest) -> tuple[float, float, float]:
    """AUC with its 95% interval."""
    score, severe = -narrowest.percent, narrowest.grade >= SEVERE
    low, high = bootstrap_95(
        lambda indices: area_under_curve(score[indices], severe[indices]), narrowest.participant
    )
    return area_under_curve(score, severe), low, high


def _auc_row(what: str, narrowest: Narrowest) -> tuple[str, ...]:
    auc, low, high = _auc(narrowest)
    return what, str(len(narrowest.percent)), formatted(auc), f"{formatted(low)} to {formatted(high)}"


def _grade_row(grade: int, percent: Float64) -> tuple[str, ...]:
    low, median, high = (_percentile(percent, share) for share in (25, 50, 75))
    return (
        str(grade),
        str(len(percent)),
        formatted(median, ".2f"),
        f"{formatted(low, '.2f')} to {formatted(high, '.2f')}",
        formatted(median * MM_PER_PERCENT, ".2f"),
    )


def _percentile(values: Float64, share: float) -> float:
    return float(np.percentile(values, share)) if len(values) else float("nan")
