"""kltool agreement: tables of readings to figures of agreement, as a page, tables and pictures."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console

from kltool.agreement import Resampling, Wanted, ratings_of
from kltool.agreement import agree as agreement_of
from kltool.errors import Exit, UsageError
from kltool.report.files import writable


def agree(
    tables: list[Path],
    out: Path,
    repeat: bool,
    on: str | None,
    reference: str | None,
    draws: int,
    seed: int,
    as_json: bool,
) -> Exit:
    """Everything found goes into the folder `out`; the main figures are printed. Raises UsageError."""
    resampling = Resampling(draws, seed)
    folder = writable(out, "--out")
    ratings = ratings_of(tables, Wanted(repeat, columns_of(on), reference))
    found = agreement_of(ratings, resampling)

    from kltool.report.html.agreement import Made, write_agreement

    made = Made(version("kltool"), datetime.now(UTC).isoformat(timespec="seconds"))
    page = write_agreement(found, made, folder)
    if as_json:
        from kltool.report.agreement_record import agreement_record

        print(json.dumps({**agreement_record(found, made.version, made.utc), "page": str(page)}), flush=True)
    else:
        from kltool.report.terminal.agreement import print_agreement

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
