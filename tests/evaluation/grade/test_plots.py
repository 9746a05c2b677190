"""Pictures of the grade are drawn from its scores and from training logs, of this and earlier versions."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba")

from evaluation.grade.agreement import as_read
from evaluation.grade.plots import confused, draw, kappas

from tests.evaluation.grade.test_agreement import films

EARLIER = """epoch 3/24 share 0.6 loss 1.3007 seconds 104
epoch 3/24 share 0.6 val median: kappa 0.5236 accuracy 0.3148, most probable: kappa 0.5844 accuracy 0.5533
"""
NOW = """step 360/4320 loss 1.3828 seconds 101 epoch 2/24 share 0.6
step 540/4320 loss 1.3007 seconds 104 epoch 3/24 share 0.6 val median: kappa 0.5236 accuracy 0.3148, most
"""


@pytest.mark.parametrize("log", [EARLIER, NOW])
def test_kappas_are_found_in_the_log_of_a_training(log: str) -> None:
    assert kappas(log) == [(3, 0.5236)]


def test_the_confusion_counts_labels_by_row() -> None:
    counts = confused(np.array([0, 0, 4]), np.array([1, 1, 3]))
    assert counts[0, 1] == 2
    assert counts[4, 3] == 1
    assert counts.sum() == 3


def test_every_picture_of_the_page_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "grader-training-lite0.txt").write_text(EARLIER + EARLIER.replace("epoch 3", "epoch 6"))
    known = films()
    draw(as_read(known), known, tmp_path)
    drawn = sorted(file.name for file in (tmp_path / "grade").iterdir())
    assert drawn == ["confusion.svg", "external.svg", "learning.svg", "reliability.svg"]
