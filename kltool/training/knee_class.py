"""Trains the network that classifies a candidate: a natural knee, lateral left or right, replaced, other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from kltool.training.batches import in_epochs
from kltool.training.data.candidates import PlacedKnee, candidate
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.knee_class import CLASSES, KneeClassifier, imagenet_knee_classifier

SMOOTHING = 0.02  # of the labels


def schedule_of(knees: int, epochs: int = 8, batch: int = 32, seed: int = 1) -> Schedule:
    """knees: to learn from, of each of which an epoch has one candidate."""
    steps = knees // batch
    return Schedule(epochs * steps, batch, steps, learning_rate=4e-4, weight_decay=0.02, seed=seed)


@dataclass(frozen=True, slots=True)
class ClassifyingKnees:
    """Knees to learn from, from ImageNet weights, and knees held out to follow the training by."""

    name: ClassVar[str] = "aspect"  # as the model was named first
    knees: Sequence[PlacedKnee]
    held_out: Sequence[PlacedKnee]
    schedule: Schedule

    def model(self) -> KneeClassifier:
        return imagenet_knee_classifier()

    def batches(self, first: int) -> Iterator[Batch]:
        return in_epochs(self._epoch, self.schedule, first)

    def loss(self, found: Tensor, *known: Tensor) -> Tensor:
        (kinds,) = known
        return functional.cross_entropy(found.float(), kinds, label_smoothing=SMOOTHING)

    def report(self, model: KneeClassifier, step: int) -> str:
        """How many held-out candidates, made in the same way, are classified rightly; by class."""
        rng = np.random.default_rng
        pairs = [candidate(knee, rng((77, number))) for number, knee in enumerate(self.held_out)]
        kinds = np.array([kind for _, kind in pairs])
        images = torch.from_numpy(np.stack([seen for seen, _ in pairs])[:, None])
        right = torch.cat([model(part).argmax(1) for part in images.split(64)]).numpy() == kinds
        shares = " ".join(f"{right[kinds == kind].mean():.3f}" for kind in range(CLASSES))
        return f"right {right.mean():.4f} by class {shares}"

    def _epoch(self, epoch: int) -> DataLoader[Batch]:
        order = torch.Generator().manual_seed(self.schedule.seed * 1000 + epoch)
        data = _Candidates(self.knees, (self.schedule.seed, epoch))
        return DataLoader(
            data, self.schedule.batch, shuffle=True, generator=order, drop_last=True, num_workers=1
        )


class _Candidates(Dataset[Batch]):
    """A candidate a knee, another one each epoch, the same whatever loads it."""

    def __init__(self, knees: Sequence[PlacedKnee], seed: tuple[int, int]) -> None:
        self._knees, self._seed = knees, seed

    def __len__(self) -> int:
        return len(self._knees)

    def __getitem__(self, index: int) -> Batch:
        seen, kind = candidate(self._knees[index], np.random.default_rng((*self._seed, index)))
        return torch.from_numpy(seen)[None], torch.tensor(kind)
