"""Percentile bootstrap intervals; the sampling unit is the participant, not the knee (cluster bootstrap).

The two knees of a person are correlated: resampling single knees would give intervals that are too narrow.
A bootstrap replicate is a weight for each participant, the number of times it was sampled; estimates are
computed from weighted sums, many replicates at once, in chunks of bounded memory. For statistics that are not
functions of weighted sums the same replicates are given as knees.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from kltool.errors import UsageError
from kltool.typing import Float64, Indices
from kltool.values.decimals import beside, decimal
from kltool.values.length import Interval, NotMeasured

REPLICATES: Final = 1000  # docs/choices.md#bootstrap-replicates
SEED: Final = 1
FEWEST_REPLICATES: Final = 100  # docs/choices.md#bootstrap-replicates
FEWEST_PARTICIPANTS: Final = 10  # docs/choices.md#fewest-participants
LEAST_DEFINED: Final = 0.9  # of the replicates; docs/choices.md#fewest-participants
MOST_CELLS: Final = 2**22  # of one chunk of weights: 32 MiB

ValuesByName = Mapping[str, Float64]


@dataclass(frozen=True, slots=True)
class Resampling:
    """The bootstrap over participants; the same seed gives the same replicates.

    Attributes
    ----------
    replicates : int
        Number of bootstrap replicates, at least 100.
    seed : int
        Of the random numbers, 0 or more.

    Raises
    ------
    UsageError
        Where one of them is out of range.
    """

    replicates: int = REPLICATES
    seed: int = SEED

    def __post_init__(self) -> None:
        if self.replicates < FEWEST_REPLICATES:
            raise UsageError(
                f"{self.replicates} bootstrap replicates found, at least {FEWEST_REPLICATES} expected: fewer "
                f"give no reliable 2.5th percentile; {REPLICATES} are usual"
            )
        if self.seed < 0:
            raise UsageError(f"seed {self.seed} found, 0 or more expected")


@dataclass(frozen=True, slots=True)
class Sample:
    """n knees of p participants. participant_ids: (n,), 0 to p - 1; each participant has a knee."""

    participant_ids: Indices

    @classmethod
    def of(cls, participant_ids: Indices) -> "Sample":
        """From ids that need not be consecutive."""
        return cls(np.unique(participant_ids, return_inverse=True)[1])

    @property
    def knees(self) -> int:
        return len(self.participant_ids)

    @property
    def participants(self) -> int:
        return int(self.participant_ids.max()) + 1 if len(self.participant_ids) else 0

    def totals(self, features: Float64) -> Float64:
        """Sums of features over the knees of each participant: (n, f) to (p, f)."""
        count = self.participants
        summed = [np.bincount(self.participant_ids, feature, count) for feature in features.T]
        return np.stack(summed, axis=1) if summed else np.zeros((count, 0))


@dataclass(frozen=True, slots=True)
class EstimatorGroup:
    """Estimates of one sample that are computed from the same sums.

    values_of: weights of the participants, (b, p), to values by name of the estimate, (b,) each; NaN where a
    replicate does not define it. reasons: by name, why an estimate is undefined, where it is.
    """

    sample: Sample
    values_of: Callable[[Float64], ValuesByName]
    reasons: Mapping[str, str]


def unit_weights(sample: Sample) -> Float64:
    """The weights of the sample itself, (1, p): every participant once."""
    return np.ones((1, sample.participants))


def bootstrap_weights(sample: Sample, resampling: Resampling) -> Iterator[Float64]:
    """Weights of replicates sampled with replacement, in chunks (b, p) of at most MOST_CELLS cells."""
    count, at_once = sample.participants, max(1, MOST_CELLS // sample.knees)
    sampled = _sampled_participants(count, resampling)
    for _ in range(0, resampling.replicates, at_once):
        rows = [np.bincount(participants, minlength=count) for participants in islice(sampled, at_once)]
        yield np.array(rows, np.float64)


def resampled_knees(sample: Sample, resampling: Resampling) -> Iterator[Indices]:
    """The knees of each replicate, all those of a participant as often as it was sampled: (m,), below n."""
    knees_of = [np.flatnonzero(sample.participant_ids == one) for one in range(sample.participants)]
    for participants in _sampled_participants(sample.participants, resampling):
        yield np.concatenate([knees_of[one] for one in participants])


def intervals(group: EstimatorGroup, resampling: Resampling) -> Mapping[str, Interval | NotMeasured]:
    """The 95% percentile interval of each estimate, or why there is none."""
    count = group.sample.participants
    if count < FEWEST_PARTICIPANTS:
        few = NotMeasured(
            f"{_participants(count)}: at least {FEWEST_PARTICIPANTS} are needed for a bootstrap"
        )
        return dict.fromkeys(group.reasons, few)
    chunks = [group.values_of(weights) for weights in bootstrap_weights(group.sample, resampling)]
    return {name: _percentiles(np.concatenate([c[name] for c in chunks])) for name in group.reasons}


def _sampled_participants(count: int, resampling: Resampling) -> Iterator[Indices]:
    """The participants of each replicate: as many as there are, 0 to count - 1."""
    random = np.random.default_rng(resampling.seed)
    return (random.integers(0, count, count) for _ in range(resampling.replicates))


def _percentiles(values: Float64) -> Interval | NotMeasured:
    defined = values[np.isfinite(values)]
    if len(defined) < LEAST_DEFINED * len(values):
        share, least = 100 * len(defined) / len(values), 100 * LEAST_DEFINED
        return NotMeasured(
            f"defined in only {beside(share, least, 0)}% of the bootstrap replicates, at least "
            f"{decimal(least, 0)}% expected"
        )
    low, high = np.percentile(defined, (2.5, 97.5))
    if low == high:
        return NotMeasured(
            "all bootstrap replicates give the same value, so that its uncertainty cannot be estimated"
        )
    return float(low), float(high)


def _participants(count: int) -> str:
    return "1 participant" if count == 1 else f"{count} participants"
