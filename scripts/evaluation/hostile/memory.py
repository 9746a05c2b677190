"""Bombs read by a process whose memory and time are watched, as a worker reads them; a film beside them."""

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.hostile.attack import Attack
from evaluation.hostile.bombs import FILM, KINDS, write_bombs
from evaluation.hostile.watched import Watched, watching
from kltool.batch import Batch, run_batch

MOST_MB: Final = 512.0
MOST_S: Final = 2.0
LATE_S: Final = 60.0  # after which a bomb is no longer waited for
REFUSED: Final = ("undecodable", "not_a_radiograph", "not_an_image", "UsageError")


@dataclass(frozen=True, slots=True)
class Bomb:
    """kind: as in KINDS."""

    kind: str
    watched: Watched

    @property
    def is_held(self) -> bool:
        """Whether the bar is kept."""
        one = self.watched
        return one.code in REFUSED and one.seconds <= MOST_S and one.megabytes <= MOST_MB


def attack_memory(variants: int = 20, seed: int = 1) -> Attack:
    """Every bomb read in a watched process, and a batch over one of each kind with a film beside them."""
    with tempfile.TemporaryDirectory() as folder:
        bombs = watch(write_bombs(Path(folder), variants, seed))
    held = sum(bomb.is_held for bomb in bombs)
    missed = "; ".join(f"{bomb.kind}: {bomb.watched.code}" for bomb in bombs if not bomb.is_held)
    slowest = max(bomb.watched.seconds for bomb in bombs)
    largest = max(bomb.watched.megabytes for bomb in bombs)
    beside = is_film_beside_read(seed)
    return Attack(
        f"bombs of {len(KINDS)} kinds, {variants} variants each",
        f"refused within {MOST_S:g} s after the worker has started, at most {MOST_MB:g} MB above an idle "
        "worker; the film beside them read",
        f"{held} of {len(bombs)} refused so, slowest {slowest:.1f} s, {largest:.0f} MB at most; film "
        f"beside them {'read' if beside else 'not read'} {missed}".strip(),
        held == len(bombs) and beside,
    )


def watch(bombs: Iterable[tuple[str, Path]]) -> list[Bomb]:
    """Each listed and read, in one process that has a worker's limit."""
    with watching(LATE_S) as watcher:
        return [Bomb(kind, watcher.read(path)) for kind, path in bombs]


def is_film_beside_read(seed: int) -> bool:
    """Whether a batch over one bomb of each kind and a film reads the film, and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        films = Path(folder, "films")
        films.mkdir()
        list(write_bombs(films, 1, seed))
        shutil.copy(FILM, films)
        counts = run_batch(Batch((str(films),), Path(folder, "out"), jobs=1))
    return counts["ok"] == 1 and counts["refused"] + counts["failed"] == len(KINDS)
