"""A batch from its first image to its tables."""

import hashlib
import json
import os
import platform
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Listing
from kltool.batch.local import Engine, local_engine
from kltool.batch.progress import log_listing, progress, say_passed_over
from kltool.batch.rows import table_rows
from kltool.batch.settings import Batch
from kltool.errors import InstallationError, StorageFull, UsageError
from kltool.files import write_file
from kltool.grading import require_grader
from kltool.logs import are_causes_logged
from kltool.reading import Settings, settings_of, settings_with
from kltool.report.batch_summary import BatchSummary
from kltool.report.drift import drift_record
from kltool.report.files import writable
from kltool.report.html.batch import summary_page
from kltool.tables.cells import model_name
from kltool.tables.columns import COLUMNS, STATUSES
from kltool.tables.oai import OAI_NAMES
from kltool.tables.read import sha256_of
from kltool.tables.write import table_names, write_tables
from kltool.values.reading import DISCLAIMER
from kltool.version import __version__
from kltool.weights import entries, entry_of, hashes_of_reading

LEDGER: Final = "ledger.sqlite"
RUN_RECORD: Final = "run.json"
SUMMARY: Final = "summary.html"
OVERLAYS: Final = "overlays"


def run_batch(batch: Batch) -> Counter[str]:
    """Read many images into one table. Stopped at any time, it continues when it is started again.

    Parameters
    ----------
    batch : Batch
        Sources, folder of the results, and how to read.

    Returns
    -------
    collections.Counter
        Number of rows by status: "ok", "refused", "failed", "duplicate", "quarantined". The folder then holds
        ``readings.csv``, ``run.json`` and ``summary.html`` and, where pyarrow is installed,
        ``readings.parquet``.

    Raises
    ------
    UsageError, InstallationError, StorageFull, ClusterLost
        What was read is kept.

    Examples
    --------
    >>> folder = kltool.sample_path("bilateral.dcm").parent / "case"
    >>> counts = run_batch(kltool.Batch((str(folder),), Path("out"), jobs=1))
    >>> dict(counts)
    {'ok': 2}
    """
    _refuse_own_results(batch)
    models, grader = hashes_of_reading(entries()), entry_of("grader")
    require_grader(batch.site, grader.identity, grader.sha256)
    config = WorkerConfig(
        model_name(__version__, models),
        _overlays(batch),
        batch.pseudonyms,
        are_causes_logged(),
        batch.memory_mb,
        batch.require_side,
        batch.sphere_mm,
        batch.site,
    )
    sources = Listing(
        batch.sources, frozenset(COLUMNS) | set(OAI_NAMES.values()), batch.pseudonyms, batch.access
    )
    other_columns = tuple(sources.headings.values())
    with closing(Ledger(writable(batch.out, "--out") / LEDGER)) as ledger:
        ledger.require_same(_configuration(batch, models))
        ledger.enqueue(log_listing(sources))
        say_passed_over(sources)
        if not ledger.listed():
            raise UsageError("nothing to read: the sources list no image; check the rows of the manifest")
        if batch.retry_failed:
            ledger.discard_failed()
        _read_pending(batch, config, ledger)
        summary = BatchSummary()
        rows = summary.watch(table_rows(ledger.entries()))
        counts = write_tables(rows, other_columns, batch.oai_names, batch.out)
        run = _run_record(batch, models, ledger, counts, sources.passed_over.files)
        run["drift"] = drift_record(summary.drift)
    _write(batch.out / RUN_RECORD, json.dumps(run, indent=2) + "\n")
    _write(batch.out / SUMMARY, summary_page(summary, run))
    return counts


def _refuse_own_results(batch: Batch) -> None:
    """Tables and pictures in a folder that is read would be read at the next start."""
    for source in filter(os.path.isdir, batch.sources):
        if batch.out.resolve().is_relative_to(Path(source).resolve()):
            raise UsageError(
                f"--out {batch.out} lies in {source}, which is read; choose a folder outside of it"
            )


def _read_pending(batch: Batch, config: WorkerConfig, ledger: Ledger) -> None:
    done, total = Counter(ledger.counts()), ledger.listed()
    if done.total() == total:
        return
    number, images = ledger.start(_now(), batch.scheduler or f"{batch.jobs} jobs"), 0
    try:
        with _engine(batch, config) as read, progress(total, done) as display:
            for task, outcome in read(ledger.pending()):
                ledger.record(task, outcome)
                display.advance(outcome.status)
                images += 1
    finally:
        with suppress(StorageFull):
            ledger.end(number, _now(), images)


def _engine(batch: Batch, config: WorkerConfig) -> AbstractContextManager[Engine]:
    if not batch.scheduler:
        return local_engine(batch.jobs, config, batch.limit_s)
    try:
        from kltool.batch.dask import dask_engine  # Dask is an optional extra
    except ImportError as error:
        raise InstallationError(
            "--scheduler needs Dask distributed, which is not installed; install kltool[cluster]"
        ) from error
    return dask_engine(batch.scheduler, batch.jobs, config, batch.limit_s)


def _overlays(batch: Batch) -> str:
    """The folder of the pictures, made; empty without --overlay."""
    if not batch.overlays:
        return ""
    return str(writable(batch.out / OVERLAYS, "--overlay").resolve())


def _configuration(batch: Batch, models: Mapping[str, str]) -> dict[str, str]:
    """All that readings depend on beside the images."""
    return {
        "version": __version__,
        "columns": hashlib.sha256(" ".join(COLUMNS).encode()).hexdigest(),
        **{f"model {name}": digest for name, digest in models.items()},
        **{f"setting {name}": repr(value) for name, value in _settings(batch).to_dict().items()},
        "pseudonyms": batch.pseudonyms.fingerprint,
        "overlays": str(batch.overlays),
    }


def _settings(batch: Batch) -> Settings:
    return settings_with(settings_of(batch.require_side, batch.site), batch.sphere_mm)


def _run_record(
    batch: Batch, models: Mapping[str, str], ledger: Ledger, counts: Counter[str], passed_over: int
) -> dict[str, Any]:
    """The provenance of the tables, and the counts of images, rows, and files that were no images."""
    return {
        "kltool": __version__,
        "disclaimer": DISCLAIMER,
        "sources": list(batch.sources),
        "models": dict(models),
        "settings": _settings(batch).to_dict(),
        "time_limit_s": batch.limit_s,
        "memory_mb": batch.memory_mb,
        "pseudonyms": batch.pseudonyms.fingerprint or "none: subjects as their files name them",
        "oai_names": batch.oai_names,
        "images": ledger.listed(),
        "passed_over": passed_over,
        "rows": {"all": counts.total(), **{status: counts[status] for status in STATUSES}},
        "tables": {name: sha256_of(batch.out / name) for name in table_names()},
        "reading_seconds": round(ledger.seconds(), 1),
        "starts": ledger.starts(),
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}",
        "written": _now(),
    }


def _write(file: Path, text: str) -> None:
    try:
        write_file(file, text.encode())
    except OSError as error:
        raise StorageFull(
            f"{file} cannot be written ({error.strerror}); free some space and start the same command again"
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
