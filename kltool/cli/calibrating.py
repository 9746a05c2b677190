"""kltool calibrate: readings and a site's grades to a site file and its page."""

import hashlib
import os
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
from kltool.sites import (
    CalibrationOptions,
    calibrated_site,
    installed_grader,
    require_one_grade_each,
    require_read_by,
)
from kltool.sites.curve import CurvePoint
from kltool.tables.read import read_table

SUFFIX: Final = ".toml"
PAGE_SUFFIX: Final = ".html"


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
    out = _new_file(options.out, "--out", SUFFIX)
    page = _new_file(options.page or out.with_suffix(PAGE_SUFFIX), "--page", PAGE_SUFFIX)
    grader = installed_grader()
    readings = with_readings(tables, out, options.matching.missing)
    known = [read_table(table) for table in readings]
    for remark in require_read_by(known, grader):
        complain(f"kltool: {remark}")
    require_one_grade_each(known)
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


def _new_file(file: Path, option: str, suffix: str) -> Path:
    """A file that is not there yet, in a folder that can be written. Raises UsageError."""
    if file.suffix.lower() != suffix:
        raise UsageError(
            f"{option} {file} found; the name of a {suffix} file expected, as in {option} site{suffix}"
        )
    if os.path.lexists(file):
        raise UsageError(
            f"{option} {file} is there already, a new name expected: results that were read by a calibration "
            "state its SHA-256; keep it under another name, or choose one"
        )
    writable(file.parent, option)
    return file


def _tracked(points: Iterator[CurvePoint]) -> Iterable[CurvePoint]:
    """The same points; with a progress bar where a person waits."""
    hidden = not sys.stderr.isatty()
    return track(points, "learning curve", total=None, console=Console(sys.stderr), disable=hidden)
