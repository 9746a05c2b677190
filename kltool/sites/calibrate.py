"""Ratings to a site's calibration: the entry point of this package."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kltool.agreement.agree import grade_agreement
from kltool.agreement.bootstrap import Resampling
from kltool.agreement.ratings import EXPECTED, PROBABILITIES, Column, Rater, Ratings, Source
from kltool.grading.interval import moments
from kltool.grading.prediction_set import prediction_sets
from kltool.grading.site import SiteSettings
from kltool.grading.site_file import SiteFile
from kltool.sites.chance import require_association
from kltool.sites.cross_fit import CalibratedKnees, Law, SiteFilms, cross_calibrated, fitted_law
from kltool.sites.curve import CurvePoint, learning_curve
from kltool.sites.films import MEAN, GradedFilms, graded_films
from kltool.sites.gain import kappa_gain, share_covered
from kltool.sites.limits import warnings_of
from kltool.sites.results import Performance, SiteCalibration, sets_by_grade
from kltool.tables.columns import KL
from kltool.typing import Float64, Indices
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured
from kltool.version import __version__
from kltool.weights import ModelEntry

AS_SHIPPED, CALIBRATED = "kltool as shipped", "kltool calibrated"
NOT_SHIPPED = NotMeasured("the interval as shipped is not scored")

Watch = Callable[[Iterator[CurvePoint]], Iterable[CurvePoint]]


@dataclass(frozen=True, slots=True)
class Grader:
    """The installed grader. thresholds: (5,), of its prediction sets."""

    entry: ModelEntry
    thresholds: Float64


@dataclass(frozen=True, slots=True)
class CalibrationOptions:
    """utc: now, ISO 8601. reader: whose grades, or the mean of all. resampling: of the intervals."""

    utc: str
    reader: str = MEAN
    resampling: Resampling = field(default_factory=Resampling)


def calibrated_site(
    ratings: Ratings, grader: Grader, options: CalibrationOptions, watch: Watch = iter
) -> SiteCalibration:
    """Fit a site's calibration and measure what it is worth.

    Parameters
    ----------
    ratings : Ratings
        kltool's readings and the grades of one or several readers of the same films.
    grader : Grader
        By which the films were read.
    options : CalibrationOptions
        Whose grades count, and the bootstrap.
    watch : callable, optional
        Passes on the points of the learning curve as they are computed, as a progress bar does.

    Returns
    -------
    SiteCalibration
        The calibration by all films; its worth by cross-fitting.

    Raises
    ------
    UsageError
        Where there are fewer than 20 films, or grades that fit the readings no better than chance.
    """
    graded = graded_films(ratings, options.reader, options.resampling)
    films = graded.films
    require_association(films, options.resampling.seed)
    law = fitted_law(films, grader.thresholds)
    shipped = CalibratedKnees(
        films.probabilities,
        prediction_sets(films.probabilities, grader.thresholds),
        np.full((len(films), 2), np.nan),
    )
    calibrated = cross_calibrated(films, grader.thresholds)
    before = _performance(AS_SHIPPED, shipped, NOT_SHIPPED, graded, options.resampling)
    within = float(calibrated.within(films.grades).mean())
    after = _performance(CALIBRATED, calibrated, within, graded, options.resampling)
    gain = kappa_gain(shipped, calibrated, films, options.resampling)
    curve = tuple(watch(learning_curve(films)))
    return SiteCalibration(
        _file(law, films, grader, graded, ratings, options),
        ratings,
        graded,
        before,
        after,
        gain,
        curve,
        tuple(warnings_of(graded, law, gain)),
        options.resampling,
    )


def _performance(
    name: str,
    knees: CalibratedKnees,
    within: float | NotMeasured,
    graded: GradedFilms,
    resampling: Resampling,
) -> Performance:
    films = graded.films
    machine = Rater(
        name,
        {
            KL: _column(knees.medians),
            EXPECTED: _column(moments(knees.probabilities)[0]),
            PROBABILITIES: _column(knees.probabilities),
        },
    )
    reader = Rater(graded.chosen, {KL: _column(films.grades)})
    pair = Ratings((machine, reader), graded.chosen, films.participants, 0, (), (), (), False)
    found = grade_agreement((machine, reader), pair, resampling)
    covered = share_covered(knees, films, resampling)
    return Performance(found, covered, sets_by_grade(knees, films.grades.tolist()), within)


def _column(values: Float64 | Indices) -> Column:
    return Column(np.asarray(values, np.float64), np.ones(len(values), np.bool_))


def _file(
    law: Law,
    films: SiteFilms,
    grader: Grader,
    graded: GradedFilms,
    ratings: Ratings,
    options: CalibrationOptions,
) -> SiteFile:
    settings = SiteSettings(
        films=len(films),
        cut_points=law.reader.cut_points,
        scale=law.reader.scale,
        thresholds=law.thresholds,
        reach=law.reach,
        grader=grader.entry.sha256,
    )
    return SiteFile(
        settings,
        __version__,
        grader.entry.identity,
        options.utc,
        tuple(np.bincount(films.grades, minlength=len(GRADES)).tolist()),
        len(np.unique(films.participants)),
        graded.readers,
        _hashes(ratings.sources),
    )


def _hashes(sources: Sequence[Source]) -> dict[str, str]:
    """By name of the table; one that two tables of different folders share is numbered from the second on."""
    found: dict[str, str] = {}
    for source in sources:
        same = sum(other.file == source.file for other in sources[: len(found)])
        found[f"{source.file} ({same + 1})" if same else source.file] = source.sha256
    return found
