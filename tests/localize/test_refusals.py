"""Joints that are cut off, knees that still grow and joints that were replaced are refused by name."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kltool.errors import JointCutOff
from kltool.intake import load
from kltool.localize import find_knees
from kltool.localize.classify import ClassifiedCandidate, KneeClass
from kltool.localize.cut_off import edge_that_cuts
from kltool.localize.detect import Candidate
from kltool.localize.refusals import GROWTH_PLATE, REPLACED, refusal_of
from kltool.training.data.growth_plates import with_growth_plates
from kltool.typing import Float32
from kltool.values.knee import Placement, right_knee_orientation
from kltool.values.radiograph import Radiograph, Side
from kltool.weights import Models

NATURAL = KneeClass(0.98, 0.01, 0.005, 0.005)
WIDTH = 100.0


def joint(row: float, column: float = 150.0) -> Candidate:
    ends = np.array([[row, column - WIDTH / 2], [row, column + WIDTH / 2]])
    return Candidate(np.array([row, column]), ends, 0.9)


def grain(rows: int = 300, columns: int = 300) -> Float32:
    return np.random.default_rng(1).normal(100.0, 20.0, (rows, columns)).astype(np.float32)


@pytest.mark.parametrize(
    ("at", "edge"),
    [
        (joint(150.0), None),
        (joint(25.0), None),
        (joint(15.0), "upper"),
        (joint(285.0), None),
        (joint(295.0), "lower"),
        (joint(150.0, 45.0), None),
        (joint(150.0, 30.0), "left"),
        (joint(150.0, 270.0), "right"),
    ],
)
def test_the_edge_that_cuts_a_joint_is_named(at: Candidate, edge: str | None) -> None:
    assert edge_that_cuts(grain(), at) == edge


@pytest.mark.parametrize("shade", [0.0, 250.0])
def test_collimation_is_an_edge(shade: float) -> None:
    film = grain()
    film[:140] = shade
    assert edge_that_cuts(film, joint(150.0)) == "upper"
    assert edge_that_cuts(film, joint(165.0)) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"growth_plate": 0.7}, GROWTH_PLATE.code),
        ({"replaced": 0.99, "lateral_left": 0.0}, REPLACED.code),
    ],
)
def test_the_class_of_a_knee_decides_whether_it_is_read(changed: dict[str, float], code: str | None) -> None:
    knee = ClassifiedCandidate(joint(150.0), replace(NATURAL, **changed))
    refused = refusal_of(grain(), knee)
    assert (refused and refused.code) == code


def part(film: Radiograph, edge: str, left: float, at: Placement) -> Radiograph:
    """The film without what lies farther off the joint than so many tibial widths."""
    row, reach = at.centre[0], left * at.tibial_width_px
    rows = slice(round(row - reach), None) if edge == "upper" else slice(0, round(row + reach))
    return replace(film, image=np.ascontiguousarray(film.pixels[rows]))


def reason_of(film: Radiograph, models: Models) -> str:
    """Why no knee of the film is read; what it shows of a joint may or may not be enough to find it."""
    try:
        found = find_knees(film, models)
    except JointCutOff as refusal:
        return str(refusal)
    assert not found.knees
    assert [refused.code for refused in found.refused] == ["cut_off"]
    return found.refused[0].reason


@pytest.mark.parametrize("name", ["knee_right_normal", "knee_left_moderate", "knee_right_severe"])
@pytest.mark.parametrize(("edge", "left"), [("upper", 0.12), ("lower", 0.04)])
def test_a_film_that_ends_in_the_joint_gives_no_reading(
    edge: str, left: float, name: str, samples: Path, models: Models
) -> None:
    film = load(samples / f"{name}.dcm")
    (knee,) = find_knees(film, models).knees
    assert f"the {edge} edge" in reason_of(part(film, edge, left, knee.placement), models)


@pytest.mark.parametrize("name", ["knee_right_normal", "knee_left_moderate", "knee_right_severe"])
def test_a_knee_that_still_grows_is_refused(name: str, samples: Path, models: Models) -> None:
    film = load(samples / f"{name}.dcm")
    (knee,) = find_knees(film, models).knees
    mirrored = film.side is Side.LEFT
    upright = np.ascontiguousarray(right_knee_orientation(film.pixels, mirrored))
    growing = with_growth_plates(upright, knee.placement, np.random.default_rng(4))
    pixels = np.ascontiguousarray(right_knee_orientation(growing, mirrored))
    found = find_knees(replace(film, image=pixels), models)
    assert [refused.code for refused in found.refused] == [GROWTH_PLATE.code]
