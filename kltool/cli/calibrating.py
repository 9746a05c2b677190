"""kltool calibrate: readings and a site's grades to a site file and its page."""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.progress import track

from kltool.agreement import MatchOptions, Resampling, ratings_of
from kltool.cli.calibration_films import with_readings
from kltool.errors import Exit, UsageError
from kltool.escaping import complain
from kltool.report.files import writable
from kltool.report.html.page import save
from kltool.report.html.site import write_site_page
from kltool.report.terminal.console import Console
from kltool.report.terminal.site import print_site
from kltool.sites import CalibrationOptions, calibrated_site, installed_grader, require_read_by
from kltool.sites.curve import CurvePoint
from kltool.tables.read import read_table

SUFFIX: Final = ".toml"


@dataclass(frozen=True, slots=True)
class CalibrateOptions:
    """out: the site file. page: beside it where None. reader: whose grades. matching: of the tables' rows."""

    out: Path
    page: Path | None
    reader: str
    matching: MatchOptions
    resampling: Resampling


def calibrate(tables: list[Path], options: CalibrateOptions) -> Exit:
    """Write the site file and its page, and print what the calibration is worth. Raises UsageError."""
    out, page = _site_file(options.out), options.page or options.out.with_suffix(".html")
    writable(page.parent, "--page")
    grader = installed_grader()
    readings = with_readings(tables, out)
    for remark in require_read_by([read_table(table) for table in readings], grader):
        complain(f"kltool: {remark}")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    found = calibrated_site(
        ratings_of(readings, options.matching),
        grader,
        CalibrationOptions(now, options.reader, options.resampling),
        _tracked,
    )
    text = found.file.text()
    save(text, out)
    write_site_page(found, hashlib.sha256(text.encode()).hexdigest(), page)
    console = Console()
    print_site(found, console)
    console.print(f"Site file: {out}; page: {page}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"To grade by it: kltool read --site {out}", markup=False, highlight=False, soft_wrap=True)
    return Exit.OK


def _site_file(out: Path) -> Path:
    if out.suffix.lower() != SUFFIX or out.is_dir():
        raise UsageError(f"--out {out} found; the name of a {SUFFIX} file expected, as in --out site{SUFFIX}")
    writable(out.parent, "--out")
    return out


def _tracked(points: Iterator[CurvePoint]) -> Iterable[CurvePoint]:
    """The same points; with a progress bar where a person waits."""
    hidden = not sys.stderr.isatty()
    return track(points, "learning curve", total=None, console=Console(sys.stderr), disable=hidden)
