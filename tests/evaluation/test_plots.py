"""Pictures of results are reproducible."""

from pathlib import Path

import numpy as np
from evaluation.plots import bland_altman


def test_the_same_figures_draw_the_same_file(tmp_path: Path) -> None:
    true = np.array([1.0, 2.0, 3.0, 4.0])
    for name in ("a.svg", "b.svg"):
        bland_altman(true + 0.1 * true**2, true, "title", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
