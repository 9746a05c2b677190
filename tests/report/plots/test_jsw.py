"""The chart shows each width below its location on the film, as high as it is, with its interval."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from kltool.report.plots.jsw import CAP
from kltool.report.plots.knee import ROWS, SIZE, knee_picture
from kltool.values.length import NotMeasured, Width
from kltool.values.measure import Compartment
from kltool.values.reading import KneeReading
from tests.report.plots.pictures import LEFT, RIGHT, SEVERE, TEXT, ReadSample, pixels_of, place, without

Float64 = npt.NDArray[np.float64]


def columns(knee: KneeReading, compartment: Compartment) -> Float64:
    """Of each fixed location on the film."""
    medial, lateral = np.array(knee.joint_space.axis.origin), np.array(knee.joint_space.axis.end)
    at = np.array(list(knee.joint_space.of(compartment).fixed_widths))
    return place(knee, medial + at[:, None] * (lateral - medial))[:, 1]


def marks(knee: KneeReading) -> Float64:
    """(n, 2): row and column of each mark in the chart, from left to right."""
    rows, found = pixels_of(knee_picture(knee)[SIZE:, :SIZE], TEXT)
    order = np.argsort(found, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(found[order]) > 1) + 1)
    return np.array([(rows[group].mean(), found[group].mean()) for group in groups])


@pytest.mark.parametrize("name", [RIGHT, LEFT, SEVERE])
def test_each_width_is_below_its_location_and_as_high_as_it_is(name: str, read_sample: ReadSample) -> None:
    knee = read_sample(name).knees[0]
    known = []
    for compartment in Compartment:
        for column, width in zip(
            columns(knee, compartment), knee.joint_space.of(compartment).fixed_widths.values(), strict=True
        ):
            assert isinstance(width, Width)
            known.append((column, width.mm))
    column, mm = np.array(sorted(known)).T
    found = marks(knee)
    assert found[:, 1] == pytest.approx(column, abs=1.5)
    slope, start = np.polyfit(mm, found[:, 0], 1)
    assert slope < -10  # pixels of a millimetre, upwards
    assert found[:, 0] == pytest.approx(start + slope * mm, abs=1.0)
    assert start == pytest.approx(144, abs=1.5)  # the line of 0 mm


@pytest.mark.parametrize("compartment", list(Compartment))
def test_what_is_not_measured_has_no_mark(compartment: Compartment, read_sample: ReadSample) -> None:
    knee = read_sample(LEFT).knees[0]
    left = marks(without(knee, compartment))
    other = next(one for one in Compartment if one is not compartment)
    assert left[:, 1] == pytest.approx(np.sort(columns(knee, other)), abs=1.5)


def test_a_location_without_a_width_has_no_mark(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    medial = knee.joint_space.medial
    x = list(medial.fixed_widths)[2]
    at = {**medial.fixed_widths, x: NotMeasured("for this test")}
    fewer = replace(knee, joint_space=replace(knee.joint_space, medial=replace(medial, fixed_widths=at)))
    gone = columns(knee, Compartment.MEDIAL)[2]
    assert np.abs(marks(knee)[:, 1] - gone).min() < 1.5
    assert np.abs(marks(fewer)[:, 1] - gone).min() > 5


def test_an_interval_is_as_long_as_its_95_per_cent(read_sample: ReadSample) -> None:
    knee = read_sample(RIGHT).knees[0]
    lateral = knee.joint_space.lateral
    x = list(lateral.fixed_widths)[3]
    width = lateral.fixed_widths[x]
    assert isinstance(width, Width)
    heights = []
    for sd in (0.2, 0.6):
        at = {**lateral.fixed_widths, x: replace(width, sd_mm=sd)}
        wider = replace(
            knee, joint_space=replace(knee.joint_space, lateral=replace(lateral, fixed_widths=at))
        )
        column = round(columns(knee, Compartment.LATERAL)[3] + CAP - 1)
        violet = knee_picture(wider)[SIZE:ROWS, column].astype(int)
        rows = np.flatnonzero((violet[:, 2] - violet[:, 1] > 25) & (violet[:, 0] - violet[:, 1] > 10))
        heights.append(rows.max() - rows.min())
    found = marks(knee)
    values = [w.mm for w in lateral.fixed_widths.values() if isinstance(w, Width)]
    lateral_marks = found[: len(values)][::1]
    pixels = np.ptp(lateral_marks[:, 0]) / (max(values) - min(values))
    assert heights[0] == pytest.approx(2 * 1.96 * 0.2 * pixels, abs=2)
    assert heights[1] == pytest.approx(2 * 1.96 * 0.6 * pixels, abs=2)
