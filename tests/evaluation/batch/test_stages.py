"""The time of an image is that of its stages, and no less than that of its networks."""

from pathlib import Path

from evaluation.batch.stages import STAGES, WARMING, time_stages

from kltool.weights import Models


def test_stages_make_up_the_time_of_an_image(tmp_path: Path, samples: Path, models: Models) -> None:
    images = [samples / "knee_right_normal.dcm"] * (WARMING + 2)
    found = time_stages(images, models, tmp_path / "ledger.sqlite")
    assert found.images == 2
    assert set(found.stages) == set(STAGES)
    assert all(milliseconds > 0 for milliseconds in found.stages.values())
    assert 0 < found.networks < sum(found.stages.values())
    assert found.over_least > 1.0
