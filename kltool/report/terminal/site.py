"""A site's calibration on a terminal: a short table, the sentences, the warnings."""

from rich import box
from rich.table import Table

from kltool.agreement.ratings import Exclusion
from kltool.report.agreement_text import interval_of, join_sentence, name_of, value_of
from kltool.report.site_text import (
    KAPPA,
    enough_sentence,
    gain_sentence,
    main_sentence,
    readers_sentences,
    sampling_sentence,
    sets_sentence,
)
from kltool.report.terminal.console import Console, escape, print_table
from kltool.sites.results import SiteCalibration
from kltool.values.decimals import decimal, from_to
from kltool.values.reading import DISCLAIMER

ESTIMATES = (KAPPA, "accuracy", "mean_absolute_error", "calibration_error")
MOST_EXCLUSIONS = 8  # listed here


def print_site(found: SiteCalibration, console: Console) -> None:
    """found: as `calibrated_site` returns it."""
    print_table(_estimates(found), console)
    print_table(_curve(found), console)
    lines = [
        main_sentence(found),
        gain_sentence(found),
        sets_sentence(found),
        enough_sentence(found),
        *readers_sentences(found),
        sampling_sentence(found),
        *map(join_sentence, found.ratings.joins),
        *(f"Warning: {warning}." for warning in found.warnings),
        *(f"Excluded: {one.rater}, {one.count:,}: {one.reason}." for one in _listed(found)),
        DISCLAIMER,
    ]
    console.print("\n".join(map(escape, lines)))


def _listed(found: SiteCalibration) -> list[Exclusion]:
    return list(found.ratings.exclusions[:MOST_EXCLUSIONS])


def _estimates(found: SiteCalibration) -> Table:
    title = f"against {found.graded.chosen}"
    table = Table(title=escape(title), title_justify="left", box=box.SIMPLE)
    for heading in ("", "as shipped", "95% CI", "calibrated", "95% CI"):
        table.add_column(heading, no_wrap=True)
    for name in ESTIMATES:
        pair = [one.estimate(name) for one in (found.before, found.after)]
        cells = [cell for one in pair for cell in (value_of(one) or "-", interval_of(one) or "-")]
        table.add_row(name_of(pair[0]), *cells)
    return table


def _curve(found: SiteCalibration) -> Table:
    table = Table(title="how many films are enough", title_justify="left", box=box.SIMPLE)
    for heading in ("films", "kappa", "middle 90% of draws"):
        table.add_column(heading, justify="right", no_wrap=True)
    for point in found.curve:
        table.add_row(f"{point.films:,}", decimal(point.kappa, 3), from_to((point.low, point.high), 3))
    return table
