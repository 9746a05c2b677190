"""What limits a site's calibration, in sentences."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from kltool.agreement.results import Estimate
from kltool.sites.cross_fit import Law
from kltool.sites.films import GradedFilms, ReaderPair
from kltool.values.decimals import beside, decimal
from kltool.values.grade import GRADES
from kltool.values.length import NotMeasured

FEWEST_OF_GRADE: Final = 5  # docs/choices.md#site-films
LEAST_KAPPA: Final = 0.6  # of two readers; docs/choices.md#site-readers
LEAST_GAP: Final = 0.25  # between cut points, grades; docs/choices.md#site-readers


def warnings_of(graded: GradedFilms, law: Law, gain: Estimate) -> Iterator[str]:
    """The most general first."""
    yield from _few(graded)
    yield from map(_disagreement, filter(_disagree, graded.pairs))
    yield from _unused(law)
    yield from _no_gain(gain)


def _few(graded: GradedFilms) -> Iterator[str]:
    counts = np.bincount(graded.films.grades, minlength=len(GRADES)).tolist()
    few = [f"KL {kl}: {count}" for kl, count in enumerate(counts) if count < FEWEST_OF_GRADE]
    if few:
        yield (
            f"fewer than {FEWEST_OF_GRADE} films of {', '.join(few)}: their cut points stay near the shipped "
            "ones, and nothing is known of the coverage of their sets; add films of these grades"
        )


def _disagree(pair: ReaderPair) -> bool:
    return not isinstance(pair.kappa.value, NotMeasured) and pair.kappa.value < LEAST_KAPPA


def _disagreement(pair: ReaderPair) -> str:
    assert not isinstance(pair.kappa.value, NotMeasured)
    return (
        f"{pair.first} and {pair.second} agree with a weighted kappa of "
        f"{beside(pair.kappa.value, LEAST_KAPPA, 2)}, below {LEAST_KAPPA:g}: kltool cannot agree with them "
        "better than they do with each other; have the films on which they differ adjudicated, or name one "
        "by --reader"
    )


def _unused(law: Law) -> Iterator[str]:
    gaps = np.diff(law.reader.cut_points)
    for kl, gap in enumerate(gaps, 1):
        if gap < LEAST_GAP:
            yield f"KL {kl} is hardly given: its cut points are {decimal(gap)} grades apart, as shipped 1.00"


def _no_gain(gain: Estimate) -> Iterator[str]:
    """Where kappa does not rise, or may have risen by chance."""
    if isinstance(gain.value, NotMeasured):
        return
    if gain.value <= 0:
        yield (
            "kappa does not rise: these films give no reason for grades of their own; read on without "
            "--site, unless the prediction sets as shipped contain too few of the reader's grades"
        )
    elif not isinstance(gain.interval, NotMeasured) and gain.interval[0] <= 0:
        yield "the rise of kappa may be by chance, since its 95% interval contains 0; more films would tell"
