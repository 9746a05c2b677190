"""kltool agreement: tables of readings to estimates of agreement, as a page, tables and pictures."""

from datetime import UTC, datetime
from pathlib import Path

from kltool.agreement import MatchOptions, Resampling, agreement_of, ratings_of
from kltool.errors import Exit, UsageError
from kltool.escaping import complain, say_json
from kltool.report.agreement_record import agreement_record
from kltool.report.files import writable
from kltool.report.html.agreement import Production, write_agreement
from kltool.report.terminal.agreement import print_agreement
from kltool.report.terminal.console import Console
from kltool.tables.words import number
from kltool.version import __version__


def agree(
    tables: list[Path], out: Path, options: MatchOptions, resampling: Resampling, as_json: bool
) -> Exit:
    """Write all results into the folder `out` and print the main estimates. Raises UsageError."""
    folder = writable(out, "--out")
    found = agreement_of(ratings_of(tables, options), resampling)
    production = Production(__version__, datetime.now(UTC).isoformat(timespec="seconds"))
    page = write_agreement(found, production, folder)
    if as_json:
        record = agreement_record(found, production.version, production.utc)
        say_json({**record, "page": str(page)})
    else:
        console = Console()
        print_agreement(found, console)
        console.print(f"Page, tables and pictures: {page}", markup=False, highlight=False, soft_wrap=True)
    return Exit.OK


def columns_of(on: str | None) -> tuple[str, ...]:
    """ "path,side" to its two columns. Raises UsageError."""
    if on is None:
        return ()
    columns = tuple(dict.fromkeys(column.strip() for column in on.split(",") if column.strip()))
    if not columns:
        raise UsageError(f"--on {on!r} found; names of columns expected, as in --on path,side")
    return columns


def codes_of(missing: str | None) -> tuple[str, ...]:
    """ "99,-9" to its two codes. Raises UsageError."""
    if missing is None:
        return ()
    codes = tuple(code.strip() for code in missing.split(",") if code.strip())
    if not codes or any(number(code) is None for code in codes):
        raise UsageError(
            f"--missing {missing!r} found; numbers expected, as in --missing 99 or --missing=-9,99"
        )
    return codes


def replicates_of(replicates: int, draws: int | None) -> int:
    """The number of bootstrap replicates. draws: by --draws, the name of the option in version 0.1.0."""
    if draws is None:
        return replicates
    complain("kltool: --draws is deprecated, use --replicates")
    return draws
