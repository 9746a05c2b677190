"""Signs lie beside the joint, are bright, and leave the joint as it is."""

import numpy as np
import pytest

pytest.importorskip("torch")

from kltool.training.data.signs import with_signs
from kltool.values.knee import Placement

AT = Placement((300.0, 280.0), 160.0, 0.0, mirrored=False)
FILM = np.random.default_rng(0).uniform(20, 180, (600, 560)).astype(np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_the_joint_stays_as_it_is_and_nothing_becomes_darker(seed: int) -> None:
    signed = with_signs(FILM, AT, np.random.default_rng(seed))
    assert np.array_equal(signed[270:330, 210:350], FILM[270:330, 210:350])
    assert (signed >= FILM).all()


def test_signs_are_drawn_beside_the_joint_and_the_same_seed_draws_the_same() -> None:
    drawn = [with_signs(FILM, AT, np.random.default_rng(seed)) for seed in range(20)]
    assert sum(not np.array_equal(film, FILM) for film in drawn) >= 18
    assert np.array_equal(with_signs(FILM, AT, np.random.default_rng(5)), drawn[5])
