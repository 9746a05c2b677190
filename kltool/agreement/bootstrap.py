"""How far figures would move if other people had come: whole participants are drawn again, not knees.

The knees of one person resemble each other, so that knees drawn one by one would promise too much. A draw
is a weight for each participant, how often they were drawn, and figures are worked out from weighted sums:
many draws at once, in chunks of bounded memory. For statistics that are no function of weighted sums the same
draws are given as knees.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.typing import Float64, Indices
from kltool.values.length import Interval, NotMeasured

DRAWS: Final = 1000  # docs/choices.md#participants-drawn
SEED: Final = 1
FEWEST_DRAWS: Final = 100  # docs/choices.md#participants-drawn
FEWEST_PARTICIPANTS: Final = 10  # docs/choices.md#fewest-participants
LEAST_DEFINED: Final = 0.9  # of the draws; docs/choices.md#fewest-participants
MOST_CELLS: Final = 2**22  # of one chunk: 32 MiB

ByName = Mapping[str, Float64]


@dataclass(frozen=True, slots=True)
class Resampling:
    """How often participants are drawn, and from which seed: the same seed draws the same people."""

    draws: int = DRAWS
    seed: int = SEED

    def __post_init__(self) -> None:
        if self.draws < FEWEST_DRAWS:
            raise UsageError(
                f"{self.draws} draws found, {FEWEST_DRAWS} at least expected: fewer have no 2.5th percentile "
                f"worth the name; {DRAWS} are usual"
            )
        if self.seed < 0:
            raise UsageError(f"seed {self.seed} found, 0 or more expected")


@dataclass(frozen=True, slots=True)
class Sample:
    """n knees of p participants. people: (n,), 0 to p - 1, each of whom has at least one knee."""

    people: Indices

    @classmethod
    def of(cls, people: Indices) -> "Sample":
        """Of participants numbered anyhow."""
        return cls(np.unique(people, return_inverse=True)[1])

    @property
    def knees(self) -> int:
        return len(self.people)

    @property
    def participants(self) -> int:
        return int(self.people.max()) + 1 if len(self.people) else 0

    def totals(self, features: Float64) -> Float64:
        """The sum of features over the knees of each participant: (n, f) to (p, f)."""
        count = self.participants
        summed = [np.bincount(self.people, feature, count) for feature in features.T]
        return np.stack(summed, axis=1) if summed else np.zeros((count, 0))


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one sample that follow from the same sums.

    of: weights of the participants, (d, p), to figures by name, (d,) each, not a number where a draw does not
    define one. reasons: by name, why a figure is not defined where it is not.
    """

    sample: Sample
    of: Callable[[Float64], ByName]
    reasons: Mapping[str, str]


def once(sample: Sample) -> Float64:
    """The weights of the participants as they came: each once, (1, p)."""
    return np.ones((1, sample.participants))


def drawn(sample: Sample, resampling: Resampling) -> Iterator[Float64]:
    """Weights of so many draws with replacement, in chunks (d, p) of at most MOST_CELLS knees or people."""
    count, at_once = sample.participants, max(1, MOST_CELLS // sample.knees)
    people = _people_drawn(count, resampling)
    for _ in range(0, resampling.draws, at_once):
        draws = [np.bincount(drawn, minlength=count) for drawn in islice(people, at_once)]
        yield np.array(draws, np.float64)


def resampled_knees(sample: Sample, resampling: Resampling) -> Iterator[Indices]:
    """The knees of each draw, all those of a participant as often as they were drawn; (m,), 0 to n - 1."""
    knees_of = [np.flatnonzero(sample.people == one) for one in range(sample.participants)]
    for people in _people_drawn(sample.participants, resampling):
        yield np.concatenate([knees_of[one] for one in people])


def intervals(family: Family, resampling: Resampling) -> Mapping[str, Interval | NotMeasured]:
    """The 95% percentile interval of each figure, or why there is none."""
    count = family.sample.participants
    if count < FEWEST_PARTICIPANTS:
        few = NotMeasured(f"{_people(count)}: {FEWEST_PARTICIPANTS} at least are needed to draw from")
        return dict.fromkeys(family.reasons, few)
    chunks = [family.of(weights) for weights in drawn(family.sample, resampling)]
    return {name: _percentiles(np.concatenate([c[name] for c in chunks])) for name in family.reasons}


def _people_drawn(count: int, resampling: Resampling) -> Iterator[Indices]:
    """Who is drawn each time: as many as there are, 0 to count - 1."""
    random = np.random.default_rng(resampling.seed)
    return (random.integers(0, count, count) for _ in range(resampling.draws))


def _percentiles(values: Float64) -> Interval | NotMeasured:
    defined = values[np.isfinite(values)]
    if len(defined) < LEAST_DEFINED * len(values):
        share = 100 * len(defined) / len(values)
        return NotMeasured(
            f"only {share:.0f}% of the draws of participants define it, {100 * LEAST_DEFINED:.0f}% expected"
        )
    low, high = np.percentile(defined, (2.5, 97.5))
    if low == high:
        return NotMeasured(
            "every draw of participants gives the same: draws cannot say how far it may be off"
        )
    return float(low), float(high)


def _people(count: int) -> str:
    return "1 participant" if count == 1 else f"{count} participants"
