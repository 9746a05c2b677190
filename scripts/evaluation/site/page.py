"""docs/results/site.md: the grade calibrated for another hospital and for readers that are simulated."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from evaluation import plots
from evaluation.criteria import Criterion, Result
from evaluation.markdown import MarkdownTable, Section, made_by, page
from evaluation.site.films import CORRELATION, LENIENT, OAI, READERS, STRICT, SiteReadings, graded_by
from evaluation.site.scores import Scores, cross_scores, log_loss, mean_scores
from kltool.grading.prediction_set import median_grades, prediction_sets
from kltool.report.plots.site import learning_curve_svg
from kltool.sites.chance import LARGEST_P, chance_of_association
from kltool.sites.cross_fit import SiteFilms, fitted_law
from kltool.sites.curve import learning_curve, weighted_kappa
from kltool.sites.fit import Pooling

KAPPA: Final = Criterion(least=0.80)
COVERAGE: Final = Criterion(0.85, 0.95)
RECOVERED: Final = Criterion(least=-0.02)
SIZES: Final = (30, 60, 100)  # films
REPEATS: Final = 10
ENOUGH: Final = 100  # films that recover a simulated reader
SITES: Final = 20  # simulated, of each reader
POOLINGS: Final[Mapping[str, Pooling | None]] = {
    "as shipped": None,
    "one spread, 1": Pooling(spreads=(1.0,)),
    "spreads 0.1, 0.3, 1": Pooling(spreads=(0.1, 0.3, 1.0)),
    "spreads 0.05, 0.2, 0.6, 1.5 (used)": Pooling(),
}


def write(readings: SiteReadings, results: Path) -> Path:
    """The page in the folder `results`; returns its path."""
    opening = made_by("python scripts/evaluate.py site", {"grader": readings.grader.entry.sha256})
    curve = tuple(learning_curve(readings.external))
    shipped = weighted_kappa(readings.external.grades, median_grades(readings.external.probabilities))
    plots.write(learning_curve_svg(curve, shipped), results / "site" / "curve.svg")
    sections = [hospital_section(readings, shipped), readers_section(readings), *_choices(readings)]
    written = results / "site.md"
    written.write_text(page("The grade calibrated for a site", opening, sections))
    return written


def hospital_section(readings: SiteReadings, shipped: float) -> Section:
    films, thresholds = readings.external, readings.grader.thresholds
    scores = {count: cross_scores(films, thresholds, count, REPEATS) for count in SIZES}
    results = [
        result
        for count, found in scores.items()
        for result in (
            Result(f"{count} films: quadratic weighted kappa", mean_scores(found).kappa, "", KAPPA),
            Result(f"{count} films: coverage of the sets", mean_scores(found).coverage, "", COVERAGE),
        )
    ]
    rows: list[tuple[object, ...]] = [("0, as shipped", f"{shipped:.3f}", "", *_shipped_sets(readings), "")]
    rows += [(count, *_row(found)) for count, found in scores.items()]
    law = fitted_law(films, thresholds)
    cuts = ", ".join(f"{cut:.2f}" for cut in law.reader.cut_points)
    text = (
        f"{len(films)} films of another hospital, graded by its first reader (its two readers differ on "
        "0.6%). Each film is graded by a calibration fitted on so many others, drawn anew in "
        f"{REPEATS} repeats; nothing of the method was chosen by these films. By all of them the cut points "
        f"lie at {cuts} (as shipped 0.5, 1.5, 2.5, 3.5), the scale is {law.reader.scale:.2f}. Whether two "
        "films are of one person is not known; such films would make the figures too good."
    )
    columns = ("films", "kappa", "of the repeats", "sets cover", "mean size", "95% intervals cover")
    return Section(
        "Another hospital",
        text,
        results,
        (MarkdownTable(columns, rows),),
        (("Kappa over the number of films", "site/curve.svg"),),
    )


def _shipped_sets(readings: SiteReadings) -> tuple[str, str]:
    films = readings.external
    sets = prediction_sets(films.probabilities, readings.grader.thresholds)
    covered = sets[np.arange(len(films)), films.grades].mean()
    return f"{covered:.3f}", f"{sets.sum(axis=1).mean():.2f}"


def _row(found: list[Scores]) -> tuple[str, ...]:
    mean, kappas = mean_scores(found), [one.kappa for one in found]
    spread = f"{min(kappas):.3f} to {max(kappas):.3f}"
    return f"{mean.kappa:.3f}", spread, f"{mean.coverage:.3f}", f"{mean.size:.2f}", f"{mean.within:.3f}"


def readers_section(readings: SiteReadings) -> Section:
    val, thresholds = readings.val, readings.grader.thresholds
    reference = weighted_kappa(val.grades, median_grades(val.probabilities))
    results, rows = [], []
    for correlation in (CORRELATION, 0.0):
        for reader in READERS:
            films = graded_by(val, reader, correlation, 1)
            before = weighted_kappa(films.grades, median_grades(films.probabilities))
            after = mean_scores(cross_scores(films, thresholds, ENOUGH, 2))
            rows.append((reader, correlation, f"{before:.3f}", f"{after.kappa:.3f}", f"{after.coverage:.3f}"))
            if correlation and reader in (STRICT, LENIENT):
                difference = after.kappa - reference
                results.append(
                    Result(f"{reader} reader: kappa less {reference:.3f}", difference, "", RECOVERED)
                )
    text = (
        f"{len(val)} `val` crops. A simulated reader knows the OAI's grade and, within it, a severity that "
        f"has a correlation of {CORRELATION:g} with the order of kltool's expected grades, and has other cut "
        f"points. Calibrated on {ENOUGH} films of other participants; {reference:.3f} is the kappa as "
        "shipped with the OAI's reader. With a correlation of 0 nothing on the film tells which knees a "
        "stricter reader grades lower, and no calibration can: those rows are for information."
    )
    columns = ("reader", "correlation", "kappa as shipped", "kappa calibrated", "sets cover")
    return Section("Simulated readers of `val`", text, results, (MarkdownTable(columns, rows),))


def _choices(readings: SiteReadings) -> Iterator[Section]:
    rows = [
        (reader, count, *(_losses(readings.val, reader, count, pooling) for pooling in POOLINGS.values()))
        for reader in READERS
        for count in (20, 60)
    ]
    text = (
        f"By the same simulated readers, {SITES} draws of the films each, judged by the participants of the "
        "other half: mean negative log-likelihood; kappa. Films of a reader like the OAI's are to leave the "
        "calibration as it is, films of another are to help."
    )
    yield Section("Pooling", text, (), (MarkdownTable(("reader", "films", *POOLINGS), rows),))
    yield _chance(readings.val)


def _losses(val: SiteFilms, reader: str, count: int, pooling: Pooling | None) -> str:
    found = [
        log_loss(graded_by(val, reader, CORRELATION, seed), pooling, count, seed) for seed in range(SITES)
    ]
    loss, kappa = np.mean(found, axis=0).tolist()
    return f"{loss:.3f}; {kappa:.3f}"


def _chance(val: SiteFilms) -> Section:
    rows = []
    for count in (20, 60):
        shares = []
        for shuffled in (True, False):
            refused = [_refused(val, count, shuffled, seed) for seed in range(SITES)]
            shares.append(f"{100 * np.mean(refused):.0f}%")
        rows.append((count, *shares))
    table = MarkdownTable(("films", "grades of other films: refused", f"{OAI}: refused"), rows)
    text = "Tables whose grades fit the readings no better than chance are refused."
    return Section("Grades that do not belong to the films", text, (), (table,))


def _refused(val: SiteFilms, count: int, shuffled: bool, seed: int) -> bool:
    random = np.random.default_rng((seed, 4))
    films = val.take(random.permutation(len(val))[:count])
    if shuffled:
        films = SiteFilms(films.probabilities, random.permutation(films.grades), films.participants)
    return chance_of_association(films, seed) > LARGEST_P
