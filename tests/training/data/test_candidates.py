"""The candidates that the classifier learns from are of every class."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from kltool.training.data.candidates import LATERAL_LEFT, LATERAL_RIGHT, OTHER, REPLACED, candidate
from kltool.training.data.graded import GradedKnee
from kltool.values.knee import Placement

AT = Placement((120.0, 110.0), 160.0, 0.1, mirrored=False)


def test_all_kinds_of_candidates_are_drawn_and_the_same_seed_draws_the_same() -> None:
    film = np.random.default_rng(0).integers(0, 255, (224, 224)).astype(np.uint8)
    knee = GradedKnee("9000001R", film, AT, np.full(4, np.nan, np.float32), 0)
    drawn = [candidate(knee, np.random.default_rng(seed)) for seed in range(80)]
    assert {kind for _, kind in drawn} == {LATERAL_LEFT, LATERAL_RIGHT, REPLACED, OTHER}
    assert all(seen.shape == (128, 128) and np.isfinite(seen).all() for seen, _ in drawn)
    assert np.array_equal(candidate(knee, np.random.default_rng(3))[0], drawn[3][0])
