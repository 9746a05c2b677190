"""The page of a site's calibration, beside the site file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kltool.report.agreement_text import counted, interval_of, join_sentence, name_of, reason_of, value_of
from kltool.report.files import data_uri
from kltool.report.html.agreement_rows import NO_INTERVAL
from kltool.report.html.page import render, save
from kltool.report.plots.agreement import confusion_matrix_svg, predictions, reliability_diagram_svg
from kltool.report.plots.site import learning_curve_svg
from kltool.report.site_text import (
    KAPPA,
    enough_sentence,
    gain_sentence,
    main_sentence,
    mean_size,
    promise_sentence,
    readers_sentences,
    sampling_sentence,
    sets_sentence,
    share,
)
from kltool.sites.results import Performance, SetsByGrade, SiteCalibration

TEMPLATE: Final = "site.html.j2"
ESTIMATES: Final = (
    *(KAPPA, "kappa_linear", "accuracy", "mean_absolute_error", "mean_absolute_error_expected"),
    *("auc_kl2", "auc_kl3", "calibration_error", "calibration_error_kl2"),
)


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One estimate as shipped and calibrated, with their 95% intervals."""

    name: str
    before: str
    before_interval: str
    after: str
    after_interval: str


@dataclass(frozen=True, slots=True)
class SetsRow:
    """Sets of the knees of one grade, or of all; "-" where there are none."""

    name: str
    knees: str
    before: str
    before_size: str
    after: str
    after_size: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """As data URIs."""

    confusion_before: str
    confusion_after: str
    reliability_before: str
    reliability_after: str
    curve: str


def write_site_page(found: SiteCalibration, sha256: str, file: Path) -> None:
    """sha256: of the site file. Raises UsageError where the page cannot be written."""
    save(site_page(found, sha256), file)


def site_page(found: SiteCalibration, sha256: str) -> str:
    """The page as HTML; the same calibration gives the same text."""
    return render(
        TEMPLATE,
        title=f"Calibration of the grade for {found.graded.chosen}",
        sentence=main_sentence(found),
        sentences=[
            gain_sentence(found),
            sets_sentence(found),
            enough_sentence(found),
            *readers_sentences(found),
        ],
        sampling=sampling_sentence(found),
        warnings=found.warnings,
        films=counted(len(found.graded.films), "film"),
        rows=list(_estimate_rows(found.before, found.after)),
        sets=[_sets_row(*pair) for pair in zip(found.before.sets, found.after.sets, strict=True)],
        promise=promise_sentence(found),
        within=share(found.after.interval_covered, 1),
        curve=found.curve,
        pictures=_pictures(found),
        file=found.file,
        law=found.file.settings,
        sha256=sha256,
        chosen=found.graded.chosen,
        joins=list(map(join_sentence, found.ratings.joins)),
        exclusions=found.ratings.exclusions,
        sources=found.ratings.sources,
        keys=found.ratings.keys,
        resampling=found.resampling,
    )


def _estimate_rows(before: Performance, after: Performance) -> Iterator[EstimateRow]:
    for name in ESTIMATES:
        one, other = before.estimate(name), after.estimate(name)
        yield EstimateRow(
            name_of(one),
            value_of(one, False) or reason_of(one),
            interval_of(one) or NO_INTERVAL,
            value_of(other, False) or reason_of(other),
            interval_of(other) or NO_INTERVAL,
        )


def _sets_row(before: SetsByGrade, after: SetsByGrade) -> SetsRow:
    name = "all" if before.kl is None else f"KL {before.kl}"
    return SetsRow(
        name,
        f"{before.knees:,}",
        share(before.covered),
        mean_size(before),
        share(after.covered),
        mean_size(after),
    )


def _pictures(found: SiteCalibration) -> Pictures:
    performances = (found.before, found.after)
    labels = f"KL by {found.graded.chosen}"
    confusions = [
        confusion_matrix_svg(one.agreement.grades.confusion, f"KL by {one.agreement.rater}", labels)
        for one in performances
    ]
    reliabilities = [_reliability(one) for one in performances]
    curve = learning_curve_svg(found.curve, found.before.estimate(KAPPA).value)
    c0, c1, r0, r1, drawn = (
        data_uri(svg.encode(), "image/svg+xml") for svg in (*confusions, *reliabilities, curve)
    )
    return Pictures(c0, c1, r0, r1, drawn)


def _reliability(one: Performance) -> str:
    grades = one.agreement.grades
    predicted = predictions(grades.probabilities, grades.reference_with_probabilities)
    return reliability_diagram_svg(predicted, f"predicted probability, {one.agreement.rater}")
