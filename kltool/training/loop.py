"""The loop in which every network is trained: optimizer, learning rate, averaging, checkpoints and log.

A trainer states a `TrainingTask`: its model, its batches and its loss. Training runs on the CPU and is
seeded; a run that was stopped resumes from its last checkpoint and ends as one that was not.
"""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from kltool.errors import UsageError
from kltool.training.allocator import keep_freed_memory
from kltool.training.precision import fast_precision

Batch = tuple[Tensor, ...]
Tensors = tuple[Tensor, ...] | list[Tensor]
Model = TypeVar("Model", bound=nn.Module)

LARGEST_GRADIENT: Final = 5.0  # norm of all weights' gradients; larger ones are scaled down to it


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast a network learns.

    steps: of the optimizer (AdamW), each on a batch of so many samples. report_every: steps between two log
    lines, each with a checkpoint. learning_rate: the highest, reached after the share `warm_up` of the steps.
    average: decay, a step, of the moving average of the weights that is the result; 0 is the last weights.
    """

    steps: int
    batch: int
    report_every: int
    learning_rate: float
    weight_decay: float = 0.01
    warm_up: float = 0.05
    average: float = 0.0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.steps < 1 or self.report_every < 1:
            raise UsageError(
                f"{self.steps} steps of {self.batch} samples found, one at least expected: "
                "give more knees than a batch holds, and an epoch or more"
            )

    def rate(self, step: int) -> float:
        """Share of the highest learning rate: a linear rise, then half a cosine (Loshchilov & Hutter)."""
        progress = step / self.steps
        if progress < self.warm_up:
            return progress / self.warm_up
        return 0.5 * (1 + math.cos(math.pi * (progress - self.warm_up) / (1 - self.warm_up)))


class TrainingTask(Protocol[Model]):
    """What one network learns, and how long."""

    @property
    def name(self) -> str:
        """Of the network, as in models/manifest.toml."""

    @property
    def schedule(self) -> Schedule: ...

    def model(self) -> Model:
        """The network to begin with; random weights are those of the schedule's seed."""

    def batches(self, first: int) -> Iterable[Batch]:
        """A batch a step, from step `first` to the last: images (B, C, H, W), then what the loss needs."""

    def loss(self, found: Any, *known: Tensor) -> Tensor:
        """found: what the model gives for the images, in the precision of `fast_precision`."""

    def report(self, model: Model, step: int) -> str:
        """What the log states of the model after so many steps; may be empty."""


def fit(task: TrainingTask[Model], folder: Path) -> Model:
    """Train, or go on from `folder`/NAME-last.pt; returns the network as it reads (in evaluation mode).

    A line a report goes to standard output and to `folder`/NAME-training.txt: the mean loss and the seconds
    since the last one, and the task's own report.
    """
    keep_freed_memory()
    torch.manual_seed(task.schedule.seed)
    learner, every = _Learner(task, folder / f"{task.name}-last.pt"), task.schedule.report_every
    losses, began = [], time.monotonic()
    for step, (images, *known) in enumerate(task.batches(learner.first), start=learner.first + 1):
        losses.append(learner.learn(images, known))
        if step % every == 0 or step == task.schedule.steps:
            learner.save(step)
            line = f"step {step}/{task.schedule.steps} loss {np.mean(losses):.4f}"
            line += f" seconds {time.monotonic() - began:.0f} {learner.report(step)}"
            _log(line.rstrip(), folder / f"{task.name}-training.txt")
            losses, began = [], time.monotonic()
    return learner.result.eval()


class _Learner(Generic[Model]):
    """A model with its optimizer, learning rate and moving average. first: the step at which it resumes."""

    def __init__(self, task: TrainingTask[Model], kept: Path) -> None:
        self._task, self._kept, schedule = task, kept, task.schedule
        self._model: Model = task.model().to(memory_format=torch.channels_last)
        self._average = _average(self._model, schedule.average) if schedule.average else None
        self._optimizer = torch.optim.AdamW(
            self._model.parameters(), schedule.learning_rate, weight_decay=schedule.weight_decay
        )
        self.first = self._resume() if kept.exists() else 0
        for group in self._optimizer.param_groups:
            group["initial_lr"] = schedule.learning_rate  # a run may go on at another rate, or longer
        # not LinearLR and CosineAnnealingLR in turn: they cannot begin at 0, and round otherwise
        self._rates = LambdaLR(self._optimizer, schedule.rate, last_epoch=self.first - 1)

    @property
    def result(self) -> Model:
        """The network that is kept."""
        return self._model if self._average is None else cast(Model, self._average.module)

    def learn(self, images: Tensor, known: Sequence[Tensor]) -> float:
        """One step; its loss."""
        self._model.train()
        with fast_precision():
            found = self._model(images.contiguous(memory_format=torch.channels_last))
        loss = self._task.loss(found, *known)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._model.parameters(), LARGEST_GRADIENT)
        self._optimizer.step()
        self._rates.step()
        if self._average is not None:
            self._average.update_parameters(self._model)
        return loss.item()

    def report(self, step: int) -> str:
        with torch.inference_mode():
            return self._task.report(self.result.eval(), step)

    def save(self, step: int) -> None:
        states = {name: part.state_dict() for name, part in self._parts().items()}
        torch.save({**states, "step": step, "random": torch.get_rng_state()}, self._kept)

    def _resume(self) -> int:
        kept: dict[str, Any] = torch.load(self._kept, weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(kept[name])
        torch.set_rng_state(kept["random"])
        step: int = kept["step"]
        return step

    def _parts(self) -> dict[str, Any]:
        average = {} if self._average is None else {"average": self._average}
        return {"model": self._model, "optimizer": self._optimizer, **average}


def _average(model: nn.Module, decay: float) -> AveragedModel:
    """Of weights and batch statistics; while there are few steps, over fewer than the decay takes in."""

    def update(means: Tensors, values: Tensors, steps: Tensor | int) -> None:
        count = int(steps)
        get_ema_multi_avg_fn(min(decay, count / (count + 9)))(means, values, steps)

    average = AveragedModel(model, multi_avg_fn=update, use_buffers=True)
    average.n_averaged += 1  # the weights it begins with, which are otherwise forgotten at the first step
    return average


def _log(line: str, file: Path) -> None:
    print(line, flush=True)
    with file.open("a", encoding="utf-8") as log:
        log.write(line + "\n")
