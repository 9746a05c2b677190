"""What is one joint has one margin: margins move rightly from the teacher's patch to the network's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from kltool.geometry.joint_frame import COLUMNS, ROWS
from kltool.training import consistency
from kltool.training.consistency import (
    CURVES,
    OUT_COLUMNS,
    SURE,
    StudentAndTeacher,
    TracingRealMargins,
    moved_rows,
)
from kltool.training.data.joints import CURVES as CURVE_NAMES
from kltool.training.data.joints import Joint
from kltool.training.data.styles import style_of
from kltool.training.data.variants import framing, target_rows, variant
from kltool.training.loop import fit
from kltool.training.onnx_weights import margins_of
from kltool.values.knee import Placement
from kltool.weights import models_folder

WIDTH = 320.0


def joint(seed: int = 0) -> Joint:
    """Grain, with four curves across it that no network need find."""
    film = np.random.default_rng(seed).normal(1000, 200, (400, 560)).astype(np.float32)
    columns = np.linspace(110.0, 450.0, 300)
    rows = {name: 185.0 + 8 * k + 0.02 * (columns - 280) for k, name in enumerate(CURVE_NAMES)}
    curves = {name: [np.column_stack([row, columns])] * 2 for name, row in rows.items()}
    at = Placement((200.0, 280.0), WIDTH, 0.0, mirrored=False)
    return Joint(film, at, 76 / WIDTH, curves, None)


@pytest.mark.parametrize("seed", range(8))
def test_margins_move_from_one_variant_of_a_joint_to_another(seed: int) -> None:
    random, known = np.random.default_rng(seed), joint()
    (_, one, seen), (_, other, other_seen) = (variant(known, framing(random), random) for _ in range(2))
    here, there = (target_rows(s, f, OUT_COLUMNS) for f, s in ((one, seen), (other, other_seen)))
    between = consistency._patch_map((other, other_seen), (one, seen))
    found = moved_rows(
        there[None].astype(np.float32), np.zeros((1, CURVES, len(OUT_COLUMNS)), np.float32), between[None]
    )[0]
    both = np.isfinite(found) & np.isfinite(here)
    assert both[:2].sum() > 60
    assert np.abs(found - here)[both].max() < 0.3


def test_what_the_teacher_is_not_sure_of_is_not_asked() -> None:
    rows = np.full((1, CURVES, len(OUT_COLUMNS)), 100.0, np.float32)
    spreads = np.full_like(rows, SURE / 2)
    spreads[0, 0, 30:50] = 2 * SURE
    same = np.array([[[1, 0, 0], [0, 1, 0]]], np.float32)
    moved = moved_rows(rows, spreads, same)[0]
    assert np.isnan(moved[0, 30:50]).all()
    assert (moved[1] == 100.0).all()
    assert np.isnan(moved_rows(rows, spreads, np.full((1, 2, 3), np.nan, np.float32))).all()


def test_the_teacher_follows_the_network_in_training_alone() -> None:
    model = StudentAndTeacher(margins_of(models_folder() / "margins.onnx", films=1))
    with torch.no_grad():
        for weights in model.network.parameters():
            weights += 0.1
    views = torch.zeros(1, 2, ROWS, COLUMNS)
    views[0, 1] = torch.from_numpy(np.random.default_rng(1).normal(0, 1, (ROWS, COLUMNS)).astype(np.float32))
    before = next(model.teacher.parameters()).clone()
    model.eval()(views)
    assert torch.equal(next(model.teacher.parameters()), before)
    model.train()(views)
    assert not torch.equal(next(model.teacher.parameters()), before)


def test_the_network_takes_its_first_steps(tmp_path: Path) -> None:
    schedule = replace(consistency.SCHEDULE, steps=2, batch=8)
    marked = replace(joint(1), curves={}, points=np.full((16, 2), 200.0))
    task = TracingRealMargins(
        models_folder() / "margins.onnx",
        [joint()],
        [marked],
        [[joint(2)]],
        [[style_of(joint(3))]],
        [joint()],
        schedule,
    )
    fit(task, tmp_path)
    assert "held-out mm" in (tmp_path / "margins-training.txt").read_text()
