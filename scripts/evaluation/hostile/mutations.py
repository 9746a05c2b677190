"""Films damaged at random, read one after the other by a watched worker."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evaluation.hostile.attack import Attack
from evaluation.hostile.mutants import Mutant, mutant
from evaluation.hostile.watched import DIED, HANG_S, HUNG, READ, Watched, Watcher, watching
from kltool.errors import Refusal, TimeLimitExceeded
from kltool.localize.refusals import GROWTH_PLATE, REPLACED, SECOND_EXPOSURE

MOST_MB: Final = 512.0
TYPED: Final = frozenset(
    {
        *(READ, "UsageError", "memory_limit", TimeLimitExceeded.code),
        *(refused.code for refused in (REPLACED, SECOND_EXPOSURE, GROWTH_PLATE)),
        *(kind.code for kind in Refusal.__subclasses__()),
    }
)


@dataclass(frozen=True, slots=True)
class Trial:
    """number: with the seed of the attack, by which the mutant can be made again."""

    number: int
    made: Mutant
    watched: Watched

    @property
    def missed(self) -> str:
        """What of the bar; empty where all is kept."""
        one = self.watched
        if one.codes in ((DIED,), (HUNG,)):
            return one.code
        if untyped := ", ".join(sorted(set(one.codes) - TYPED)):
            return f"not typed: {untyped}"
        if one.seconds > HANG_S:
            return f"{one.seconds:.0f} s"
        return f"{one.megabytes:.0f} MB" if one.megabytes > MOST_MB else ""

    def __str__(self) -> str:
        return f"{self.number} ({self.made.seed}; {', '.join(self.made.how)}): {self.missed or 'kept'}"


def attack_mutations(times: int = 2_000, seed: int = 1) -> Attack:
    """What becomes of each; what misses the bar is named by its number."""
    watched, missed, made_of = [], [], set()
    for trial in tried(range(times), seed):  # not kept: their bytes would fill the memory
        watched.append(trial.watched)
        made_of.add(trial.made.seed)
        missed += [str(trial)] if trial.missed else []
    return Attack(
        f"{times} random mutations (bytes, lengths, cuts, splices, tags) of {len(made_of)} own seeds: every "
        "transfer syntax, picture and archive format",
        f"0 worker deaths, 0 hangs over {HANG_S:g} s, at most {MOST_MB:g} MB above an idle worker, all typed",
        "; ".join([found(watched), *missed]),
        not missed,
    )


def found(files: Sequence[Watched]) -> str:
    """Counts by outcome, deaths and hangs, the largest time and memory."""
    codes = Counter(code for one in files for code in set(one.codes))
    counts = ", ".join(f"{number} {code}" for code, number in codes.most_common() if code not in (DIED, HUNG))
    slowest = max((one.seconds for one in files), default=0.0)
    largest = max((one.megabytes for one in files), default=0.0)
    return (
        f"{codes[DIED]} deaths, {codes[HUNG]} hangs, slowest {slowest:.1f} s, {largest:.0f} MB at most; "
        f"files with an image of each outcome: {counts}"
    )


def tried(numbers: Iterable[int], seed: int) -> Iterator[Trial]:
    """The mutants of these numbers, by one watched worker."""
    with tempfile.TemporaryDirectory() as name, watching() as watcher:
        for number in numbers:
            yield tried_one(mutant(seed, number), number, Path(name), watcher)


def tried_one(made: Mutant, number: int, folder: Path, watcher: Watcher) -> Trial:
    """folder: where the file lies while it is read."""
    path = folder / f"{number}-{made.seed}"
    path.write_bytes(made.data)
    try:
        return Trial(number, made, watcher.read(path))
    finally:
        path.unlink()
