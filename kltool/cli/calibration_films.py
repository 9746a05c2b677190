"""The films of a manifest with grades, read as by a batch before they calibrate.

What can be told from the manifest alone is refused before a film is read.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from kltool.agreement.parse import columns_of, without_codes
from kltool.batch import Batch, run_batch
from kltool.errors import UsageError
from kltool.escaping import complain
from kltool.sites import SEPARATE, require_enough
from kltool.tables.columns import KL, KL_PROBABILITIES, PATH, READER
from kltool.tables.read import Table, read_table

READINGS: Final = "readings.csv"
MOST_HEADINGS: Final = 8  # listed
BATCH_FIRST: Final = f"read the films by kltool batch; then {SEPARATE}"


def with_readings(tables: list[Path], out: Path, missing: Collection[str] = ()) -> list[Path]:
    """The tables; a manifest (path and kl, and no readings in any table) is replaced by its films' readings.

    They are kept beside the site file `out`, where the same command continues them. missing: codes of missing
    grades. Raises as `run_batch`, and UsageError where the tables are neither.
    """
    known = {table: read_table(table) for table in tables}
    if any(all(table.has(name) for name in KL_PROBABILITIES) for table in known.values()):
        return tables
    if len(tables) > 1:
        raise UsageError(
            f"{len(tables)} tables without the readings of kltool (columns kl_p0 to kl_p4) found, a manifest "
            f"or a table of a batch expected; {BATCH_FIRST}"
        )
    _require_grades(known[tables[0]], missing)
    return [_readings(tables[0], out)]


def _require_grades(manifest: Table, missing: Collection[str]) -> None:
    """Raises UsageError."""
    if not (manifest.has(PATH) and manifest.has(KL)):
        headings = list(manifest.columns)
        others = ", ..." if len(headings) > MOST_HEADINGS else ""
        raise UsageError(
            f"{manifest.file}: columns {', '.join(headings[:MOST_HEADINGS])}{others} found; {PATH} and {KL} "
            "expected, of films to be read, or the table of a batch whose manifest had them"
        )
    if manifest.has(READER):
        raise UsageError(
            f"{manifest.file}: a manifest of several readers found (column reader); {BATCH_FIRST}"
        )
    grades = columns_of(without_codes(manifest, missing), [True] * manifest.rows)[KL]
    require_enough(int(grades.known.sum()))


def _readings(manifest: Path, out: Path) -> Path:
    folder = out.with_suffix("").with_name(f"{out.stem}-readings")
    complain(f"kltool: reading the films of {manifest} into {folder}")
    run_batch(Batch((str(manifest),), folder))
    return folder / READINGS
