"""Variants of a joint for training: whatever is done to the film, the true curve stays on the edge."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("numba")

import torch

from kltool.geometry.joint_frame import ROWS, JointFrame
from kltool.jointspace.joint_patch import sample_patch
from kltool.simulate import Film, KneeScene, simulate_knee
from kltool.training.data.joints import Joint
from kltool.training.data.simulated_joints import joint_of_film, load, load_coarse_film, save
from kltool.training.data.variants import framing, target_rows, variant
from kltool.training.margins import OUT_COLUMNS, curve_loss
from kltool.training.networks.margins import moments
from kltool.values.knee import Placement
from kltool.values.radiograph import Side
from tests.jointspace.test_joint_patch import edge_film


def joint() -> Joint:
    film = edge_film((640, 1200), 310.0, 0.03, 2.0) * 1000
    columns = np.linspace(150.0, 1050.0, 300)
    edge = np.column_stack([310.0 + 0.03 * columns, columns])
    place = Placement((320.0, 600.0), 700.0, 0.02, False)
    return Joint(film, place, 0.11, {"tibia": [edge]}, None)


@pytest.mark.parametrize("seed", range(12))
def test_the_true_curve_stays_on_the_edge(seed: int) -> None:
    random = np.random.default_rng(seed)
    patch, frame, seen = variant(joint(), framing(random), random)
    rows = target_rows(seen, frame, OUT_COLUMNS)[1]
    inside = np.isfinite(rows)
    assert inside.sum() > 40
    smooth = np.stack([np.convolve(column, np.ones(5) / 5, "same") for column in patch.T], axis=1)
    slope = np.gradient(smooth, axis=0)[4:-4]
    steepest = np.array([slope[:, int(c)].argmax() + 4 for c in OUT_COLUMNS[inside]])
    pixel_rows = ROWS / 0.34 / frame.tibial_width_px  # rows of the patch in a pixel of this film
    assert np.median(np.abs(steepest - rows[inside])) < 1.0 + 0.5 * pixel_rows
    assert abs(np.median(steepest - rows[inside])) < 1.0 + 0.25 * pixel_rows


def test_a_left_and_a_right_knee_are_one_joint() -> None:
    film = Film(rows=420, columns=420, spacing_mm=0.3, noise=0.0)
    right, left = (simulate_knee(KneeScene(side=side, seed=3), film) for side in (Side.RIGHT, Side.LEFT))
    one, _ = joint_of_film(right)
    other, _ = joint_of_film(left)
    assert other.placement.centre == pytest.approx(one.placement.centre, abs=0.6)
    frames = one.frame, other.frame
    rows = [target_rows(j, f, OUT_COLUMNS) for j, f in zip((one, other), frames, strict=True)]
    assert np.nanmax(np.abs(rows[0] - rows[1])) < 0.5
    assert np.nanmedian(rows[0][1] - rows[0][0]) > 10  # the tibia lies below the femur
    assert np.nanmax(rows[0][2] - rows[0][3]) <= 0  # the upper margin of the plateau above the lower


def test_a_simulated_knee_is_kept_and_comes_back(tmp_path: Path) -> None:
    made, coarse = joint_of_film(
        simulate_knee(KneeScene(seed=4), Film(rows=420, columns=420, spacing_mm=0.3))
    )
    save(made, coarse, tmp_path / "knee.npz")
    back, back_coarse = load(tmp_path / "knee.npz"), load_coarse_film(tmp_path / "knee.npz")
    assert np.array_equal(back.film, made.film)
    assert back.placement == made.placement
    assert np.array_equal(back.curves["femur"][1], made.curves["femur"][1])
    assert np.array_equal(back_coarse.femoral_ends, coarse.femoral_ends)
    lateral, medial = coarse.femoral_ends
    width = coarse.placement.tibial_width_px
    assert lateral[1] < coarse.placement.centre[1] < medial[1]
    assert 0.9 < (medial[1] - lateral[1]) / width < 1.35


def test_a_sharp_peak_has_its_row_as_its_mean() -> None:
    at = torch.arange(ROWS // 2) * 2 + 0.5
    heat = (-0.5 * ((at - 100.3) / 1.5) ** 2)[None, None, :, None].expand(1, 4, -1, 3)
    row, spread = moments(heat)
    assert torch.allclose(row, torch.tensor(100.3), atol=0.02)
    assert torch.allclose(spread, torch.tensor(1.5), atol=0.05)


def test_the_loss_is_least_at_the_true_row() -> None:
    at = torch.arange(ROWS // 2) * 2 + 0.5
    rows = torch.full((1, 4, 3), 100.0)

    def loss(centre: float) -> float:
        heat = (-0.5 * ((at - centre) / 1.2) ** 2)[None, None, :, None].expand(1, 4, -1, 3)
        return float(curve_loss(heat, moments(heat)[0], rows))

    assert loss(100.0) < loss(100.5) < loss(102.0)


def test_the_patch_of_a_frame_is_the_same_each_time() -> None:
    film = edge_film((300, 400), 150.0, 0.0, 2.0)
    frame = JointFrame((150.0, 200.0), 240.0, 0.1)
    assert np.array_equal(sample_patch(film, frame), sample_patch(film, frame))
