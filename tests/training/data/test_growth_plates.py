"""Growth plates drawn over a knee are dark lines across its bones, and nothing else."""

import numpy as np
import pytest

from kltool.training.data.growth_plates import FEMORAL, TIBIAL, with_growth_plates
from kltool.values.knee import Placement

AT = Placement((110.0, 110.0), 160.0, 0.0, mirrored=False)


@pytest.mark.parametrize("seed", range(5))
def test_only_bone_above_and_below_the_joint_becomes_darker(seed: int) -> None:
    film = np.full((224, 224), 200.0, np.float32)
    film[:, :60] = film[:, 170:] = 50.0
    film += np.random.default_rng(9).normal(0, 1, film.shape).astype(np.float32)
    grown = with_growth_plates(film, AT, np.random.default_rng(seed))
    darker = film - grown > 20.0
    rows = (np.flatnonzero(darker.any(axis=1)) - AT.centre[0]) / AT.tibial_width_px
    assert len(rows)
    waves = 0.15
    in_femur = (rows > FEMORAL[0] - waves) & (rows < FEMORAL[1] + waves)
    in_tibia = (rows > TIBIAL[0] - waves) & (rows < TIBIAL[1] + waves)
    assert (in_femur | in_tibia).all()
    assert not darker[:, :55].any()
    assert not darker[:, 175:].any()
