"""Where a training run's batches come from: the same ones whether it was stopped on the way or not."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
from torch.utils.data import DataLoader, Dataset

from kltool.training.loop import Batch, Schedule
from kltool.training.sampling import Random

Sample = tuple[npt.NDArray[np.float32], ...]


def streamed(make: Callable[[Random], Batch], schedule: Schedule, first: int) -> Iterator[Batch]:
    """Batches of one stream of random numbers; those before step `first` are made again and left out."""
    random = np.random.default_rng(schedule.seed)
    return islice((make(random) for _ in range(schedule.steps)), first, None)


def numbered(make: Callable[[Random], Sample], schedule: Schedule, first: int) -> Iterable[Batch]:
    """Batches of numbered samples, made by another process."""
    return DataLoader(NumberedSamples(make, schedule, first), schedule.batch, num_workers=1)


def in_epochs(load: Callable[[int], Iterable[Batch]], schedule: Schedule, first: int) -> Iterator[Batch]:
    """Batches by epochs, each as long as a report's steps, from the epoch that begins with step `first`."""
    epochs = range(first // schedule.report_every, schedule.steps // schedule.report_every)
    return chain.from_iterable(load(epoch) for epoch in epochs)


class NumberedSamples(Dataset[Sample]):
    """From step `first` on: sample n is of the random numbers of (seed, n), whatever loads it."""

    def __init__(self, make: Callable[[Random], Sample], schedule: Schedule, first: int) -> None:
        self._make, self._schedule, self._first = make, schedule, first

    def __len__(self) -> int:
        return (self._schedule.steps - self._first) * self._schedule.batch

    def __getitem__(self, index: int) -> Sample:
        number = self._first * self._schedule.batch + index
        return self._make(np.random.default_rng((self._schedule.seed, number)))
