"""The films of a manifest with grades, read as by a batch before they calibrate."""

from pathlib import Path

from kltool.batch import Batch, run_batch
from kltool.escaping import complain
from kltool.tables.columns import KL, KL_PROBABILITIES, PATH
from kltool.tables.read import read_table

READINGS = "readings.csv"


def with_readings(tables: list[Path], out: Path) -> list[Path]:
    """The tables; a manifest (path and kl, and no readings in any table) is replaced by its films' readings.

    They are kept beside the site file `out`, where the same command continues them. Raises as `run_batch`.
    """
    known = {table: read_table(table) for table in tables}
    if any(all(table.has(name) for name in KL_PROBABILITIES) for table in known.values()):
        return tables
    return [
        _readings(path, out) if table.has(PATH) and table.has(KL) else path for path, table in known.items()
    ]


def _readings(manifest: Path, out: Path) -> Path:
    folder = out.with_suffix("").with_name(f"{out.stem}-readings")
    complain(f"kltool: reading the films of {manifest} into {folder}")
    run_batch(Batch((str(manifest),), folder))
    return folder / READINGS
