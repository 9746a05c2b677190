"""A coarse crop of a simulated film shows the joint where it is stated to lie."""

import numpy as np
import pytest

pytest.importorskip("gias3.fieldwork", reason="needs the extra 'simulate'")

from kltool.training.data.simulated import coarse_crop


def test_a_coarse_crop_shows_the_joint_where_it_says_at_046_mm() -> None:
    spacing_mm, joint, beside = 0.115, (600.0, 520.0), (600.0, 820.0)  # 300 px are 34.5 mm, 75 px of the crop
    row, column = np.mgrid[:1200, :1000].astype(np.float32)
    spots = [np.exp(-((row - r) ** 2 + (column - c) ** 2) / 200) for r, c in (joint, beside)]
    crop, centre = coarse_crop(np.maximum(*spots).astype(np.float32), joint, spacing_mm, seed=7)
    assert crop.shape == (224, 224)
    assert set(np.unique(crop)) <= set(range(256))
    for expected in (centre, centre + np.array([0.0, 75.0])):
        at = np.indices(crop.shape)
        near = np.where(np.hypot(*(at - expected[:, None, None])) < 20, crop, 0)
        found = (at * near).sum((1, 2)) / near.sum()
        assert np.allclose(found, expected, atol=0.1)
