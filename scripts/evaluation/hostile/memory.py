"""Bombs read by a process whose memory and time are watched, as a worker reads them; a film beside them."""

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from evaluation.hostile.attack import Attack
from evaluation.hostile.bombs import FILM, KINDS, write_bombs
from kltool.batch import Batch, run_batch
from kltool.errors import KltoolError
from kltool.intake import find_images
from kltool.memory import MEMORY_MB, limit_memory
from kltool.reading import read_source
from kltool.values.reading import Unread
from kltool.weights import Models, load_models

MOST_MB: Final = 512.0
MOST_S: Final = 2.0
STATUS: Final = Path("/proc/self/status")  # of Linux
RESET_PEAK: Final = ("/proc/self/clear_refs", "5")  # proc(5)


@dataclass(frozen=True, slots=True)
class Watched:
    """One file read. code: of the outcome. megabytes: of resident memory above the idle process at most."""

    kind: str
    code: str
    seconds: float
    megabytes: float

    @property
    def is_held(self) -> bool:
        """Whether the bar is kept."""
        refused = self.code in ("undecodable", "not_a_radiograph", "not_an_image", "UsageError")
        return refused and self.seconds <= MOST_S and self.megabytes <= MOST_MB


def attack_memory(variants: int = 20, seed: int = 1) -> Attack:
    """Every bomb read in a watched process, and a batch over one of each kind with a film beside them."""
    with tempfile.TemporaryDirectory() as folder:
        watched = watch(write_bombs(Path(folder), variants, seed))
    held = sum(one.is_held for one in watched)
    missed = "; ".join(f"{one.kind}: {one.code}" for one in watched if not one.is_held)
    slowest, largest = max(one.seconds for one in watched), max(one.megabytes for one in watched)
    beside = is_film_beside_read(seed)
    return Attack(
        f"bombs of {len(KINDS)} kinds, {variants} variants each",
        f"refused within {MOST_S:g} s after the worker has started, at most {MOST_MB:g} MB above an idle "
        "worker; the film beside them read",
        f"{held} of {len(watched)} refused so, slowest {slowest:.1f} s, {largest:.0f} MB at most; film "
        f"beside them {'read' if beside else 'not read'} {missed}".strip(),
        held == len(watched) and beside,
    )


def watch(bombs: Iterable[tuple[str, Path]]) -> list[Watched]:
    """Each listed and read, in one process that has a worker's limit."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, limit_memory_of_worker) as process:
        return [process.submit(_watched, kind, path).result() for kind, path in bombs]


def limit_memory_of_worker() -> None:
    """As kltool.batch.worker does; a film is read first, so that all libraries are loaded."""
    read_source(FILM, _models())
    limit_memory(MEMORY_MB)


def is_film_beside_read(seed: int) -> bool:
    """Whether a batch over one bomb of each kind and a film reads the film, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        films = Path(folder, "films")
        films.mkdir()
        list(write_bombs(films, 1, seed))
        shutil.copy(FILM, films)
        counts = run_batch(Batch((str(films),), Path(folder, "out"), jobs=1))
    return counts["ok"] == 1 and counts["refused"] + counts["failed"] == len(KINDS)


@cache
def _models() -> Models:
    return load_models()


def _watched(kind: str, path: Path) -> Watched:
    Path(RESET_PEAK[0]).write_text(RESET_PEAK[1])
    idle, began = _megabytes("VmRSS"), time.perf_counter()
    code = _code(path)
    return Watched(kind, code, time.perf_counter() - began, _megabytes("VmHWM") - idle)


def _code(path: Path) -> str:
    try:
        outcomes = [read_source(image, _models()) for image in find_images(path)]
    except KltoolError as error:
        return type(error).__name__
    return " ".join(one.code if isinstance(one, Unread) else "read" for one in outcomes)


def _megabytes(heading: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(heading))
    return int(line.split()[1]) * 1_024 / 1e6
