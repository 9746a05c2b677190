"""What rows weigh and how fast they are listed, recorded and written: where one run would end."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from evaluation.markdown import MarkdownTable, Section, machine, page
from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Task
from kltool.batch.outcome import Outcome
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.batch.rows import table_rows
from kltool.intake import ImageSource
from kltool.intake.sources import Remote
from kltool.tables.columns import Row
from kltool.tables.write import table_names, write_tables
from kltool.weights import load_models

SIZES: Final = (10_000, 100_000)  # images


@dataclass(frozen=True, slots=True)
class LedgerMeasurement:
    """images: of one knee each. seconds and bytes: of all of them together, by step and by file."""

    images: int
    seconds: dict[str, float]
    bytes: dict[str, int]
    peak_mb: float


def measure_ledger(film: Path) -> list[LedgerMeasurement]:
    """film: of one knee, whose reading stands for all."""
    outcome = read_task(Task(ImageSource.of_file(film)), load_models(), WorkerConfig("", "", Pseudonyms()))
    return [_measured(outcome, images) for images in SIZES]


def write(found: list[LedgerMeasurement], out: Path) -> Path:
    """The page docs/results/ledger.md."""
    opening = f"Made by `python scripts/benchmark.py ledger` on {machine()}: no image is read."
    steps = [
        (f"{of.images:,}", *(f"{1e6 * of.seconds[step] / of.images:.0f}" for step in of.seconds))
        for of in found
    ]
    files = [
        (
            f"{of.images:,}",
            *(f"{of.bytes[file] / of.images:.0f}" for file in of.bytes),
            f"{of.peak_mb:.0f}",
        )
        for of in found
    ]
    sections = (
        Section(
            "Time",
            "Microseconds an image, in the one process that lists, records and writes.",
            (),
            (MarkdownTable(("images", *found[0].seconds), steps),),
        ),
        Section(
            "Weight",
            "Bytes an image, and the most memory that the process held up to then.",
            (),
            (MarkdownTable(("images", *found[0].bytes, "memory, MB"), files),),
        ),
    )
    file = out / "ledger.md"
    file.write_text(page("The ledger and its tables", opening, sections))
    return file


def _measured(outcome: Outcome, images: int) -> LedgerMeasurement:
    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        seconds[step] = time.perf_counter() - began

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        with closing(Ledger(out / "ledger.sqlite")) as ledger:
            timed("list", lambda: ledger.enqueue(_tasks(images)))
            timed("record", lambda: _record(ledger, outcome))
            timed("tables", lambda: write_tables(table_rows(ledger.entries()), (), False, out))
        timed("check", lambda: Ledger(out / "ledger.sqlite").close())  # at the next start
        sizes = {name: (out / name).stat().st_size for name in ("ledger.sqlite", *table_names())}
    return LedgerMeasurement(images, seconds, sizes, psutil.Process().memory_info().rss / 1e6)


def _tasks(images: int) -> Iterator[Task]:
    for number in range(images):
        url = f"s3://bucket/study-{number // 4:08}/film-{number:08}.dcm"
        yield Task(ImageSource(url, Remote(url, 10**7, f"{number:032x}")))


def _record(ledger: Ledger, outcome: Outcome) -> None:
    """A reading of every image, its numbers and hashes random, since equal ones would pack too well."""
    random = np.random.default_rng(1)
    for number, task in enumerate(ledger.pending()):
        rows = tuple({**_varied(row, random), **_hashes(random)} for row in outcome.rows)
        ledger.record(task, replace(outcome, rows=rows, instance_uid=f"2.25.{number}"))


def _varied(row: Row, random: np.random.Generator) -> Row:
    factor = 1.0 + 0.1 * random.standard_normal(len(row))
    return {
        name: round(cell * float(by), 4) if isinstance(cell, float) else cell
        for (name, cell), by in zip(row.items(), factor, strict=True)
    }


def _hashes(random: np.random.Generator) -> Row:
    return {name: random.bytes(32).hex() for name in ("input_sha256", "pixels_sha256")}
