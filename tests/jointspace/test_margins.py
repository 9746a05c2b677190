"""Margins are those of the network, or there is a reason."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from kltool.geometry.joint_frame import COLUMNS, HEIGHT, ROWS
from kltool.jointspace import TraceSettings, trace_margins
from kltool.values.joint_space import Margins, PlateauMargins
from kltool.values.knee import Knee
from kltool.values.length import NotMeasured
from kltool.values.measure import Compartment
from kltool.weights import Network
from tests.jointspace.simulated import SQUARE, Phantom


class Levels:
    """A stand-in for the network: four level curves, so sure."""

    def __init__(self, rows: tuple[float, ...], spreads: tuple[float, ...]) -> None:
        self.rows, self.spreads = rows, spreads

    def run(self, _: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        shape = (len(inputs["image"]), 4, COLUMNS // 2)
        return [
            np.broadcast_to(np.array(values, np.float32)[None, :, None], shape).copy()
            for values in (self.rows, self.spreads)
        ]


def network(
    rows: tuple[float, ...] = (90.0, 120.0, 118.0, 124.0), spreads: tuple[float, ...] = (1.0, 1.0, 2.0, 2.0)
) -> Network:
    return Network(SimpleNamespace(input_size=0), Levels(rows, spreads))  # type: ignore[arg-type]


def knee() -> Knee:
    phantom = Phantom(0.0, SQUARE)
    rows, columns = (350, 400)
    return phantom.knee(np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32))


def test_horizontal_curves_are_margins_at_their_distance() -> None:
    phantom = knee()
    traced = trace_margins(phantom, network(), TraceSettings())
    distance_px = 30.0 * HEIGHT / ROWS * phantom.placement.tibial_width_px
    for compartment in Compartment:
        margins = traced.of(compartment)
        assert isinstance(margins, Margins)
        assert len(margins.femur) == len(margins.femur_sd) > 20
        gap = margins.tibia[:, 0] - margins.femur[:, 0]
        assert np.allclose(gap, distance_px, rtol=0.02)


def test_medial_lies_on_the_right_in_right_knee_orientation() -> None:
    phantom = knee()
    traced = trace_margins(phantom, network(), TraceSettings())
    middle = phantom.placement.centre[1]
    assert isinstance(traced.medial, Margins)
    assert isinstance(traced.lateral, Margins)
    assert traced.medial.femur[:, 1].min() > middle > traced.lateral.femur[:, 1].max()
    assert isinstance(traced.plateau_margins, PlateauMargins)
    assert np.all(traced.plateau_margins.lower[:, 0] > traced.plateau_margins.upper[:, 0])


def test_a_margin_without_a_clear_edge_is_not_found() -> None:
    traced = trace_margins(knee(), network(spreads=(1.0, 40.0, 2.0, 40.0)), TraceSettings())
    assert traced.medial == NotMeasured("medial tibial margin not found: no clear edge")
    assert traced.lateral == NotMeasured("lateral tibial margin not found: no clear edge")
    assert isinstance(traced.plateau_margins, NotMeasured)


@pytest.mark.parametrize(("shift", "name"), [(-55.0, "lateral"), (55.0, "medial")])
def test_a_compartment_beyond_the_film_is_cut_off(shift: float, name: str) -> None:
    phantom = knee()
    centre = phantom.placement.centre
    beyond = centre[0], centre[1] + shift * 2
    moved = replace(phantom, placement=replace(phantom.placement, centre=beyond))
    traced = trace_margins(moved, network(), TraceSettings())
    cut = traced.of(Compartment(name))
    assert isinstance(cut, NotMeasured)
    assert "cut off by the edge of the film" in cut.reason


def test_an_uncertain_outline_gives_no_margins() -> None:
    phantom = knee()
    unsure = replace(phantom, landmarks=replace(phantom.landmarks, spread=0.2))
    traced = trace_margins(unsure, network(), TraceSettings())
    assert isinstance(traced.medial, NotMeasured)
    assert isinstance(traced.lateral, NotMeasured)
