"""A style changes spectrum, grain and tones of a patch, and leaves its margins where they are."""

import numpy as np

from kltool.geometry.joint_frame import COLUMNS, ROWS
from kltool.localize.normalise import standardize
from kltool.training.data.joints import Joint
from kltool.training.data.styles import style_of, styled
from kltool.typing import Float32
from kltool.values.knee import Placement


def steps(width: float = 2.0) -> Float32:
    """Bone, a joint space from row 110 to 140, bone."""
    row = np.arange(ROWS, dtype=float)[:, None]
    space = 1 / (1 + np.exp((row - 110) / width)) + 1 / (1 + np.exp((140 - row) / width))
    grain = np.random.default_rng(2).normal(0, 0.03, (ROWS, COLUMNS))
    return standardize(np.asarray(space + grain, np.float32))


def real(seed: int) -> Joint:
    film = np.random.default_rng(seed).normal(0, 0.3, (300, 500)).astype(np.float32)
    film[:140] += 4
    film[160:] += 5
    return Joint(film, Placement((150.0, 250.0), 300.0, 0.0, mirrored=False), 0.25, {}, None)


def edges(patch: Float32) -> tuple[float, float]:
    """Rows of the steepest fall and rise of the mean profile."""
    profile = np.convolve(patch.mean(axis=1), np.ones(5) / 5, "same")
    slope = np.gradient(profile)[8:-8]
    return float(slope.argmin() + 8), float(slope.argmax() + 8)


def test_margins_stay_where_they_are() -> None:
    plain = edges(steps())
    for seed in range(12):
        found = styled(steps(), style_of(real(seed)), np.random.default_rng(seed))
        assert np.abs(np.subtract(edges(found), plain)).max() <= 3.0


def test_a_style_changes_the_patch_and_its_seed_repeats_it() -> None:
    style = style_of(real(1))
    one, again, other = (styled(steps(), style, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.abs(one - other).mean() > 0.05
    assert np.abs(one - steps()).mean() > 0.05
