"""The linked margin network starts as the margin network, and learns the change between two films."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from kltool.training.batches import NumberedSamples
from kltool.training.data.joints import Joint
from kltool.training.data.variants import framing
from kltool.training.linked import SCHEDULE, LinkingMargins, change_loss, pair, traced
from kltool.training.onnx_weights import margins_of
from kltool.values.knee import Placement
from kltool.weights import Models
from tests.jointspace.test_joint_patch import edge_film

MARGINS = Path(__file__).resolve().parents[2] / "models" / "margins.onnx"


def joint(row: float) -> Joint:
    """A femoral edge at row 290 and a tibial one further down."""
    film = edge_film((640, 1200), row, 0.0, 2.0) * 1000
    columns = np.linspace(150.0, 1050.0, 300)
    curves = {
        name: [np.column_stack([np.full(300, at), columns])]
        for name, at in (("femur", 290.0), ("tibia", row))
    }
    return Joint(film, Placement((310.0, 600.0), 700.0, 0.0, False), 0.11, curves, None)


def test_it_starts_as_what_the_graph_gives(models: Models) -> None:
    patches = np.random.default_rng(0).normal(size=(2, 1, 208, 192)).astype(np.float32)
    with torch.inference_mode():
        found = margins_of(MARGINS, films=1)(torch.from_numpy(patches))
    for one, other in zip(found, models.margins(patches), strict=True):
        assert one.numpy() == pytest.approx(other, abs=1e-3)


def test_at_first_it_takes_no_notice_of_the_other_film() -> None:
    random = np.random.default_rng(0)
    own, beside = (random.normal(size=(1, 1, 208, 192)).astype(np.float32) for _ in range(2))
    network = margins_of(MARGINS, films=2)
    with torch.inference_mode():
        one, other = (
            network(torch.from_numpy(np.concatenate([own, second], axis=1)))[0] for second in (own, beside)
        )
    assert torch.equal(one, other)


def test_a_pair_shows_each_film_before_the_other_and_the_true_change() -> None:
    patches, rows, pitch = pair((joint(320.0), joint(330.0)), np.random.default_rng(5))
    assert patches.shape == (2, 2, 208, 192)
    assert np.array_equal(patches[0], patches[1][::-1])
    space = (rows[:, 1] - rows[:, 0]) * pitch[:, None]
    assert np.nanmean(space[1] - space[0]) == pytest.approx(10 * 0.11, abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_number_is_the_same_pair_whatever_came_before(seed: int) -> None:
    visits = [(joint(320.0), joint(320.0 + n)) for n in range(3)]
    schedule = replace(SCHEDULE, steps=4, batch=2, seed=seed)
    task = LinkingMargins(MARGINS, visits, [], [], [], schedule)
    from_start, resumed = (NumberedSamples(task.sample, schedule, first) for first in (0, 2))
    assert len(resumed) == len(from_start) - 4
    pairs = zip(from_start[5], resumed[1], strict=True)
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)


def test_a_wrong_change_costs_and_a_right_one_does_not() -> None:
    """Margins that are both off by the same leave the change right."""
    true = torch.zeros(1, 2, 4, 96)
    true[:, :, 1] = 30.0
    pitch = torch.full((1, 2), 0.12)
    both = true.clone()
    both[:, :, 1] += 2.0
    assert float(change_loss(both, true, pitch)) == 0.0
    one = true.clone()
    one[:, 1, 1] += 2.0
    assert float(change_loss(one, true, pitch)) > 1.0


def test_unknown_margins_cost_nothing() -> None:
    patches, rows, pitch = (
        torch.from_numpy(part)[None] for part in pair((joint(320.0), joint(322.0)), np.random.default_rng(1))
    )
    rows[:, :, 2:] = float("nan")
    task = LinkingMargins(MARGINS, [], [], [], [])
    assert torch.isfinite(task.loss(task.model()(patches.flatten(0, 1)), rows, pitch))


def test_an_annotated_joint_has_the_margins_that_the_margin_network_finds(models: Models) -> None:
    known = traced(joint(320.0), models.margins)
    assert known.points is None
    assert {name: len(curves) for name, curves in known.curves.items()} == dict.fromkeys(
        ("femur", "tibia", "upper_plateau_margin", "lower_plateau_margin"), 2
    )


def test_framings_are_as_far_off_as_landmarks_may_be() -> None:
    random = np.random.default_rng(0)
    drawn = np.array([framing(random) for _ in range(2000)])
    assert drawn.std(axis=0) == pytest.approx([0.012, 0.018, 0.045, np.deg2rad(2.2)], rel=0.1)
