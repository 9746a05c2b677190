"""Trains the KL grader on graded knees.

Targets are soft: in the shape of readers' disagreement and, where there are teachers, distilled from them.
Beside the grade the network learns the widths of the joint space. The weights kept are an exponential moving
average, taken at the last epoch: the validation split reports and never selects.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from kltool.geometry.window import CropWindow
from kltool.grading.prediction_set import median_grades
from kltool.training.batches import in_epochs
from kltool.training.data.graded import GradedKnee
from kltool.training.data.views import plain, scaled, variant
from kltool.training.kappa import quadratic_weighted_kappa
from kltool.training.loop import Batch, Schedule
from kltool.training.networks.grader import Grader, imagenet_grader
from kltool.training.networks.heads import GRADES
from kltool.training.precision import fast_precision
from kltool.typing import Float32, Float64

READERS: Final = (
    (0.82, 0.15, 0.03, 0.00, 0.00),
    (0.18, 0.60, 0.21, 0.01, 0.00),
    (0.03, 0.14, 0.72, 0.11, 0.00),
    (0.00, 0.00, 0.10, 0.85, 0.05),
    (0.00, 0.00, 0.00, 0.08, 0.92),
)
# The target of a knee: its label; a second reader's distribution given the label; the label and the teachers'
# mean over the label's knees, half each; the second reader and the teachers on this knee, half each
LABELS: Final = ("hard", "readers", "confusion", "distilled")
USUAL_WIDTH, WIDTH_SPREAD = 6.0, 2.0  # per cent of the tibial width
SCORED_EVERY: Final = 3  # epochs
SHARES: Final = (0.6,) * 6 + (1.0,) * 18

Sample = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is learned and how. shares: of the view's resolution, one an epoch.

    balance: knees are sampled in proportion to the frequency of their grade to minus this. mixed: the
    share of batches in which pairs of knees are mixed (Zhang et al. 2018). expected_weight: of the squared
    error of the expected grade. width_weight: of the error of the widths. head: one of
    kltool.training.networks.heads. labels: one of LABELS, of which the last two need teachers.
    """

    backbone: str = "lite0"
    shares: tuple[float, ...] = SHARES
    balance: float = 0.3
    mixed: float = 0.4
    expected_weight: float = 0.3
    width_weight: float = 0.1
    head: str = "softmax"
    labels: str = "readers"

    def schedule(self, knees: int, learning_rate: float = 6e-4, batch: int = 32, seed: int = 1) -> Schedule:
        """knees: to learn from, of each of which an epoch has one view on average."""
        steps = knees // batch
        return Schedule(
            len(self.shares) * steps, batch, steps, learning_rate, weight_decay=0.02, average=0.998, seed=seed
        )


@dataclass(frozen=True)
class Grading:
    """Knees to learn from, and knees held out to follow the training by.

    initial: the network to begin with, of the recipe's backbone and head; ImageNet weights where there is
    none. teachers: trained graders.
    """

    name: ClassVar[str] = "grader"
    knees: Sequence[GradedKnee]
    held_out: Sequence[GradedKnee]
    recipe: Recipe
    schedule: Schedule
    initial: Grader | None = None
    teachers: Sequence[Grader] = ()

    @cached_property
    def targets(self) -> Tensor:
        return targets_of(self.knees, self.recipe.labels, self.teachers)

    def model(self) -> Grader:
        return self.initial or imagenet_grader(self.recipe.backbone, self.recipe.head)

    def batches(self, first: int) -> Iterator[Batch]:
        return in_epochs(self._epoch, self.schedule, first)

    def loss(self, found: tuple[Tensor, Tensor], *known: Tensor) -> Tensor:
        """Of the grade, of its expectation, and of the widths where they are known."""
        (logits, widths), (true_widths, targets) = (part.float() for part in found), known
        grades = torch.arange(GRADES, dtype=torch.float32)
        away = torch.softmax(logits, 1) @ grades - targets @ grades
        loss = functional.cross_entropy(logits, targets) + self.recipe.expected_weight * (away**2).mean()
        measured = torch.isfinite(true_widths)
        if measured.any():
            off = functional.smooth_l1_loss(widths[measured], true_widths[measured])
            loss = loss + self.recipe.width_weight * off
        return loss

    def report(self, model: Grader, step: int) -> str:
        epoch, epochs = step // self.schedule.report_every, len(self.recipe.shares)
        share = self.recipe.shares[epoch - 1]
        line = f"epoch {epoch}/{epochs} share {share}"
        if epoch % SCORED_EVERY and epoch < epochs:
            return line
        return f"{line} {_scores(model, self.held_out, scaled(share))}"

    def _epoch(self, epoch: int) -> Iterator[Batch]:
        """Views, widths in standard units and targets; dropout, too, is the same however the run began."""
        seed = self.schedule.seed
        torch.manual_seed(seed * 1000 + epoch)
        random = np.random.default_rng((seed, epoch, 2))
        for images, widths, targets in self._loader(epoch):
            batch = images, (widths - USUAL_WIDTH) / WIDTH_SPREAD, targets
            mixed = random.random() < self.recipe.mixed
            yield _mixed(batch, float(random.beta(0.4, 0.4))) if mixed else batch

    def _loader(self, epoch: int) -> DataLoader[Sample]:
        grades = np.array([knee.grade for knee in self.knees])
        weights = np.bincount(grades, minlength=GRADES)[grades] ** -self.recipe.balance
        order = torch.Generator().manual_seed(self.schedule.seed * 1000 + epoch)
        sampler = WeightedRandomSampler(weights.tolist(), len(grades), generator=order)
        window, seed = scaled(self.recipe.shares[epoch]), (self.schedule.seed, epoch)
        data = _Views(self.knees, self.targets, window, seed)
        return DataLoader(data, self.schedule.batch, sampler=sampler, drop_last=True, num_workers=1)


