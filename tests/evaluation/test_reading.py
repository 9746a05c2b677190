"""Readings for scores are those of the pipeline, with or without the grade."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from evaluation.reading import read_one, without_grader

from kltool.intake import load
from kltool.reading import read
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Models


def test_widths_do_not_depend_on_the_grader(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    with_grade, without = (read(film, m).knees[0] for m in (models, without_grader(models)))
    assert without.grade != with_grade.grade
    for compartment in Compartment:
        assert without.joint_space.of(compartment).minimum == with_grade.joint_space.of(compartment).minimum


def test_a_film_that_is_refused_has_its_reason(samples: Path, models: Models) -> None:
    film = load(samples / "knee_right_normal.dcm")
    black = replace(film, image=np.zeros_like(film.pixels))
    assert read_one(black, models) == NotMeasured("refused: no_knee")
