"""A site's calibration in words, for the terminal and the page."""

from math import sqrt
from typing import Final

from kltool.agreement.results import Estimate
from kltool.report.agreement_text import counted, interval_of, value_of
from kltool.sites.conformal import INTERVAL_COVERAGE, SET_COVERAGE
from kltool.sites.results import SetsByGrade, SiteCalibration
from kltool.values.decimals import decimal, signed, signed_from_to
from kltool.values.length import NotMeasured

KAPPA: Final = "kappa_quadratic"
NEARLY: Final = 0.01  # of kappa; docs/choices.md#site-curve


def main_sentence(found: SiteCalibration) -> str:
    """ "With 60 films: kappa 0.81 (0.76 to 0.86), before 0.69 (0.61 to 0.76)." """
    before, after = (_quoted(one.estimate(KAPPA)) for one in (found.before, found.after))
    return f"With {counted(len(found.graded.films), 'film')}: kappa {after}, before {before}."


def gain_sentence(found: SiteCalibration) -> str:
    """ "Kappa changes by +0.124 (95% CI +0.071 to +0.180)." """
    gain = found.gain
    if isinstance(gain.value, NotMeasured):
        return f"The change of kappa is not measured: {gain.value.reason}."
    if isinstance(gain.interval, NotMeasured):
        known = "" if gain.value == 0 else f" (no interval: {gain.interval.reason})"
        return f"Kappa changes by {signed(gain.value, 3)}{known}."
    return f"Kappa changes by {signed(gain.value, 3)} (95% CI {signed_from_to(gain.interval, 3)})."


def sets_sentence(found: SiteCalibration) -> str:
    """Coverage and size of the sets, before and after."""
    before, after = (one.sets[-1] for one in (found.before, found.after))
    covered, shipped = (_share_quoted(one.sets_covered) for one in (found.after, found.before))
    return (
        f"The 90% prediction sets contain the reader's grade in {covered} of the films, before "
        f"in {shipped}; they hold {mean_size(after)} grades on average, before "
        f"{mean_size(before)}."
    )


def readers_sentences(found: SiteCalibration) -> list[str]:
    """The agreement of each two readers."""
    return [
        f"{pair.first} and {pair.second}: kappa {_quoted(pair.kappa)} on "
        f"{counted(pair.kappa.knees, 'film')}; they differ on {pair.differing:,}."
        for pair in found.graded.pairs
    ]


def enough_sentence(found: SiteCalibration) -> str:
    """What the learning curve says of more films."""
    points = found.curve
    reached = next(point for point in points if point.kappa >= points[-1].kappa - NEARLY)
    if reached is points[-1]:
        return "The curve still rises at its end: more films are likely to help."
    return (
        f"{counted(reached.films, 'film')} give a kappa within {NEARLY} of that of {points[-1].films:,}: "
        "more films hardly help."
    )


def sampling_sentence(found: SiteCalibration) -> str:
    """Over what was cross-fitted."""
    unknown, films = found.ratings.knees_without_participant, len(found.graded.films)
    people = found.file.participants
    if unknown:
        return (
            f"Cross-fitted over films: {unknown:,} of {found.ratings.knees:,} have no participant (column "
            "subject), and two knees of one person, if there are any, make the figures too good."
        )
    return f"Cross-fitted over {counted(people, 'participant')}, who have {counted(films, 'film')}."


def promise_sentence(found: SiteCalibration) -> str:
    """What is promised of sets and intervals, and how far one site may be off."""
    people = found.file.participants
    spreads = [1.96 * sqrt(one * (1 - one) / (people + 2)) for one in (SET_COVERAGE, INTERVAL_COVERAGE)]
    sets, intervals = (decimal(100 * spread, 0) for spread in spreads)
    return (
        "Promised: of knees that come as these did, nine in ten sets (19 in 20 intervals) contain the grade, "
        "on the mean of sites with as many participants and over all grades together. With "
        f"{counted(people, 'participant')} the share of one site is mostly within {sets} ({intervals}) "
        "percentage points of that. Nothing is promised of a single grade, nor of films from elsewhere. On "
        "films of poor quality sets and intervals are wider than here."
    )


def share(value: float | NotMeasured, digits: int = 0) -> str:
    """Per cent, or a dash where there is no number."""
    return "-" if isinstance(value, NotMeasured) else f"{decimal(100 * value, digits)}%"


def mean_size(sets: SetsByGrade) -> str:
    """Grades of a set on average, or a dash where there are no films."""
    return "-" if isinstance(sets.size, NotMeasured) else decimal(sets.size)


def _share_quoted(estimate: Estimate) -> str:
    """ "92% (82% to 98%)"."""
    if isinstance(estimate.interval, NotMeasured):
        return f"{share(estimate.value)} (no interval)"
    return f"{share(estimate.value)} ({' to '.join(map(share, estimate.interval))})"


def _quoted(estimate: Estimate) -> str:
    """ "0.812 (0.763 to 0.857)"; or why the number is missing."""
    if isinstance(estimate.value, NotMeasured):
        return f"not measured: {estimate.value.reason}"
    interval = interval_of(estimate)
    return f"{value_of(estimate)} ({interval or 'no interval'})"