class _Views(Dataset[Sample]):
    """Views, widths and targets; a new variant at each access, the same in whichever process it is loaded."""

    def __init__(
        self, knees: Sequence[GradedKnee], targets: Tensor, window: CropWindow, seed: tuple[int, int]
    ) -> None:
        self._knees, self._targets, self._window, self._seed = knees, targets, window, seed

    def __len__(self) -> int:
        return len(self._knees)

    def __getitem__(self, index: int) -> Sample:
        knee = self._knees[index]
        picture, widths = variant(knee, self._window, np.random.default_rng((*self._seed, index)))
        return torch.from_numpy(picture)[None], torch.from_numpy(widths), self._targets[index]


def targets_of(knees: Sequence[GradedKnee], labels: str, teachers: Sequence[Grader]) -> Tensor:
    """(n, 5) probabilities to be learned. labels: one of LABELS; the last two need teachers."""
    grades = torch.tensor([knee.grade for knee in knees])
    if labels == "hard":
        return torch.eye(GRADES)[grades]
    if labels == "readers":
        return torch.tensor(READERS)[grades]
    logits = logits_of(teachers, [plain(knee) for knee in knees])
    teacher = torch.tensor(softmax(logits, axis=1), dtype=torch.float32)
    if labels == "distilled":
        return (torch.tensor(READERS)[grades] + teacher) / 2
    confusion = torch.stack([teacher[grades == grade].mean(0) for grade in range(GRADES)])
    return (torch.eye(GRADES) + confusion)[grades] / 2


def logits_of(graders: Sequence[Grader], pictures: Sequence[Float32], batch: int = 32) -> Float64:
    """(n, 5) logits of views, the mean over the graders and over each view and its mirror image."""
    rows = []
    with torch.inference_mode(), fast_precision():
        for first in range(0, len(pictures), batch):
            images = torch.from_numpy(np.stack(pictures[first : first + batch])[:, None])
            both = torch.cat([images, images.flip(3)]).contiguous(memory_format=torch.channels_last)
            found = torch.stack([grader.eval()(both)[0].float() for grader in graders]).mean(0)
            rows.append(found.unflatten(0, (2, -1)).mean(0).numpy())
    return np.concatenate(rows).astype(np.float64)


def _mixed(parts: Sequence[Tensor], share: float) -> Batch:
    """Each sample with the one that mirrors it in the batch."""
    return tuple(share * part + (1 - share) * part.flip(0) for part in parts)


def _scores(model: Grader, knees: Sequence[GradedKnee], window: CropWindow) -> str:
    """Of the median grade and of the most probable one."""
    found = softmax(logits_of([model], [plain(knee, window) for knee in knees]), axis=1)
    labels = np.array([knee.grade for knee in knees])
    parts = []
    for rule, read in (("median", median_grades(found)), ("most probable", found.argmax(1))):
        kappa = quadratic_weighted_kappa(labels, read)
        parts.append(f"{rule}: kappa {kappa:.4f} accuracy {(read == labels).mean():.4f}")
    return "val " + ", ".join(parts)
