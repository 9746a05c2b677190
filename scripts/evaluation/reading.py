"""Reading one knee for scores: the pipeline as a user runs it, or without the grade."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kltool.errors import Refusal
from kltool.reading import read
from kltool.values.length import NotMeasured
from kltool.values.radiograph import Radiograph
from kltool.values.reading import KneeReading
from kltool.weights import Models, Network


class _UniformGrader:
    """In place of the grader's session; takes no time."""

    def run(self, outputs: None, feeds: dict[str, npt.NDArray[np.float32]]) -> list[Any]:
        grades = np.full((len(feeds["image"]), 5), 0.2, np.float32)
        return [grades, grades, grades[:, :2], grades[:, None], grades[:, :1]]


def without_grader(models: Models) -> Models:
    """The same models, except that every grade is as probable as any other: widths do not depend on it."""
    return replace(models, grader=Network(models.grader.entry, _UniformGrader()))


def read_one(film: Radiograph, models: Models) -> KneeReading | NotMeasured:
    """The one knee of a film, or why none was read; of two the first."""
    try:
        reading = read(film, models)
    except Refusal as refusal:
        return NotMeasured(f"refused: {refusal.code}")
    if not reading.knees:
        return NotMeasured("; ".join(refused.code for refused in reading.refused))
    return reading.knees[0]
