"""The candidates that the classifier learns from are of every class and show every finding."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from kltool.training.data.candidates import LATERAL_LEFT, LATERAL_RIGHT, OTHER, REPLACED, Seen, candidate
from kltool.training.data.graded import GradedKnee
from kltool.training.data.implants import MetalShown
from kltool.training.knee_class import UNKNOWN, finding_labels
from kltool.values.knee import Placement

AT = Placement((120.0, 110.0), 160.0, 0.1, mirrored=False)
PICTURE = np.zeros((4, 4), np.float32)


def test_all_kinds_of_candidates_are_drawn_and_the_same_seed_draws_the_same() -> None:
    film = np.random.default_rng(0).integers(0, 255, (224, 224)).astype(np.uint8)
    knee = GradedKnee("9000001R", film, AT, np.full(4, np.nan, np.float32), 0)
    drawn = [candidate(knee, np.random.default_rng(seed)) for seed in range(120)]
    assert {one.kind for one in drawn} == {LATERAL_LEFT, LATERAL_RIGHT, REPLACED, OTHER}
    assert all(one.picture.shape == (128, 128) and np.isfinite(one.picture).all() for one in drawn)
    assert any(one.growth_plate for one in drawn)
    assert any(one.metal is not None and one.metal.in_joint and one.kind != REPLACED for one in drawn)
    assert all((one.metal is None) == (one.kind == OTHER) for one in drawn)
    assert np.array_equal(candidate(knee, np.random.default_rng(3)).picture, drawn[3].picture)


def test_mirroring_exchanges_sides_and_their_metal() -> None:
    seen = Seen(PICTURE, LATERAL_LEFT, MetalShown(left=True, right=False), growth_plate=True).mirrored()
    assert seen.kind == LATERAL_RIGHT
    assert seen.metal == MetalShown(left=False, right=True)
    assert seen.growth_plate


def test_what_is_not_asked_for_has_no_label() -> None:
    assert (finding_labels(Seen(PICTURE, OTHER, None)) == UNKNOWN).all()
    shown = MetalShown(left=True, right=None, patellofemoral=False, elsewhere=True)
    labels = finding_labels(Seen(PICTURE, LATERAL_LEFT, shown, growth_plate=True)).tolist()
    assert labels == [1.0, UNKNOWN, 0.0, 1.0, 1.0]
    assert finding_labels(Seen(PICTURE, REPLACED, shown))[-1] == UNKNOWN
