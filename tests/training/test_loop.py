"""The training loop: its learning rate, its moving average, its log, and that stopping changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'train'")

from torch import Tensor, nn

from kltool.errors import UsageError
from kltool.training.batches import in_epochs, streamed
from kltool.training.loop import Batch, Schedule, fit

SCHEDULE = Schedule(steps=12, batch=8, report_every=4, learning_rate=0.05, weight_decay=0.0, warm_up=0.25)


@dataclass(frozen=True, slots=True)
class Line:
    """Learns three times the mean of an image; dropout makes it depend on torch's own random numbers."""

    name: ClassVar[str] = "line"
    schedule: Schedule = SCHEDULE

    def model(self) -> nn.Module:
        return nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(16, 1))

    def batches(self, first: int) -> Iterable[Batch]:
        return streamed(self._batch, self.schedule, first)

    def loss(self, found: Tensor, *known: Tensor) -> Tensor:
        return ((found.float()[:, 0] - known[0]) ** 2).mean()

    def report(self, model: nn.Module, step: int) -> str:
        assert not model.training
        return f"weight {float(model[2].weight.mean()):.4f}"

    def _batch(self, random: np.random.Generator) -> Batch:
        images = torch.from_numpy(random.normal(size=(self.schedule.batch, 1, 4, 4)).astype(np.float32))
        return images, 3 * images.mean((1, 2, 3))


def weights(model: nn.Module) -> Tensor:
    return torch.cat([value.flatten() for value in model.state_dict().values()])


def test_the_learning_rate_rises_in_a_line_and_falls_in_half_a_cosine() -> None:
    rates = [SCHEDULE.rate(step) for step in range(13)]
    assert rates[:4] == pytest.approx([0.0, 1 / 3, 2 / 3, 1.0])
    assert rates[3:] == pytest.approx((1 + np.cos(np.pi * np.arange(10) / 9)) / 2)


def test_a_schedule_without_a_step_is_refused() -> None:
    with pytest.raises(UsageError, match="more knees than a batch"):
        replace(SCHEDULE, steps=0)


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path, average: float) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    whole.mkdir()
    stopped.mkdir()
    task = Line(replace(SCHEDULE, average=average))
    expected = fit(task, whole)

    class Killed(Exception):
        pass

    class Dying(Line):
        def report(self, model: nn.Module, step: int) -> str:
            if step == 8:
                raise Killed
            return Line.report(self, model, step)

    with pytest.raises(Killed):
        fit(Dying(task.schedule), stopped)
    assert torch.equal(weights(fit(task, stopped)), weights(expected))


def test_a_finished_run_goes_on_where_it_is_given_more_steps(tmp_path: Path) -> None:
    first = weights(fit(Line(replace(SCHEDULE, steps=6)), tmp_path))
    assert torch.equal(weights(fit(Line(replace(SCHEDULE, steps=6)), tmp_path)), first)
    assert not torch.equal(weights(fit(Line(), tmp_path)), first)
    assert (tmp_path / "line-training.txt").read_text().count("step 12/12") == 1


def test_the_average_is_that_of_the_weights_of_all_steps(tmp_path: Path) -> None:
    """Over few steps the decay is less: the first weights count for a tenth after one step."""
    seen = []

    class Watched(Line):
        def loss(self, found: Tensor, *known: Tensor) -> Tensor:
            seen.append(weights(self.watched[0]).clone())
            return Line.loss(self, found, *known)

        def model(self) -> nn.Module:
            self.watched.append(Line.model(self))
            return self.watched[0]

        watched: ClassVar[list[nn.Module]] = []

    schedule = replace(SCHEDULE, average=0.5)
    averaged = weights(fit(Watched(schedule), tmp_path))
    seen.append(weights(Watched.watched[0]))
    mean = seen[0]
    for step, value in enumerate(seen[1:]):
        decay = min(0.5, (step + 1) / (step + 10))
        mean = decay * mean + (1 - decay) * value
    torch.testing.assert_close(averaged, mean)


def test_the_log_has_a_line_a_report_with_what_the_task_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fit(Line(replace(SCHEDULE, steps=10)), tmp_path)
    lines = (tmp_path / "line-training.txt").read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["4/10", "8/10", "10/10"]
    assert all("loss" in line and "weight" in line for line in lines)
    assert capsys.readouterr().out.splitlines() == lines


def test_it_learns(tmp_path: Path) -> None:
    fit(Line(replace(SCHEDULE, steps=200, report_every=100)), tmp_path)
    first, last = (
        float(line.split()[3]) for line in (tmp_path / "line-training.txt").read_text().splitlines()
    )
    assert last < 0.7 * first


def test_epochs_begin_with_the_one_that_a_step_belongs_to() -> None:
    def load(epoch: int) -> list[Batch]:
        return [(torch.tensor(float(epoch)),)] * 4

    found = [int(batch[0]) for batch in in_epochs(load, SCHEDULE, first=4)]
    assert found == [1] * 4 + [2] * 4
