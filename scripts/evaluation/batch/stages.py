"""Where the time of an image goes, in one process: stage by stage, and in the networks alone."""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import cv2

from kltool.batch.config import WorkerConfig
from kltool.batch.ledger import Ledger
from kltool.batch.listing import Task
from kltool.batch.pseudonym import Pseudonyms
from kltool.batch.read_task import read_task
from kltool.grading import grade
from kltool.intake import ImageSource, load
from kltool.jointspace import assess_quality, expected_error, measure_joint_space, trace_margins
from kltool.localize import find_knees
from kltool.reading import DEFAULT, provenance
from kltool.report.record import knee_record
from kltool.tables.cells import knee_cells
from kltool.training.data.oai import side_of
from kltool.values.expected_error import ExpectedError
from kltool.values.joint_space import JointSpace
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.reading import KneeReading, Quality
from kltool.weights import Models

Output = TypeVar("Output")
STAGES: Final = ("decode", "localize", "space", "grade", "write")
WARMING: Final = 3  # images that do not count


@dataclass(frozen=True, slots=True)
class Stages:
    """Milliseconds an image, by stage; of the networks within them; of a task as a batch reads it."""

    images: int
    stages: dict[str, float]
    networks: float
    task: float

    @property
    def over_least(self) -> float:
        """The task over decoding and the networks' forward passes alone."""
        return self.task / (self.stages["decode"] + self.networks)


class _Clock:
    """Milliseconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    def time(self, name: str, work: Callable[[], Output]) -> Output:
        began = time.perf_counter()
        result = work()
        self.spent[name] = self.spent.get(name, 0.0) + 1000 * (time.perf_counter() - began)
        return result


class _TimedSession:
    """A network's session whose runs the clock times."""

    def __init__(self, session: Any, clock: _Clock) -> None:
        self._session, self._clock = session, clock

    def run(self, *inputs: Any) -> Any:
        return self._clock.time("networks", lambda: self._session.run(*inputs))


def time_stages(images: Sequence[Path], models: Models, ledger: Path) -> Stages:
    """images: all of knees that are read; of OAI crops the names give the side, of others the tags."""
    cv2.setNumThreads(1)
    clock, config = _Clock(), WorkerConfig("", "", Pseudonyms())
    timed = _timed(models, clock)
    with closing(Ledger(ledger)) as entries:
        for number, image in enumerate(images):
            if number == WARMING:
                clock.spent.clear()
            task = Task(ImageSource.of_file(image), side_of(image) if image.suffix == ".png" else None)
            _time_reading(task, timed, clock)
            outcome = clock.time("task", partial(read_task, task, models, config))
            clock.time("ledger", partial(entries.record, task, outcome))
    count = len(images) - WARMING
    spent = {name: milliseconds / count for name, milliseconds in clock.spent.items()}
    spent["write"] = spent["rows"] + spent["ledger"]
    stages = {name: spent[name] for name in STAGES}
    return Stages(count, stages, spent["networks"], spent["task"] + spent["ledger"])


def _time_reading(task: Task, models: Models, clock: _Clock) -> None:
    film = clock.time("decode", partial(load, task.source, side=task.side))
    made = provenance(models, DEFAULT, film)
    for knee in clock.time("localize", partial(find_knees, film, models)).knees:
        space, expected, quality, warnings = clock.time("space", partial(_space, knee, models))
        graded = clock.time("grade", partial(grade, knee, models.grader))
        reading = KneeReading(knee, space, expected, graded, quality, warnings, made)
        clock.time("rows", partial(_rows, reading))


def _space(
    knee: Knee, models: Models
) -> tuple[JointSpace, ExpectedError | NotMeasured, Quality, tuple[str, ...]]:
    space = measure_joint_space(
        knee, trace_margins(knee, models.margins, DEFAULT.margins), DEFAULT.widths, DEFAULT.errors
    )
    expected = expected_error(knee, space, DEFAULT.expected, DEFAULT.quality)
    return space, expected, *assess_quality(knee, space, expected, DEFAULT.quality)


def _rows(reading: KneeReading) -> str:
    return json.dumps(knee_cells(knee_record(reading)))


def _timed(models: Models, clock: _Clock) -> Models:
    networks = {part.name: getattr(models, part.name) for part in fields(models)}
    return Models(
        **{
            name: replace(network, session=_TimedSession(network.session, clock))
            for name, network in networks.items()
        }
    )
