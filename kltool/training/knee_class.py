"""Trains the network that classifies a candidate and finds metal and open growth plates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from kltool.training.batches import in_epochs
from kltool.training.data.candidates import REPLACED, PlacedKnee, Seen, candidate
from kltool.training.data.graded import GradedKnee
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.knee_class import CLASSES, FINDINGS, KneeClassifier, imagenet_knee_classifier
from kltool.training.onnx_weights import classifier_of
from kltool.typing import Float32

BATCH = 32
SMOOTHING = 0.02  # of the labels
FINDINGS_WEIGHT = 1.0  # of their loss against that of the class
SEVERE_TIMES = 3  # as often as a knee of another grade is one of KL 3 or 4 seen
SEEN_TIMES = 8  # in an epoch is a knee of a whole film seen
UNKNOWN = -1.0  # of a finding that is not asked for


def schedule_of(knees: int, epochs: int, rate: float = 4e-4, seed: int = 1, batch: int = BATCH) -> Schedule:
    """knees: to learn from, of each of which an epoch has one candidate. rate: the highest learning rate."""
    steps = knees // batch
    return Schedule(epochs * steps, batch, steps, learning_rate=rate, weight_decay=0.02, seed=seed)


@dataclass(frozen=True, slots=True)
class ClassifyingKnees:
    """Knees to learn from, and knees held out to follow the training by.

    begin: aspect.onnx to go on from; none: from ImageNet weights.
    """

    name: ClassVar[str] = "aspect"  # as the model was named first
    knees: Sequence[PlacedKnee]
    held_out: Sequence[PlacedKnee]
    schedule: Schedule
    begin: Path | None = None

    def model(self) -> KneeClassifier:
        return classifier_of(self.begin) if self.begin else imagenet_knee_classifier()

    def batches(self, first: int) -> Iterator[Batch]:
        return in_epochs(self._epoch, self.schedule, first)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        (kinds, findings), (found_kinds, found_findings) = known, found
        of_kinds = functional.cross_entropy(found_kinds.float(), kinds, label_smoothing=SMOOTHING)
        asked = findings.ne(UNKNOWN).float()
        of_findings = functional.binary_cross_entropy_with_logits(
            found_findings.float(), findings.clamp(min=0.0), reduction="none"
        )
        return of_kinds + FINDINGS_WEIGHT * (of_findings * asked).sum() / asked.sum().clamp(min=1)

    def report(self, model: KneeClassifier, step: int) -> str:
        """Shares of held-out candidates, made in the same way, classified rightly, by class and finding."""
        rng = np.random.default_rng
        seen = [candidate(knee, rng((77, number))) for number, knee in enumerate(self.held_out)]
        kinds = np.array([one.kind for one in seen])
        findings = np.stack([finding_labels(one) for one in seen])
        images = torch.from_numpy(np.stack([one.picture for one in seen])[:, None])
        parts = [model(part) for part in images.split(64)]
        right = torch.cat([part.argmax(1) for part, _ in parts]).numpy() == kinds
        found = torch.cat([part for _, part in parts]).numpy() > 0
        shares = " ".join(f"{right[kinds == kind].mean():.3f}" for kind in range(CLASSES))
        sensitivity, specificity = (_shares(found, findings, wanted) for wanted in (1.0, 0.0))
        return (
            f"right {right.mean():.4f} by class {shares} findings sensitivity {sensitivity} "
            f"specificity {specificity}"
        )

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
        seen = candidate(self._knees[index], np.random.default_rng((*self._seed, index)))
        return (
            torch.from_numpy(seen.picture)[None],
            torch.tensor(seen.kind),
            torch.from_numpy(finding_labels(seen)),
        )


def finding_labels(seen: Seen) -> Float32:
    """(FINDINGS,): 1, 0 or UNKNOWN each, in the order of the network."""
    if seen.metal is None:
        return np.full(FINDINGS, UNKNOWN, np.float32)
    metal = (seen.metal.left, seen.metal.right, seen.metal.patellofemoral, seen.metal.elsewhere)
    growth_plate = None if seen.kind == REPLACED else seen.growth_plate
    return np.array([UNKNOWN if one is None else float(one) for one in (*metal, growth_plate)], np.float32)


def _shares(found: npt.NDArray[np.bool_], findings: Float32, wanted: float) -> str:
    """By finding: of the candidates known to have it, or not to have it, how many were told rightly."""
    told = (found == bool(wanted)).T
    asked = (findings == wanted).T
    return " ".join(
        f"{one[is_asked].mean():.3f}" if is_asked.any() else "none"
        for one, is_asked in zip(told, asked, strict=True)
    )


def oversampled(knees: Sequence[GradedKnee]) -> list[GradedKnee]:
    """Severe knees several times."""
    return [knee for knee in knees for _ in range(SEVERE_TIMES if knee.grade >= 3 else 1)]
